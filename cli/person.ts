import { TERMINAL } from '../domain/access/actor.js';
import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { mailAddress } from '../domain/mailAddress.js';
import type { Env } from '../config/env.js';
import { forgetFailures } from '../db/access/failureStore.js';
import { appendAudit } from '../db/access/auditStore.js';
import { invitePerson } from '../db/access/invite.js';
import { giveSecret } from '../db/access/linkStore.js';
import { findLogin } from '../db/access/loginStore.js';
import { listMembers } from '../db/access/memberStore.js';
import { ALL } from '../db/connect.js';
import { PARTNER_TEAM, viewsOf } from '../db/parties/companyStore.js';
import { SYSTEM_LEVELS, type SystemLevel } from '../domain/access/levels.js';
import { VIEWS, type View } from '../domain/access/views.js';
import { KontorError } from '../domain/errors.js';
import { linkAddress } from '../domain/linkAddress.js';
import { isTimeZone } from '../domain/period.js';
import { LOCALES, type Locale } from '../locales/index.js';
import { publicUrlOf, environmentOf, withDatabase } from './environment.js';
import { dataOption, examples, jsonOption, words } from './options.js';

/** Who the audit trail names for what is done at the terminal. */
const PAGE = 500;

/** `kontor person`: people straight in the database, for the first one and for when nobody can sign in. */
export function personCommand(): Command {
  const command = new Command('person').description('Invite, list and unlock people, straight in the database.');
  command
    .command('invite')
    .description('Invite somebody and print the one-time link with which she chooses a password. No mail is sent.')
    .requiredOption('--name <name>', 'as the audit trail will say', words(80))
    .requiredOption('--email <address>', 'with which she signs in', email)
    .addOption(new Option('--view <view>', 'which her company must hold').choices(VIEWS).default('vendor'))
    .addOption(new Option('--company <id>', 'her company; the partner team’s for the view vendor').argParser(uuid))
    .addOption(new Option('--level <level>', 'what she may do').choices(SYSTEM_LEVELS).default('reader'))
    .addOption(new Option('--locale <code>', 'the language of mails to her').choices(LOCALES).default('en'))
    .addOption(new Option('--zone <zone>', 'her time zone').argParser(zone).default('UTC'))
    .addOption(dataOption())
    .addOption(jsonOption('print {"membershipId", "personId", "link", "expiresAt"}'))
    .addHelpText(
      'after',
      examples(
        'kontor person invite --level administrator --name "Anna Example" --email anna@vendor.example',
        'kontor person invite --view distributor --company 5d0a… --level manager --name "B. Example" --email b@d.example',
      ),
    )
    .action(invite);
  command
    .command('list')
    .description('List people with their memberships, ended ones included.')
    .addOption(new Option('--company <id>', 'of this company alone').argParser(uuid))
    .addOption(dataOption())
    .addOption(jsonOption('print an array'))
    .addHelpText('after', examples('kontor person list'))
    .action(list);
  command
    .command('unlock')
    .description('Let somebody sign in again at once after too many tries that failed.')
    .argument('<address>', 'with which she signs in', email)
    .addOption(dataOption())
    .addOption(jsonOption('print {"email", "unlocked"}: whether anything was in her way'))
    .addHelpText('after', examples('kontor person unlock anna@vendor.example'))
    .action(unlock);
  return command;
}

interface InviteOptions {
  name: string;
  email: string;
  view: View;
  company?: string;
  level: SystemLevel;
  locale: Locale;
  zone: string;
  data?: string;
  json?: true;
}

async function invite({ data, json, company, view, ...person }: InviteOptions): Promise<void> {
  const companyId = company ?? (view === 'vendor' ? PARTNER_TEAM : undefined);
  if (companyId === undefined) throw new KontorError('VALIDATION_FAILED', 'Give --company with every view but vendor.');
  const env = await environmentOf(data);
  const invited = await inviteAtTerminal(env, await publicUrlOf(env, data), { ...person, companyId, view });
  if (json === true) console.log(JSON.stringify(invited));
  else console.log(`${invited.link}\nGood once, until ${invited.expiresAt.toISOString()}.`);
}

/** Invites somebody and returns the link, with its secret, which is shown only now. */
export async function inviteAtTerminal(
  env: Env,
  publicUrl: string,
  { view, level, ...who }: Omit<InviteOptions, 'company' | 'data' | 'json'> & { companyId: string },
): Promise<{ membershipId: string; personId: string; link: string; expiresAt: Date }> {
  return withDatabase(env, (db) =>
    db.transaction(ALL, async (trx) => {
      if (!(await viewsOf(trx, who.companyId)).includes(view)) {
        throw new KontorError('VALIDATION_FAILED', `There is no company ${who.companyId} of the view ${view}.`);
      }
      const [at, membershipId] = [new Date(), randomUUID()];
      const grant = { systemLevel: level, accessLevelId: null, tenantIds: null, withBelow: false };
      const invitation = { ...who, ...grant, membershipId, fromAt: at, untilAt: null, at, by: TERMINAL };
      const { link, person, expiresAt } = await invitePerson(trx, invitation);
      const secret = await giveSecret(trx, link, at);
      return { membershipId, personId: person.id, link: linkAddress(publicUrl, secret ?? ''), expiresAt };
    }),
  );
}

async function list({ company, data, json }: { company?: string; data?: string; json?: true }): Promise<void> {
  const people = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, (trx) => listMembers(trx, { companyId: company ?? null, within: null, limit: PAGE })),
  );
  if (json === true) {
    console.log(JSON.stringify(people));
    return;
  }
  for (const { personId, state, level, email: address, name: called } of people) {
    console.log(`${(personId ?? '-').padEnd(36)}  ${state.padEnd(7)}  ${level.padEnd(13)}  ${address}  ${called}`);
  }
  if (people.length === 0) console.log('No people yet.');
}

async function unlock(address: string, { data, json }: { data?: string; json?: true }): Promise<void> {
  const at = new Date();
  const unlocked = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, async (trx) => {
      const login = await findLogin(trx, address);
      if (login === undefined) throw new KontorError('NOT_FOUND', `Nobody signs in with ${address}.`);
      if (!(await forgetFailures(trx, { email: address }))) return false;
      appendAudit(trx, { at, actor: TERMINAL, action: 'person.unlocked', subject: `person:${login.id}` });
      return true;
    }),
  );
  console.log(json === true ? JSON.stringify({ email: address, unlocked }) : `${address} may sign in.`);
}

function uuid(text: string): string {
  if (!z.uuid().safeParse(text).success) throw new InvalidArgumentError('A UUID.');
  return text;
}

function email(text: string): string {
  if (!mailAddress.safeParse(text).success) throw new InvalidArgumentError('A mail address.');
  return text.toLowerCase();
}

function zone(text: string): string {
  if (!isTimeZone(text)) throw new InvalidArgumentError('An IANA time zone.');
  return text;
}

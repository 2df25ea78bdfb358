import { TERMINAL } from '../domain/access/actor.js';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { ALL } from '../db/connect.js';
import { admitServiceAccount } from '../db/access/admit.js';
import { listTokens, revokeToken } from '../db/access/tokenStore.js';
import { PARTNER_TEAM, viewsOf } from '../db/parties/companyStore.js';
import { SYSTEM_LEVELS, type SystemLevel } from '../domain/access/levels.js';
import { VIEWS, type View } from '../domain/access/views.js';
import { KontorError } from '../domain/errors.js';
import { environmentOf, withDatabase } from './environment.js';
import { dataOption, examples, jsonOption, words } from './options.js';

/** Who the audit trail names for what is done at the terminal: whoever reaches the database needs no token. */
const PAGE = 500;

/** `kontor token`: tokens straight in the database, for the first one and for when none is left. */
export function tokenCommand(): Command {
  const command = new Command('token').description('Create, list and revoke API tokens, straight in the database.');
  command
    .command('create')
    .description('Create a service account with a token and print the token: it is shown only now.')
    .requiredOption('--name <name>', 'of the service account that it is for, as the audit trail will say', words(80))
    .addOption(new Option('--view <view>', 'in which it acts').choices(VIEWS).default('vendor'))
    .addOption(new Option('--company <id>', 'its company; the partner team’s for the view vendor').argParser(uuid))
    .addOption(new Option('--level <level>', 'what it may do').choices(SYSTEM_LEVELS).default('reader'))
    .addOption(dataOption())
    .addOption(jsonOption('print {"id", "token"}'))
    .addHelpText(
      'after',
      examples(
        'kontor token create --name "Monitoring"',
        'kontor token create --view service_provider --company 5d0a… --level operator --name "Provisioning" --json',
      ),
    )
    .action(create);
  command
    .command('list')
    .description('List tokens, revoked ones included; never the tokens themselves.')
    .addOption(dataOption())
    .addOption(jsonOption('print an array'))
    .addHelpText('after', examples('kontor token list'))
    .action(list);
  command
    .command('revoke')
    .description('Revoke a token; doing it twice is doing it once.')
    .argument('<id>', 'the token’s id, as list shows it', uuid)
    .addOption(dataOption())
    .addOption(jsonOption('print {"id", "revoked"}'))
    .addHelpText('after', examples('kontor token revoke 0b0f6c1e-5f0e-4f7e-9f0a-1d2c3b4a5968'))
    .action(revoke);
  return command;
}

interface CreateOptions {
  name: string;
  view: View;
  company?: string;
  level: SystemLevel;
  data?: string;
  json?: true;
}

async function create({ name, view, company, level, data, json }: CreateOptions): Promise<void> {
  const companyId = company ?? (view === 'vendor' ? PARTNER_TEAM : undefined);
  if (companyId === undefined) throw new KontorError('VALIDATION_FAILED', 'Give --company with every view but vendor.');
  const issued = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, async (trx) => {
      if (!(await viewsOf(trx, companyId)).includes(view)) {
        throw new KontorError('VALIDATION_FAILED', `There is no company ${companyId} of the view ${view}.`);
      }
      return admitServiceAccount(trx, name, { companyId, view, level, at: new Date(), by: TERMINAL });
    }),
  );
  console.log(json === true ? JSON.stringify(issued) : issued.token);
}

async function list({ data, json }: { data?: string; json?: true }): Promise<void> {
  const tokens = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, (trx) => listTokens(trx, { within: null, limit: PAGE })),
  );
  if (json === true) {
    console.log(JSON.stringify(tokens));
    return;
  }
  for (const { id, view, name, holder, createdAt, revokedAt } of tokens) {
    const state = revokedAt === null ? 'live' : `revoked ${revokedAt.toISOString()}`;
    console.log(`${id}  ${view.padEnd(17)}  ${createdAt.toISOString()}  ${state}  ${holder.name}: ${name}`);
  }
  if (tokens.length === 0) console.log('No tokens yet.');
}

async function revoke(id: string, { data, json }: { data?: string; json?: true }): Promise<void> {
  const found = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, (trx) => revokeToken(trx, id, { at: new Date(), by: TERMINAL })),
  );
  if (!found) throw new KontorError('NOT_FOUND', `There is no token ${id}.`);
  console.log(json === true ? JSON.stringify({ id, revoked: true }) : `Revoked ${id}.`);
}

function uuid(text: string): string {
  if (!z.uuid().safeParse(text).success) throw new InvalidArgumentError('A UUID.');
  return text;
}

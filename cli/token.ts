import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { ALL } from '../db/connect.js';
import { issueToken, listTokens, revokeToken, ROLES, type Role } from '../db/access/tokenStore.js';
import { KontorError } from '../domain/errors.js';
import { environmentOf, withDatabase } from './environment.js';
import { dataOption, examples, jsonOption } from './options.js';

/** Who the audit trail names for what is done at the terminal: whoever reaches the database needs no token. */
const ACTOR = 'kontor cli';
const PAGE = 500;

/** `kontor token`: tokens straight in the database, for the first one and for when none is left. */
export function tokenCommand(): Command {
  const command = new Command('token')
    .summary('create, list and revoke API tokens')
    .description('Create, list and revoke API tokens, straight in the database.');
  command
    .command('create')
    .description('Create a token and print it: it is shown only now.')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory())
    .requiredOption('--name <name>', 'whose it is, as the audit trail will say')
    .addOption(new Option('--msp <id>', 'its MSP, with role msp').argParser(uuid))
    .addOption(new Option('--distributor <id>', 'its distributor, with role distributor').argParser(uuid))
    .addOption(dataOption())
    .addOption(jsonOption('print {"id", "token"}'))
    .addHelpText(
      'after',
      examples(
        'kontor token create --role partner_team --name "Partner team, first person"',
        'kontor token create --role msp --msp 5d0a… --name "MSP Alpha, portal" --json',
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
    .addHelpText('after', examples('kontor token revoke 0b0f6c1e-5f0e-4f7e-9f0a-1d2c3b4a5968'))
    .action(revoke);
  return command;
}

interface CreateOptions {
  role: Role;
  name: string;
  msp?: string;
  distributor?: string;
  data?: string;
  json?: true;
}

async function create({ role, name, msp, distributor, data, json }: CreateOptions): Promise<void> {
  if ((role === 'msp') !== (msp !== undefined) || (role === 'distributor') !== (distributor !== undefined)) {
    throw new KontorError('VALIDATION_FAILED', 'Give --msp with role msp, --distributor with role distributor.');
  }
  const issued = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, (trx) =>
      issueToken(trx, {
        name,
        role,
        mspId: msp ?? null,
        distributorId: distributor ?? null,
        at: new Date(),
        actor: ACTOR,
      }),
    ),
  );
  console.log(json === true ? JSON.stringify(issued) : issued.token);
}

async function list({ data, json }: { data?: string; json?: true }): Promise<void> {
  const tokens = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, (trx) => listTokens(trx, { limit: PAGE })),
  );
  if (json === true) {
    console.log(JSON.stringify(tokens));
    return;
  }
  for (const { id, role, name, createdAt, revokedAt } of tokens) {
    const state = revokedAt === null ? 'live' : `revoked ${revokedAt.toISOString()}`;
    console.log(`${id}  ${role.padEnd(12)}  ${createdAt.toISOString()}  ${state}  ${name}`);
  }
  if (tokens.length === 0) console.log('No tokens yet.');
}

async function revoke(id: string, { data }: { data?: string }): Promise<void> {
  const found = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, (trx) => revokeToken(trx, id, new Date(), ACTOR)),
  );
  if (!found) throw new KontorError('NOT_FOUND', `There is no token ${id}.`);
  console.log(`Revoked ${id}.`);
}

function uuid(text: string): string {
  if (!z.uuid().safeParse(text).success) throw new InvalidArgumentError('A UUID.');
  return text;
}

import { Command } from 'commander';
import { readEnv, required, type Env } from '../config/env.js';
import { migrate, migrationFaults } from '../db/schema/migrate.js';
import type { SchemaFaults } from '../db/schema/schemaFaults.js';
import { LOGIN_ROLE } from '../db/schema/roles.js';
import { KontorError } from '../domain/errors.js';
import type { SetUp, SetupFaults } from '../starts/temporalSetup.js';
import { EXIT } from './exit.js';
import { examples, jsonOption } from './options.js';
import { lookAtSetup, setUp } from './services/temporalSetup.js';

interface MigrateOptions {
  check?: true;
  json?: true;
}

/** `kontor migrate`: for deployments, where a job of its own does it before the services start. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      `Bring the database at DATABASE_OWNER_URL up to date and give its login role ${LOGIN_ROLE} the password that ` +
        'DATABASE_URL contains. Then, where TEMPORAL_ADDRESS is set, register the search attributes that are missing in its ' +
        'namespace and set every schedule, those of the programmes included: workers only look, and do not start without the ' +
        'attributes. Safe to run twice, from several places at once, and while workers run.',
    )
    .option('--check', 'say what would be done and do nothing; exit status 1 where there is something')
    .addOption(jsonOption('print {"database", "temporal"}'))
    .addHelpText(
      'after',
      examples(
        `DATABASE_OWNER_URL=postgres://owner:…@db/kontor DATABASE_URL=postgres://${LOGIN_ROLE}:…@db/kontor kontor migrate`,
        'TEMPORAL_ADDRESS=temporal:7233 kontor migrate --check --json',
      ),
    )
    .action(({ check, json }: MigrateOptions) => (check === true ? look(json) : bringUpToDate(json)));
}

/** The owner's address and the login role's password. Throws CONFIGURATION_INVALID. */
function addresses(env: Env): { ownerUrl: string; password: string } {
  const login = new URL(required(env, 'DATABASE_URL'));
  if (login.username !== LOGIN_ROLE || login.password === '') {
    throw new KontorError(
      'CONFIGURATION_INVALID',
      `DATABASE_URL has to name the login role ${LOGIN_ROLE} and its password.`,
    );
  }
  return { ownerUrl: required(env, 'DATABASE_OWNER_URL'), password: decodeURIComponent(login.password) };
}

async function bringUpToDate(json: true | undefined): Promise<void> {
  const env = readEnv();
  const { ownerUrl, password } = addresses(env);
  const { pending } = await migrationFaults(ownerUrl);
  await migrate(ownerUrl, password);
  if (json !== true) console.log('The database is up to date.');
  const temporal = env.TEMPORAL_ADDRESS === undefined ? null : await setUp(env);
  if (json === true) console.log(JSON.stringify({ database: { migrations: pending }, temporal }));
  else for (const line of doneLines(temporal)) console.log(line);
  for (const sentence of temporal?.failed ?? []) console.error(sentence);
  if ((temporal?.failed.length ?? 0) > 0) process.exitCode = EXIT.failed;
}

function doneLines(temporal: SetUp | null): string[] {
  if (temporal === null) return ['Temporal is not configured (TEMPORAL_ADDRESS): nothing was set there.'];
  const { registered, schedules } = temporal;
  return [
    ...(registered.length === 0 ? [] : [`Search attributes registered: ${registered.join(', ')}.`]),
    `Schedules set: ${schedules}.`,
  ];
}

async function look(json: true | undefined): Promise<void> {
  const env = readEnv();
  const { ownerUrl } = addresses(env);
  const database = await migrationFaults(ownerUrl);
  // Before the migrations there is nobody who could read the programmes.
  const temporal =
    env.TEMPORAL_ADDRESS === undefined ? null : await lookAtSetup(env, { migrated: isMigrated(database) });
  if (json === true) console.log(JSON.stringify({ database, temporal }));
  else for (const line of wouldLines(database, temporal)) console.log(line);
  if (somethingToDo(database, temporal)) process.exitCode = EXIT.failed;
}

const isMigrated = ({ pending }: SchemaFaults) => pending.length === 0;

/** How many things `kontor migrate`, or a person, has to do in Temporal, as far as it says. */
function countFaults({ attributes, schedules }: SetupFaults): number {
  return (attributes === 'unknown' ? 0 : attributes.length) + schedules.length;
}

function somethingToDo({ pending, newer }: SchemaFaults, temporal: SetupFaults | null): boolean {
  return pending.length + newer.length + (temporal === null ? 0 : countFaults(temporal)) > 0;
}

function wouldLines({ pending, newer }: SchemaFaults, temporal: SetupFaults | null): string[] {
  const attributes = temporal?.attributes ?? [];
  return [
    ...newer.map((name) => `A newer version of Kontor did migration ${name}: migrate with that version.`),
    ...pending.map((name) => `Migration ${name} would be done.`),
    ...(pending.length + newer.length === 0 ? ['The database is up to date.'] : []),
    ...(temporal === null ? ['Temporal is not configured (TEMPORAL_ADDRESS): nothing would be set there.'] : []),
    ...(attributes === 'unknown'
      ? ['Temporal does not say which search attributes it has.']
      : attributes.map(({ name, found }) =>
          found === null
            ? `Search attribute ${name} would be registered.`
            : `Search attribute ${name} is of type ${found}, and only a person can make it a Keyword.`,
        )),
    ...(temporal?.schedules ?? []).map(({ scheduleId, fault }) =>
      fault === 'missing' ? `Schedule ${scheduleId} would be made.` : `Schedule ${scheduleId} would be set anew.`,
    ),
    ...(temporal !== null && attributes !== 'unknown' && countFaults(temporal) === 0
      ? ['Temporal is up to date.']
      : []),
  ];
}

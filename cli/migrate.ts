import { Command } from 'commander';
import { readEnv, required } from '../config/env.js';
import { migrate } from '../db/schema/migrate.js';
import { LOGIN_ROLE } from '../db/schema/roles.js';
import { KontorError } from '../domain/errors.js';
import { EXIT } from './exit.js';
import { examples } from './options.js';
import { setSchedules } from './services/schedules.js';

/** `kontor migrate`: for deployments, where a job of its own does it before the services start. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      `Bring the database at DATABASE_OWNER_URL up to date and give its login role ${LOGIN_ROLE} the password that ` +
        'DATABASE_URL contains. Where TEMPORAL_ADDRESS is set, the month-end schedule of every programme is set too. Safe ' +
        'to run twice, and from several places at once.',
    )
    .addHelpText(
      'after',
      examples(
        `DATABASE_OWNER_URL=postgres://owner:…@db/kontor DATABASE_URL=postgres://${LOGIN_ROLE}:…@db/kontor kontor migrate`,
      ),
    )
    .action(async () => {
      const env = readEnv();
      const login = new URL(required(env, 'DATABASE_URL'));
      if (login.username !== LOGIN_ROLE || login.password === '') {
        throw new KontorError(
          'CONFIGURATION_INVALID',
          `DATABASE_URL has to name the login role ${LOGIN_ROLE} and its password.`,
        );
      }
      await migrate(required(env, 'DATABASE_OWNER_URL'), decodeURIComponent(login.password));
      console.log('The database is up to date.');
      if (env.TEMPORAL_ADDRESS === undefined) return;
      const { set, failed } = await setSchedules(env);
      console.log(`Month-end schedules set: ${set}.`);
      for (const sentence of failed) console.error(sentence);
      if (failed.length > 0) process.exitCode = EXIT.failed;
    });
}

import { Command } from 'commander';
import { childEnvironment, readEnv } from '../config/env.js';
import { EXIT } from './exit.js';
import { firstAdministrator } from './firstAdministrator.js';
import { dataOption, examples, jsonOption } from './options.js';
import { dataDirOf } from './paths.js';
import { runUntilEnded } from './runUntilEnded.js';
import { startStack, type Services } from './services.js';
import { createTerminal } from './terminal.js';

/** `kontor up`: the services, kept between starts, until Ctrl-C. */
export function upCommand(): Command {
  return new Command('up')
    .description(
      'Start what is not configured (PostgreSQL, Temporal, an inbox for mail) with a worker and the API, and keep it ' +
        'running until Ctrl-C. Data stays for the next start. DATABASE_URL, TEMPORAL_ADDRESS and SMTP_URL each replace ' +
        'one of the embedded services.',
    )
    .addOption(dataOption('where the services keep their data'))
    .addOption(jsonOption('print one JSON object once all of it runs; all else goes to stderr'))
    .addHelpText(
      'after',
      examples('kontor up', 'kontor up --data /var/lib/kontor', 'SMTP_URL=smtp://mail:25 kontor up'),
    )
    .action(up);
}

async function up({ data, json }: { data?: string; json?: true }): Promise<void> {
  const { say } = createTerminal({ json });
  const dataDir = dataDirOf(data);
  const stack = startStack({ env: readEnv(), dataDir, fleeting: false, say });
  await runUntilEnded({ stop: () => stack.stop(), say, complain: console.error }, async (serving) => {
    const services = await stack.services;
    for (const line of whereToLook(services)) say(line);
    const env = readEnv(childEnvironment(services.env));
    const first = await firstAdministrator(env, env.PUBLIC_URL?.replace(/\/$/, '') ?? services.apiUrl);
    if (first !== null) {
      say(`\nThe first administrator signs in as ${first.email}, with a password chosen by this link, good once:`);
      say(first.link);
    }
    const dataPart = data === undefined ? '' : ` --data ${quoted(data)}`;
    say(`\nA first token:  kontor token create --level administrator --name "…"${dataPart}`);
    say('Ctrl-C ends it all; the data stays.');
    const { apiUrl, temporalUiUrl, inboxUrl } = services;
    if (json === true)
      console.log(
        JSON.stringify({ apiUrl, temporalUiUrl, inboxUrl, dataDir: services.dataDir, firstAdministrator: first }),
      );
    serving(EXIT.ok);
    const error = await services.died;
    console.error(`kontor: ${error.message}`);
    return EXIT.failed;
  });
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** One line per thing to look at, aligned. */
export function whereToLook({ apiUrl, temporalUiUrl, inboxUrl, dataDir }: Services): string[] {
  const places: [string, string | null][] = [
    ['API', apiUrl],
    ['API docs', `${apiUrl}/docs/`],
    ['Temporal UI', temporalUiUrl],
    ['Inbox', inboxUrl],
    ['Data, logs', dataDir],
  ];
  return places.flatMap(([name, place]) => (place === null ? [] : [`${name.padEnd(12)} ${place}`]));
}

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command, Option } from 'commander';
import { codecServer } from '../api/codecServer.js';
import { KEY_BYTES } from '../config/encryptionKeys.js';
import { createPayloadCodec } from '../config/payloadCodec.js';
import { KontorError } from '../domain/errors.js';
import { environmentOf } from './environment.js';
import { EXIT } from './exit.js';
import { examples, jsonOption, wholeNumber } from './options.js';
import { runUntilEnded } from './runUntilEnded.js';

/** `kontor codec`: keys of what Temporal keeps, and its Web UI for those who may read it. */
export function codecCommand(): Command {
  const command = new Command('codec').description(
    'Keys that encrypt what Temporal keeps (TEMPORAL_CODEC_KEYS) and secrets in the database (SECRET_KEYS), and a codec server for Temporal’s Web UI.',
  );
  command
    .command('key')
    .description(
      'Make a new key and print it as ID=KEY. Put it first in TEMPORAL_CODEC_KEYS of every process, API, worker and terminal: ' +
        'it encrypts from then on; the ones behind it still decrypt. Take an old one out once no workflow it encrypted is kept. ' +
        'Another one is for SECRET_KEYS of the API, where an old one stays as long as secrets from its time are in use.',
    )
    .option('--id <id>', 'the name of the key (default: today’s date)')
    .addOption(jsonOption('print {"id", "key"}'))
    .addHelpText('after', examples('kontor codec key', 'kontor codec key --id 2027-01 --json'))
    .action(({ id = new Date().toISOString().slice(0, 10), json }: { id?: string; json?: true }) => {
      if (!/^[A-Za-z0-9._-]{1,64}$/.test(id)) {
        throw new KontorError('CONFIGURATION_INVALID', '--id: 1 to 64 letters, digits, dots, hyphens and underscores.');
      }
      const key = randomBytes(KEY_BYTES).toString('base64');
      console.log(json ? JSON.stringify({ id, key }) : `${id}=${key}`);
    });
  command
    .command('serve')
    .description(
      'Decrypt for the Temporal Web UI in your own browser, until interrupted: enter the printed address there under "codec ' +
        'server". Needs TEMPORAL_CODEC_KEYS; listens on this machine only and answers no other page than --ui.',
    )
    .option('--ui <origin>', 'where the Web UI is', 'http://localhost:8233')
    .addOption(
      new Option('--port <port>', 'port of this machine; 0: any').default(8888).argParser(wholeNumber(0, 65_535)),
    )
    .addOption(jsonOption('print {"listening"} once it does'))
    .addHelpText('after', examples('kontor codec serve', 'kontor codec serve --ui https://temporal.example'))
    .action(serve);
  return command;
}

async function serve({ ui, port, json }: { ui: string; port: number; json?: true }): Promise<void> {
  const keys = (await environmentOf(undefined)).TEMPORAL_CODEC_KEYS;
  if (keys === undefined) {
    throw new KontorError('CONFIGURATION_INVALID', 'Set TEMPORAL_CODEC_KEYS: without keys nothing is encrypted.');
  }
  const origin = URL.canParse(ui) ? new URL(ui).origin : 'null';
  if (origin === 'null') throw new KontorError('CONFIGURATION_INVALID', `--ui: "${ui}" is no address of a Web UI.`);
  const server = createServer(codecServer(createPayloadCodec(keys), origin));
  const stop = () => {
    server.close();
    return Promise.resolve();
  };
  await runUntilEnded({ stop, say: console.log, complain: console.error }, async (serving) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const listening = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    console.log(json === true ? JSON.stringify({ listening }) : `Codec server for ${origin}: ${listening}`);
    serving(EXIT.ok);
    await once(server, 'close');
    return EXIT.ok;
  });
}

import { Command, Option } from 'commander';
import { join } from 'node:path';
import { childEnvironment, readEnv } from '../config/env.js';
import { freshDataDir } from './demo/freshDataDir.js';
import { nothingBroken } from './demo/outcome.js';
import { perform } from './demo/perform.js';
import type { DemoWorld } from './demo/scene.js';
import { fieldError } from '../domain/errors.js';
import type { Period } from '../domain/period.js';
import { ecbFile } from '../rates/ecbFile.js';
import { playableMonths } from './demo/playableMonths.js';
import { EXIT } from './exit.js';
import { examples, jsonOption, toPeriod, wholeNumber } from './options.js';
import { dataDirOf, DEFAULT_DATA_DIR } from './paths.js';
import { runUntilEnded } from './runUntilEnded.js';
import { startStack } from './services.js';
import { createTerminal } from './terminal.js';
import { whereToLook } from './up.js';

/** As many as two cores can serve. */
const POOL = 6;

interface DemoOptions extends DemoWorld {
  data: string;
  exit?: true;
  json?: true;
}

/** `kontor demo`: a month of two programmes on real parts, in front of your eyes. */
export function demoCommand(): Command {
  const number = (flags: string, description: string, [min, max, value]: [number, number, number]) =>
    new Option(flags, description).argParser(wholeNumber(min, max)).default(value);
  return new Command('demo')
    .description(
      'Play a month of two programmes: MSPs sign up, their sites report, the month is closed, statements are mailed. Starts ' +
        'what is not configured, over an empty data directory, and stays up until Ctrl-C. The same seed gives the same ' +
        'totals and the same bytes in every document.',
    )
    .addOption(
      new Option('--period <YYYY-MM>', 'the month to play; the one before is closed first')
        .argParser(toPeriod)
        .default(toPeriod('2026-03')),
    )
    .addOption(number('--msps <n>', 'MSPs, at least 5', [5, 5_000, 40]))
    .addOption(number('--sites <n>', 'sites, at least one for each MSP', [5, 100_000, 400]))
    .addOption(number('--seed <n>', 'of the world that is played', [0, 4_294_967_295, 1]))
    .option(
      '--data <dir>',
      'wiped at each start; a folder that no demo made is refused',
      join(DEFAULT_DATA_DIR, 'demo'),
    )
    .option('--exit', 'end when the month is over; exit status 1 if an invariant is broken')
    .addOption(jsonOption('print the outcome as one JSON object, the last line of stdout; all else goes to stderr'))
    .addHelpText(
      'after',
      '\ncloseMs is the time from the start of the close until every shard is open for review, plus the time from the end\n' +
        'of the review until the run is sealed and its last mail accepted; what people take in between does not count.\n' +
        examples('kontor demo', 'kontor demo --sites 10000 --msps 500 --exit', 'kontor demo --seed 7 --exit --json'),
    )
    .action(demo);
}

/** Says which months can be played before anything starts. */
async function requirePlayable(period: Period): Promise<void> {
  const playable = await playableMonths(new Date(), ecbFile());
  if (playable.includes(period)) return;
  const range = `${playable[0] ?? 'none'} to ${playable.at(-1) ?? 'none'}`;
  throw fieldError(
    'VALIDATION_FAILED',
    '--period',
    `A demo can play ${range}, not ${period}: the month must be over, its check-ins not too old, and exchange rates there.`,
  );
}

function requireSites({ msps, sites }: DemoWorld): void {
  if (sites >= msps) return;
  throw fieldError('VALIDATION_FAILED', '--sites', `Each of ${msps} MSPs has a site at least: not ${sites} sites.`);
}

async function demo({ data, exit, json, period, seed, msps, sites }: DemoOptions): Promise<void> {
  requireSites({ period, seed, msps, sites });
  await requirePlayable(period);
  // All MSPs sign up from one host, and follow the links in their mails there.
  const given = readEnv();
  const env = {
    ...given,
    SIGN_UPS_PER_HOUR: Math.max(given.SIGN_UPS_PER_HOUR, 2 * msps),
    GUESSES_PER_MINUTE: Math.max(given.GUESSES_PER_MINUTE, 10 * msps),
    // It starts and ends within a minute: on each connection more, every statement is planned anew.
    DATABASE_POOL: Math.min(given.DATABASE_POOL, POOL),
    // Everybody in the demo chooses a password.
    KONTOR_LOCAL_LOGIN: 'on' as const,
  };
  const dataDir = dataDirOf(data);
  await freshDataDir(dataDir);
  const terminal = createTerminal({ json });
  const stack = startStack({ env, dataDir, fleeting: true, say: terminal.say });
  await runUntilEnded({ stop: () => stack.stop(), ...terminal }, async (serving) => {
    terminal.say(`Starting the services (seed ${seed}, ${msps} MSPs, ${sites} sites, ${period})`);
    const begun = performance.now();
    const services = await stack.services;
    const startMs = Math.round(performance.now() - begun);
    for (const line of whereToLook(services)) terminal.say(`  ${line}`);
    const died = services.died.then((error) => Promise.reject(error));
    const reached = readEnv(childEnvironment(services.env));
    const performed = perform({ env: reached, services, terminal }, { period, seed, msps, sites }, startMs);
    const outcome = await Promise.race([performed, died]);
    if (json === true) console.log(JSON.stringify(outcome));
    const status = nothingBroken(outcome) ? EXIT.ok : EXIT.failed;
    if (exit === true) return status;
    terminal.say('\nCtrl-C ends it all.');
    serving(status);
    return await died;
  });
}

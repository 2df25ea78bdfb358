/** The process behind `npm run bench`. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT, exitOfCall } from '../cli/exit.js';
import { examples, jsonOption, wholeNumber } from '../cli/options.js';
import { runUntilEnded } from '../cli/runUntilEnded.js';
import { Parts } from '../cli/services/parts.js';
import { createTerminal, type Terminal } from '../cli/terminal.js';
import { startPostgres } from '../embedded/index.js';
import { asOwner, createDatabases } from './databases.js';
import { machineOf, measureSize, type Bench } from './measure.js';
import { parentOf } from './memory.js';
import { PEERS, type PeerName } from './peers/peer.js';
import { resultOf, tableOf, type SizeResult } from './report.js';
import { startSink } from './sink.js';

const MOST_SITES = 1_000_000;
/** Dropped: it warms the disk's cache and what the first start of each process reads. */
const WARM_UP_SITES = 200;

interface BenchOptions {
  sites: number[];
  rounds: number;
  seed: number;
  peers: PeerName[];
  kill?: boolean;
  verify: boolean;
  warmUp: boolean;
  json?: true;
}

const toSite = wholeNumber(20, MOST_SITES);

function toSites(text: string): number[] {
  const sites = text.split(',').map((each) => toSite(each.trim()));
  if (new Set(sites).size !== sites.length) throw new InvalidArgumentError('A size stands there twice.');
  return sites;
}

function toPeers(text: string): PeerName[] {
  const peers = text.split(',').map((each) => {
    const peer = PEERS.find((name) => name === each.trim());
    if (peer === undefined)
      throw new InvalidArgumentError(`"${each.trim()}" is no peer; there are ${PEERS.join(' and ')}.`);
    return peer;
  });
  if (new Set(peers).size !== peers.length) throw new InvalidArgumentError('A peer stands there twice.');
  return peers;
}

function benchCommand(): Command {
  return new Command('npm run bench --')
    .description(
      'Close one generated month by Kontor and by a script without any durability, on copies of the same database, and compare. ' +
        'Both arms make the same statements, documents and mails; the command fails where a total differs or an invariant does ' +
        'not hold. The last line of stdout is a JSON array with one object a size.',
    )
    .addOption(
      new Option('--sites <n,n,…>', 'sizes; a twentieth as many MSPs').argParser(toSites).default([1_000, 10_000]),
    )
    .addOption(new Option('--rounds <n>', 'rounds of both arms, alternated').argParser(wholeNumber(1, 50)).default(2))
    .addOption(new Option('--seed <n>', 'of the generated month').argParser(wholeNumber(0, 4_294_967_295)).default(1))
    .addOption(
      new Option('--peers <name,…>', `close it by other libraries too: ${PEERS.join(', ')}`)
        .argParser(toPeers)
        .default([], 'none'),
    )
    .option('--kill', 'close it once more with a worker that is killed at half of the statements and started again')
    .option('--no-verify', 'time Kontor without checking its invariants afterwards, for tuning')
    .option('--no-warm-up', 'leave out the small month that is played first and dropped')
    .addOption(jsonOption('print nothing but the JSON on stdout; all else goes to stderr'))
    .addHelpText(
      'after',
      '\ncloseMs is the time from the start of the close to its sealed run with the last mail accepted; the review is ended as\n' +
        'soon as all shards are in it. floorMs is the time from the first statement of SQL to the last mail accepted. A peer is\n' +
        'timed from the start of its job or workflow to the end of the last one; its tables stand before.\n' +
        examples(
          'npm run bench',
          'npm run bench -- --sites 1000,10000,100000 --rounds 4',
          'npm run bench -- --seed 7 --json',
          `npm run bench -- --peers ${PEERS.join(',')}`,
        ),
    )
    .exitOverride()
    .action(bench);
}

/** Measures every size over servers that are stopped, with all they wrote, when it ends. */
async function play(
  { sites, rounds, seed, peers, kill = false, verify, warmUp }: BenchOptions,
  { terminal, parts, dataDir }: { terminal: Terminal; parts: { servers: Parts; arms: Parts }; dataDir: string },
): Promise<SizeResult[]> {
  const postgres = await parts.servers.start(
    () => startPostgres({ dataDir: join(dataDir, 'postgres'), log: terminal.say }),
    (each) => each.stop(),
  );
  const sink = await parts.servers.start(startSink, (each) => each.stop());
  const backendPid = await asOwner(postgres.adminUrl, async (client) => {
    const { rows } = await client.query<{ parent: number | null }>('select pg_backend_pid() as parent');
    return parentOf(rows[0]?.parent ?? 0);
  });
  const setting: Bench = {
    databases: createDatabases(postgres.adminUrl),
    sink,
    postgresPid: backendPid,
    dataDir,
    alongside: parts.arms,
    ...{ seed, verify, peers, kill, say: terminal.say },
  };
  if (warmUp) {
    terminal.say(`Warm-up, dropped: ${WARM_UP_SITES} sites`);
    await measureSize(
      { ...setting, verify: false, kill: false, say: () => undefined },
      { sites: WARM_UP_SITES, rounds: 1 },
    );
  }
  const results: SizeResult[] = [];
  for (const size of sites) {
    const measured = await measureSize(setting, { sites: size, rounds });
    results.push(resultOf(measured, { seed, machine: machineOf(), date: new Date() }));
  }
  return results;
}

/** As it can be typed again. */
function commandOf({ sites, rounds, seed, peers, kill, verify, warmUp }: BenchOptions): string {
  const left = [
    ...(peers.length > 0 ? [`--peers ${peers.join(',')}`] : []),
    ...(kill === true ? ['--kill'] : []),
    ...(verify ? [] : ['--no-verify']),
    ...(warmUp ? [] : ['--no-warm-up']),
  ];
  return ['npm run bench --', `--sites ${sites.join(',')} --rounds ${rounds} --seed ${seed}`, ...left].join(' ');
}

async function bench(options: BenchOptions): Promise<void> {
  const terminal = createTerminal(options);
  const parts = { servers: new Parts(), arms: new Parts() };
  const dataDir = await mkdtemp(join(tmpdir(), 'kontor-bench-'));
  // Root's PostgreSQL, which is another user, passes through; nobody else sees what there is.
  await chmod(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
  const stop = async () => {
    await parts.arms.stop();
    await parts.servers.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  await runUntilEnded({ stop, ...terminal }, async () => {
    const results = await play(options, { terminal, parts, dataDir });
    terminal.say(`\n${tableOf(results, commandOf(options))}\n`);
    console.log(JSON.stringify(results));
    return EXIT.ok;
  });
}

process.umask(0o077);

try {
  await benchCommand().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has said already what is wrong with the call.
  process.exitCode = exitOfCall(error);
}

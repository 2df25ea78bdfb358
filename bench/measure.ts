import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Parts } from '../cli/services/parts.js';
import type { Setting } from './arm.js';
import { madeByFloor, madeByKontor, requireAgreement, type Agreement, type AllMade } from './compare.js';
import { KontorError } from '../domain/errors.js';
import { asOwner, type BenchDatabase, type Databases } from './databases.js';
import { runFloorArm, type FloorMeasure } from './floorArm.js';
import { insertWorld } from './insertWorld.js';
import { runKontorArm, type KontorMeasure } from './kontorArm.js';
import { runPeerArm, type PeerMeasure } from './peerArm.js';
import type { PeerName } from './peers/peer.js';
import type { Sink } from './sink.js';
import { spreadOf } from './spread.js';
import { createWorld, PREVIOUS } from './world.js';

/** What stays the same while sizes and rounds change. */
export interface Bench {
  databases: Databases;
  sink: Sink;
  postgresPid: number | null;
  dataDir: string;
  alongside: Parts;
  seed: number;
  verify: boolean;
  peers: readonly PeerName[];
  kill: boolean;
  say: (line: string) => void;
}

/** All arms over copies of one database. */
export interface Round {
  kontor: KontorMeasure;
  floor: FloorMeasure;
  peers: PeerMeasure[];
  agreement: Agreement;
  /** Kontor's statements. */
  made: AllMade;
}

/** A close whose worker was killed when half of its statements were mailed, and started again at once. */
export interface Killed {
  closeMs: number;
  /** Over the median of the rounds. */
  extraMs: number;
  /** Message-IDs that the relay accepted more than once. */
  repeatedMails: number;
  /** Mails of which nobody can tell whether the relay took them; a person is asked, and they are not sent again. */
  uncertainMails: number;
  /** Of these, how many the relay had not taken. */
  missingMails: number;
}

/** One size: its rows and its rounds. */
export interface Measured {
  sites: number;
  msps: number;
  /** Of the generated rows, in hex. */
  sha256: string;
  /** Generating and inserting them. */
  generateMs: number;
  /** What closing the month before took Kontor, once. */
  previousMs: number;
  rounds: Round[];
  /** Null: it was not asked for. */
  killed: Killed | null;
}

/** What ran where. */
export function machineOf(): string {
  const cores = cpus();
  return `${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}`;
}

/** Kontor first in even rounds, the floor first in odd ones; peers come last. */
async function playRound(bench: Bench, world: BenchDatabase, nth: number): Promise<Round> {
  const arm = async <M extends { statements: number; mails: number }>(
    name: string,
    run: (setting: Setting) => Promise<M>,
    msOf: (measure: M) => number,
  ) => {
    // Copied right before it is used: what the other arm left to write is on the disk by then.
    const database = await bench.databases.copy(world.name, `${world.name}_${nth}_${name.replace('-', '_')}`);
    const measure = await run({ ...bench, database, dataDir: join(bench.dataDir, database.name) });
    bench.say(`  ${name} ${msOf(measure)} ms, ${measure.statements} statements, ${measure.mails} mails`);
    return { measure, database };
  };
  const playKontor = () =>
    arm(
      'kontor',
      (setting) => runKontorArm(setting, bench),
      ({ closeMs }) => closeMs,
    );
  const early = nth % 2 === 0 ? await playKontor() : null;
  const floor = await arm('floor', runFloorArm, ({ floorMs }) => floorMs);
  const kontor = early ?? (await playKontor());
  const made = await madeByKontor(kontor.database.ownerUrl);
  const agreement = requireAgreement(made, { name: 'the floor', made: await madeByFloor(floor.database.ownerUrl) });
  await bench.databases.drop(floor.database.name);
  const peers: PeerMeasure[] = [];
  for (const name of bench.peers) {
    const peer = await arm(
      name,
      (setting) => runPeerArm(setting, name),
      ({ closeMs }) => closeMs,
    );
    requireAgreement(made, { name, made: await madeByFloor(peer.database.ownerUrl) });
    await bench.databases.drop(peer.database.name);
    peers.push(peer.measure);
  }
  await bench.databases.drop(kontor.database.name);
  return { kontor: kontor.measure, floor: floor.measure, peers, agreement, made };
}

const UNCERTAIN = `select message_id as id from outbox where state = 'uncertain'`;

/**
 * Closes the month once more, with a worker that is killed at half of the statements. Throws INTERNAL where a total is another one
 * than in the ordinary rounds, a mail is missing of which Kontor does not say so, or an invariant does not hold.
 */
async function playKilled(bench: Bench, world: BenchDatabase, rounds: readonly Round[]): Promise<Killed | null> {
  const [ordinary] = rounds;
  if (ordinary === undefined) return null;
  const database = await bench.databases.copy(world.name, `${world.name}_killed`);
  const setting = { ...bench, database, dataDir: join(bench.dataDir, database.name) };
  const killAfter = Math.ceil(ordinary.kontor.statements / 2);
  const { closeMs, mails, messageIds } = await runKontorArm(setting, { verify: true, killAfter });
  requireAgreement(ordinary.made, { name: 'with a killed worker', made: await madeByKontor(database.ownerUrl) });
  const { rows } = await asOwner(database.ownerUrl, (client) => client.query<{ id: string }>(UNCERTAIN));
  const uncertain = new Set(rows.map(({ id }) => id));
  const missing = [...ordinary.kontor.messageIds].filter((id) => !messageIds.has(id));
  const [lost] = missing.filter((id) => !uncertain.has(id));
  if (lost !== undefined) throw new KontorError('INTERNAL', `The mail ${lost} never arrived, and Kontor says it did.`);
  await bench.databases.drop(database.name);
  const killed = {
    closeMs,
    extraMs: closeMs - Math.round(spreadOf(rounds.map(({ kontor }) => kontor.closeMs)).median),
    repeatedMails: mails - messageIds.size,
    uncertainMails: uncertain.size,
    missingMails: missing.length,
  };
  bench.say(`  kontor, killed after ${killAfter} statements: ${closeMs} ms, ${uncertain.size} mails uncertain`);
  return killed;
}

/** Closes the month before, whose statements both arms go by, and leaves the database at rest. */
async function closePrevious(bench: Bench, database: BenchDatabase): Promise<number> {
  const dataDir = join(bench.dataDir, `${database.name}-before`);
  const { closeMs } = await runKontorArm({ ...bench, database, dataDir }, { verify: false, period: PREVIOUS });
  await asOwner(database.ownerUrl, (client) => client.query('vacuum (analyze)'));
  return closeMs;
}

/** Makes the rows of a size and runs both arms, alternated, so many rounds. Throws what an arm throws. */
export async function measureSize(
  bench: Bench,
  { sites, rounds }: { sites: number; rounds: number },
): Promise<Measured> {
  const begun = performance.now();
  const world = createWorld({ sites, seed: bench.seed });
  const database = await bench.databases.create(`world_${sites}`);
  await asOwner(database.ownerUrl, (client) => insertWorld(client, world));
  const generateMs = Math.round(performance.now() - begun);
  bench.say(`${sites} sites, ${world.size.msps} MSPs, seed ${bench.seed}: SHA-256 ${world.sha256()}, ${generateMs} ms`);
  const previousMs = await closePrevious(bench, database);
  const played: Round[] = [];
  for (let nth = 0; nth < rounds; nth += 1) played.push(await playRound(bench, database, nth));
  const killed = bench.kill ? await playKilled(bench, database, played) : null;
  await bench.databases.drop(database.name);
  return { sites, msps: world.size.msps, sha256: world.sha256(), generateMs, previousMs, rounds: played, killed };
}

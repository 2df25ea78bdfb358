import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Parts } from '../cli/services/parts.js';
import type { Setting } from './arm.js';
import { requireAgreement, type Agreement } from './compare.js';
import { asOwner, type BenchDatabase, type Databases } from './databases.js';
import { runFloorArm, type FloorMeasure } from './floorArm.js';
import { insertWorld } from './insertWorld.js';
import { runKontorArm, type KontorMeasure } from './kontorArm.js';
import { runPeerArm, type PeerMeasure } from './peerArm.js';
import type { PeerName } from './peers/peer.js';
import type { Sink } from './sink.js';
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
  say: (line: string) => void;
}

/** All arms over copies of one database. */
export interface Round {
  kontor: KontorMeasure;
  floor: FloorMeasure;
  peers: PeerMeasure[];
  agreement: Agreement;
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
  const ofKontor = kontor.database.ownerUrl;
  const agreement = await requireAgreement(ofKontor, { name: 'the floor', ownerUrl: floor.database.ownerUrl });
  await bench.databases.drop(floor.database.name);
  const peers: PeerMeasure[] = [];
  for (const name of bench.peers) {
    const peer = await arm(
      name,
      (setting) => runPeerArm(setting, name),
      ({ closeMs }) => closeMs,
    );
    await requireAgreement(ofKontor, { name, ownerUrl: peer.database.ownerUrl });
    await bench.databases.drop(peer.database.name);
    peers.push(peer.measure);
  }
  await bench.databases.drop(kontor.database.name);
  return { kontor: kontor.measure, floor: floor.measure, peers, agreement };
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
  await bench.databases.drop(database.name);
  return { sites, msps: world.size.msps, sha256: world.sha256(), generateMs, previousMs, rounds: played };
}

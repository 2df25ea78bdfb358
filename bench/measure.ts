import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Parts } from '../cli/services/parts.js';
import type { Setting } from './arm.js';
import { requireAgreement, type Agreement } from './compare.js';
import { asOwner, type BenchDatabase, type Databases } from './databases.js';
import { runFloorArm, type FloorMeasure } from './floorArm.js';
import { insertWorld } from './insertWorld.js';
import { runKontorArm, type KontorMeasure } from './kontorArm.js';
import type { Sink } from './sink.js';
import { createWorld } from './world.js';

/** What stays the same while sizes and rounds change. */
export interface Bench {
  databases: Databases;
  sink: Sink;
  postgresPid: number | null;
  dataDir: string;
  alongside: Parts;
  seed: number;
  verify: boolean;
  say: (line: string) => void;
}

/** Both arms over copies of one database. */
export interface Round {
  kontor: KontorMeasure;
  floor: FloorMeasure;
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
  rounds: Round[];
}

/** What ran where. */
export function machineOf(): string {
  const [first, ...others] = cpus();
  return `${others.length + 1} cores (${first?.model.trim() ?? 'unknown'}), Node ${process.versions.node}`;
}

const ORDERS = [
  ['kontor', 'floor'],
  ['floor', 'kontor'],
] as const;

async function playRound(bench: Bench, world: BenchDatabase, nth: number): Promise<Round> {
  const setting = async (arm: string): Promise<Setting> => ({
    ...bench,
    database: await bench.databases.copy(world.name, `${world.name}_${nth}_${arm}`),
    dataDir: join(bench.dataDir, `${world.name}-${nth}-${arm}`),
  });
  const settings = { kontor: await setting('kontor'), floor: await setting('floor') };
  let kontor: KontorMeasure | undefined;
  let floor: FloorMeasure | undefined;
  for (const arm of ORDERS[nth % ORDERS.length] ?? ORDERS[0]) {
    if (arm === 'kontor') {
      kontor = await runKontorArm(settings.kontor, bench);
      bench.say(`  Kontor ${kontor.closeMs} ms, ${kontor.statements} statements, ${kontor.mails} mails`);
    } else {
      floor = await runFloorArm(settings.floor);
      bench.say(`  floor ${floor.floorMs} ms, ${floor.statements} statements, ${floor.mails} mails`);
    }
  }
  const agreement = await requireAgreement(settings.kontor.database.ownerUrl, settings.floor.database.ownerUrl);
  for (const { database } of Object.values(settings)) await bench.databases.drop(database.name);
  if (kontor === undefined || floor === undefined) throw new TypeError('An arm was left out.');
  return { kontor, floor, agreement };
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
  const played: Round[] = [];
  for (let nth = 0; nth < rounds; nth += 1) played.push(await playRound(bench, database, nth));
  await bench.databases.drop(database.name);
  return { sites, msps: world.size.msps, sha256: world.sha256(), generateMs, rounds: played };
}

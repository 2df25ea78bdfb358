import { z } from 'zod';
import type { Setting } from './arm.js';
import type { PeerName } from './peers/peer.js';
import { runScript } from './scriptProcess.js';

const RUN = z.object({ totalMs: z.number(), statements: z.number(), packs: z.number(), peakMb: z.number() });

/** What one close by a peer took and held. */
export interface PeerMeasure {
  name: PeerName;
  closeMs: number;
  /** Of its process; PostgreSQL's is not in it. */
  peakMb: number;
  statements: number;
  mails: number;
}

/** Runs a peer over the database. Throws as `runScript` does. */
export async function runPeerArm(setting: Setting, name: PeerName): Promise<PeerMeasure> {
  const main = new URL('./peers/main.js', import.meta.url);
  const { run, arrivals } = await runScript(setting, { name, main, given: { peer: name }, run: RUN });
  return { name, closeMs: run.totalMs, peakMb: run.peakMb, statements: run.statements, mails: arrivals.mails };
}

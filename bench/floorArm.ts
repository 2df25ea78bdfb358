import { z } from 'zod';
import type { Setting } from './arm.js';
import { runScript } from './scriptProcess.js';

const milliseconds = z.number();
const RUN = z.object({
  totalMs: milliseconds,
  rateMs: milliseconds,
  statementsMs: milliseconds,
  packsMs: milliseconds,
  statements: z.number(),
  packs: z.number(),
  peakMb: z.number(),
});

/** What one run of the floor took and held. */
export interface FloorMeasure {
  floorMs: number;
  rateMs: number;
  statementsMs: number;
  packsMs: number;
  statements: number;
  mails: number;
  processPeakMb: number;
  postgresPeakMb: number | null;
}

/** Runs the floor over the database. Throws as `runScript` does. */
export async function runFloorArm(setting: Setting): Promise<FloorMeasure> {
  const main = new URL('./floor/main.js', import.meta.url);
  const { run, arrivals, postgresPeakMb } = await runScript(setting, { name: 'The floor', main, run: RUN });
  return {
    floorMs: run.totalMs,
    rateMs: run.rateMs,
    statementsMs: run.statementsMs,
    packsMs: run.packsMs,
    statements: run.statements,
    mails: arrivals.mails,
    processPeakMb: run.peakMb,
    postgresPeakMb,
  };
}

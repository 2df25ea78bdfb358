import type { Client } from '@temporalio/client';
import type { Env } from '../../config/env.js';
import type { Database } from '../../db/connect.js';
import type { Period } from '../../domain/period.js';
import type { RunKey } from '../../domain/run.js';
import type { Services } from '../services.js';
import type { Terminal } from '../terminal.js';
import type { Simulator } from './simulate.js';

/** What the demo plays. The same numbers give the same world, the same totals and the same documents. */
export interface DemoWorld {
  period: Period;
  seed: number;
  msps: number;
  sites: number;
}

/** The programmes of the world that the simulator plays (simulator/world/programme.ts and endpointProgramme.ts). */
export const PROGRAMMES = ['msp', 'endpoint'] as const;

/** The runs of a month, one per programme. */
export function runsOf(period: Period): RunKey[] {
  return PROGRAMMES.map((programme) => ({ programme, period }));
}

/** What every step of the demo works with. */
export interface Scene {
  world: DemoWorld;
  services: Services;
  /** Where the mails arrive that everybody reads. */
  inboxUrl: string;
  /** Completed by what leads to the services. */
  env: Env;
  db: Database;
  client: Client;
  terminal: Terminal;
  /** Of two persons of the partner team: some decisions need four eyes. */
  tokens: { first: string; second: string };
  simulator: Simulator;
}

import type { Period } from '../domain/period.js';
import type { ApiClient } from './apiClient.js';
import type { Mailbox } from './mailbox.js';
import type { Progress } from './progress.js';
import type { Clock } from './siteSpeaker.js';
import type { When, World } from './world/index.js';

/** What every phase works with. */
export interface Simulation {
  world: World;
  client: ApiClient;
  /** Where everybody's mail arrives. */
  mailbox: Mailbox;
  clock: Clock;
  progress: Progress;
  /** Of the partner team. */
  token: string;
  /** Of a second person of the partner team (four eyes). */
  secondToken: string;
}

/**
 * Requests under way at once: two cores are shared with everything that answers them. More would only wait for the audit
 * trail, which one transaction at a time appends to, each on a connection whose statements are planned anew.
 */
export const WIDTH = 12;

export function periodOf(world: World, when: When): Period {
  return when === 'current' ? world.period : world.previous;
}

/** Names a request so that the same world asks for the same thing once. */
export function once({ world }: Pick<Simulation, 'world'>, ...parts: readonly (string | number)[]): string {
  const name = ['simulator', world.seed, world.period, ...parts].join('/');
  return encodeURIComponent(name).slice(0, 200);
}

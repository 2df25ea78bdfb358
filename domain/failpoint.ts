/**
 * Places at which a process can be made to fail, for trying what holds then: numbered, compiled in, and without effect unless
 * a process was told otherwise as it started (KONTOR_FAILPOINT). docs/faults.md says what each is for.
 */
export const FAILPOINTS = [
  'commit.before',
  'commit.after',
  'mail.begun',
  'mail.written',
  'mail.accepted',
  'heartbeat.before',
  'heartbeat.after',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

let reached: ((name: Failpoint) => void) | undefined;

/** A process comes past this place. */
export function failpoint(name: Failpoint): void {
  reached?.(name);
}

/** What happens at each place; once, as the process starts. */
export function onFailpoint(hook: (name: Failpoint) => void): void {
  reached = hook;
}

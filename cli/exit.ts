import type { CommanderError } from 'commander';

/** Exit statuses of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Of what commander ended with: help that was asked for, or a call that is wrong. */
export function exitOfCall({ exitCode }: CommanderError): number {
  return exitCode === 0 ? EXIT.ok : EXIT.usage;
}

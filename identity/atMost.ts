import { KontorError } from '../domain/errors.js';

/** Runs at most `width` works at a time; `waiting` more wait their turn, and any beyond are refused (RATE_LIMITED). */
export function atMost(width: number, waiting: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const turns: (() => void)[] = [];
  return async (work) => {
    if (running < width) {
      running += 1;
    } else {
      if (turns.length >= waiting) {
        throw new KontorError('RATE_LIMITED', 'Too many passwords are being checked right now; try again shortly.');
      }
      await new Promise<void>((resolve) => turns.push(resolve));
    }
    try {
      return await work();
    } finally {
      // Whoever waited takes the place over, so that the count stays.
      const next = turns.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

export interface Stopwatch {
  /** Runs `work` and notes how long it took under `name`. */
  timed: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Milliseconds per name, in the order in which they ended. */
  timings: Record<string, number>;
}

export function createStopwatch(): Stopwatch {
  const timings: Record<string, number> = {};
  return {
    timings,
    timed: async (name, work) => {
      const start = performance.now();
      try {
        return await work();
      } finally {
        timings[name] = Math.round(performance.now() - start);
      }
    },
  };
}

/** Talks progress as JSON lines, at most some a second: `{"phase","done","total"}`. */
export interface Progress {
  start(phase: string, total: number): { step(): void };
}

const EVERY_MS = 200;

export function createProgress(write: (line: string) => void, now: () => number): Progress {
  return {
    start: (phase, total) => {
      let done = 0;
      let told = now();
      const tell = () => {
        write(JSON.stringify({ phase, done, total }));
        told = now();
      };
      tell();
      return {
        step: () => {
          done += 1;
          if (done === total || now() - told >= EVERY_MS) tell();
        },
      };
    },
  };
}

import closeWithGrace from 'close-with-grace';
import { EXIT } from './exit.js';
import { describeFailure, failureText } from './failure.js';

/** Longer than the worker's own grace, so that nothing is cut short. */
const STOP_MS = 60_000;

export interface Ending {
  /** Stops everything that was started; called exactly once. */
  stop: () => Promise<void>;
  /** Told when a signal asks for the end, and how to report a failure. */
  say: (line: string) => void;
  complain: (line: string) => void;
}

/**
 * Runs `work`, then `stop`, and ends the process with the status `work` returned. Ctrl-C and SIGTERM end it early: with
 * the status given to `serving` once `work` called it (nothing is left to do), else 130. A second Ctrl-C does not wait.
 */
export async function runUntilEnded(
  { stop, say, complain }: Ending,
  work: (serving: (status: number) => void) => Promise<number>,
): Promise<void> {
  const state: { status: number; served: number | null; ending: boolean } = {
    status: EXIT.failed,
    served: null,
    ending: false,
  };
  const grace = closeWithGrace(
    {
      delay: STOP_MS,
      logger: false,
      skip: ['beforeExit'],
      onSecondSignal: () => {
        complain('kontor: left without waiting for the services to stop.');
      },
    },
    async ({ signal, err }) => {
      state.ending = true;
      if (err !== undefined) complain(failureText(describeFailure(err)));
      else if (signal !== undefined) {
        say('Stopping.');
        state.status = state.served ?? EXIT.interrupted;
      }
      const { status } = state;
      await stop();
      process.exit(status);
    },
  );
  try {
    state.status = await work((whenEnded) => {
      state.served = whenEnded;
    });
  } catch (error) {
    // What is being stopped fails under the hands of those who use it.
    if (state.ending) return;
    const failure = describeFailure(error);
    complain(failureText(failure));
    state.status = failure.exit;
  }
  if (!state.ending) grace.close();
}

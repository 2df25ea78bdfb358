import closeWithGrace from 'close-with-grace';
import { describeFailure, EXIT, failureText } from './failure.js';

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
  let status: number = EXIT.failed;
  let served: number | null = null;
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
      if (err !== undefined) complain(failureText(describeFailure(err)));
      else if (signal !== undefined) {
        say('Stopping.');
        status = served ?? EXIT.interrupted;
      }
      await stop();
      process.exit(status);
    },
  );
  try {
    status = await work((whenEnded) => {
      served = whenEnded;
    });
  } catch (error) {
    const failure = describeFailure(error);
    complain(failureText(failure));
    status = failure.exit;
  }
  grace.close();
}

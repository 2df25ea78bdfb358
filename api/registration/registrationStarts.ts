import { markStarted, unstartedApplications } from '../../db/programmes/unstartedApplications.js';
import { ALL } from '../../db/connect.js';
import { registrationCalendar } from '../../domain/msp.js';
import { startRegistration } from '../../starts/registerMsp.js';
import type { ApiDeps } from '../deps.js';

/** Starts the workflows of applications once they are kept. */
export interface RegistrationStarts {
  /** Call it after the commit. Not waited for: the row says what is true, no connection is held while Temporal is asked. */
  kept(): void;
  /** Looks no more; returns once what is under way has ended. */
  close(): Promise<void>;
}

const BATCH = 20;
/** Until those that could not be started, here or by a process that was killed, are tried again. */
const RETRY_MS = 15_000;
/** A start is a write of the server; longer is a server in trouble. */
const START_TIMEOUT_MS = 5_000;

type Deps = Pick<ApiDeps, 'db' | 'temporal' | 'taskQueue' | 'log'>;

/** True where there may be more of them. */
async function startSome({ db, temporal, taskQueue }: Deps): Promise<boolean> {
  const waiting = await db.transaction(ALL, (trx) => unstartedApplications(trx, BATCH));
  for (const { appliedAt, registration, ...application } of waiting) {
    const { remindAt } = registrationCalendar(appliedAt, registration);
    await temporal.withDeadline(Date.now() + START_TIMEOUT_MS, () =>
      startRegistration({ temporal, taskQueue }, { ...application, remindAt }),
    );
    await db.transaction(ALL, (trx) => markStarted(trx, { ...application, appliedAt, at: new Date() }));
  }
  return waiting.length === BATCH;
}

/**
 * A relay: the same application started twice is one workflow, by its id. One whose time to be decided is over gets its
 * workflow too, which then ends it.
 */
export function createRegistrationStarts(deps: Deps): RegistrationStarts {
  let underWay: Promise<void> | undefined;
  let again = false;
  const relay = async (): Promise<void> => {
    do {
      again = false;
      try {
        again = (await startSome(deps)) || again;
      } catch (err) {
        deps.log.warn({ err }, 'an application has no workflow yet; it is tried again');
        return;
      }
    } while (again);
  };
  const kept = (): void => {
    again = true;
    underWay ??= relay().finally(() => {
      underWay = undefined;
    });
  };
  const timer = setInterval(kept, RETRY_MS).unref();
  return {
    kept,
    close: async () => {
      clearInterval(timer);
      await underWay;
    },
  };
}

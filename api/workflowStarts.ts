import { ALL, type Trx } from '../db/connect.js';
import {
  markCorrectionStarted,
  unstartedCorrections,
  type UnstartedCorrection,
} from '../db/corrections/unstartedCorrections.js';
import { markOrderStarted, unstartedOrders, type UnstartedOrder } from '../db/orders/unstartedOrders.js';
import { markQuoteStarted, unstartedQuotes, type UnstartedQuote } from '../db/quotes/quoteStore.js';
import {
  markStarted,
  unstartedApplications,
  type UnstartedApplication,
} from '../db/programmes/unstartedApplications.js';
import { registrationCalendar } from '../domain/msp.js';
import { startCorrection } from '../starts/correctStatement.js';
import { startOrder } from '../starts/order.js';
import { startQuote } from '../starts/quote.js';
import { startRegistration } from '../starts/registerMsp.js';
import type { Starter } from '../starts/starter.js';
import type { ApiDeps } from './deps.js';

/** Starts the workflows of applications, orders, corrections and answered quotes once they are kept. */
export interface WorkflowStarts {
  /** Call it after the commit. Not waited for: the row says what is true, no connection is held while Temporal is asked. */
  kept(): void;
  /** Looks no more; returns once what is under way has ended. */
  close(): Promise<void>;
}

const BATCH = 20;
/** Until those that could not be started, here or by a process that was killed, are tried again. */
const RETRY_MS = 15_000;

type Deps = Pick<ApiDeps, 'db' | 'temporal' | 'taskQueue' | 'log'>;

/** What is kept before its workflow runs. */
interface Kept<T> {
  name: string;
  waiting(trx: Trx, limit: number): Promise<T[]>;
  start(starter: Starter, one: T): Promise<void>;
  mark(trx: Trx, one: T, at: Date): Promise<void>;
}

const APPLICATIONS: Kept<UnstartedApplication> = {
  name: 'an application',
  waiting: unstartedApplications,
  start: (starter, { appliedAt, registration, ...application }) =>
    startRegistration(starter, { ...application, remindAt: registrationCalendar(appliedAt, registration).remindAt }),
  mark: (trx, application, at) => markStarted(trx, { ...application, at }),
};

const ORDERS: Kept<UnstartedOrder> = {
  name: 'an order',
  waiting: unstartedOrders,
  start: startOrder,
  mark: (trx, order, at) => markOrderStarted(trx, { ...order, at }),
};

const CORRECTIONS: Kept<UnstartedCorrection> = {
  name: 'a correction',
  waiting: unstartedCorrections,
  start: startCorrection,
  mark: (trx, correction, at) => markCorrectionStarted(trx, { ...correction, at }),
};

const QUOTES: Kept<UnstartedQuote> = {
  name: 'a quote',
  waiting: unstartedQuotes,
  start: startQuote,
  mark: (trx, quote, at) => markQuoteStarted(trx, { ...quote, at }),
};

/** True where there may be more of them. */
async function startSome<T>({ db, temporal, taskQueue, log }: Deps, kept: Kept<T>): Promise<boolean> {
  try {
    const waiting = await db.transaction(ALL, (trx) => kept.waiting(trx, BATCH));
    for (const one of waiting) {
      await kept.start({ temporal, taskQueue }, one);
      await db.transaction(ALL, (trx) => kept.mark(trx, one, new Date()));
    }
    return waiting.length === BATCH;
  } catch (err) {
    log.warn({ err }, `${kept.name} has no workflow yet; it is tried again`);
    return false;
  }
}

/**
 * A relay: the same row started twice is one workflow, by its id. One whose time to be decided is over gets its workflow
 * too, which then ends it. Kinds do not wait for each other.
 */
export function createWorkflowStarts(deps: Deps): WorkflowStarts {
  let underWay: Promise<void> | undefined;
  let again = false;
  const relay = async (): Promise<void> => {
    do {
      again = false;
      const more = [
        await startSome(deps, APPLICATIONS),
        await startSome(deps, ORDERS),
        await startSome(deps, CORRECTIONS),
        await startSome(deps, QUOTES),
      ];
      again ||= more.includes(true);
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

import { deliverMail } from '../workflows/deliverMail.js';
import { start, type Starter } from './starter.js';

/**
 * Sends mails when their time has come, without being waited for. Call it after the commit. What is asked for meanwhile is
 * sent together, four times a second at most; a start that fails is logged, since the schedule sends the mail later.
 */
export interface MailStarts {
  /** A mail that somebody waits for at a screen. */
  soon(messageId: string): void;
  /** A letter or a notice, within two seconds. */
  shortly(messageId: string): void;
}

/** People who wait for a mail do not notice it; a crowd that signs up at once is a few workflows. */
const SOON_MS = 100;
const SHORTLY_MS = 2_000;
/** From one workflow to the next. */
const APART_MS = 250;

interface Log {
  warn(details: object, message: string): void;
}

/** One for a process. */
export function createMailStarts({ log, ...starter }: Starter & { log: Log }): MailStarts {
  let asked: { dueAt: number; timer: NodeJS.Timeout } | undefined;
  let sentAt = -Infinity;
  const send = (messageId: string): void => {
    asked = undefined;
    sentAt = performance.now();
    const [mail = messageId] = messageId.split('@');
    start(starter, {
      workflowType: deliverMail.name,
      workflowId: `deliver-mail:${mail}`,
      args: [],
      workflowIdConflictPolicy: 'USE_EXISTING',
      // A mail that is asked for again brings those that were asked for with it.
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `Sends the mail ${mail} at once, and what has fallen due`,
    }).catch((err: unknown) => {
      log.warn({ err }, 'a mail waits for the schedule');
    });
  };
  const within = (delayMs: number) => (messageId: string) => {
    const now = performance.now();
    const dueAt = Math.max(now + delayMs, sentAt + APART_MS);
    if (asked !== undefined && asked.dueAt <= dueAt) return;
    clearTimeout(asked?.timer);
    asked = { dueAt, timer: setTimeout(send, dueAt - now, messageId).unref() };
  };
  return { soon: within(SOON_MS), shortly: within(SHORTLY_MS) };
}

import { deliverMail } from '../workflows/deliverMail.js';
import { start, type Starter } from './starter.js';

/** Sends mails that somebody waits for. */
export interface MailStarts {
  /**
   * Sends what has fallen due, that mail among it, without being waited for. Call it after the commit. What is asked for
   * within a moment is sent together, four times a second at most; a start that fails is logged, since the schedule sends
   * the mail later.
   */
  soon(messageId: string): void;
}

/** People who wait for a mail do not notice it; a crowd that signs up at once is a few workflows. */
const TOGETHER_MS = 100;
/** From one workflow to the next. */
const APART_MS = 250;

interface Log {
  warn(details: object, message: string): void;
}

/** One for a process. */
export function createMailStarts({ log, ...starter }: Starter & { log: Log }): MailStarts {
  let asked: NodeJS.Timeout | undefined;
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
  return {
    soon: (messageId) => {
      const delayMs = Math.max(TOGETHER_MS, sentAt + APART_MS - performance.now());
      asked ??= setTimeout(send, delayMs, messageId).unref();
    },
  };
}

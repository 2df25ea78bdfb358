import { sleep } from '@temporalio/workflow';
import { mailing } from '../policies.js';

interface Run {
  programme: string;
  period: string;
}

/** A mail that is due sooner is not waited for less, and one that is due later is looked at once meanwhile: a person may end it. */
const AT_LEAST_MS = 1_000;
const AT_MOST_MS = 900_000;

/**
 * Waits until every mail of the run has ended (sent, bounced, parked, uncertain), beginning with `nextDueMs` as the last
 * drain has told it, and sends what falls due. A mail that a relay defers is parked after a day, so this ends. How many
 * were sent.
 */
export async function mailToTheEnd(
  run: Run,
  nextDueMs: number | null,
  tell: (details: string) => void,
): Promise<number> {
  let sent = 0;
  let next = nextDueMs;
  while (next != null) {
    tell(
      `Some mails of the run are deferred by the relay or being sent. Which: \`GET /v1/outbox?programme=${run.programme}&period=${run.period}\`.`,
    );
    await sleep(Math.min(AT_MOST_MS, Math.max(AT_LEAST_MS, next)), { summary: 'the next mail of the run' });
    const drained = await mailing.drainOutbox.executeWithOptions({ summary: 'mail what has fallen due' }, [run]);
    sent += drained.sent;
    next = drained.nextDueMs;
  }
  return sent;
}

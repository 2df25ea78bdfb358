/** What the outbox schedule starts: sends whatever has fallen due, such as mails a relay deferred or a person resent. */
import { setCurrentDetails } from '@temporalio/workflow';
import { mailing } from './policies.js';

export async function deliverMail(): Promise<{ sent: number }> {
  setCurrentDetails('Sends the mails that have fallen due. What is not sent shows at `/v1/outbox`.');
  const { sent } = await mailing.drainOutbox.executeWithOptions({ summary: 'mails that have fallen due' }, [{}]);
  return { sent };
}

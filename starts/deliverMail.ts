import { deliverMail } from '../workflows/deliverMail.js';
import { start, type Starter } from './starter.js';

/** What a mail that somebody waits for takes: a start that fails is logged, since the schedule sends the mail later. */
export interface MailStarter extends Starter {
  log: { warn(details: object, message: string): void };
}

/** Sends what has fallen due now, without waiting for it; once for each mail that is named. Call it after the commit. */
export function deliverSoon(starter: MailStarter, messageId: string): void {
  const [mail = messageId] = messageId.split('@');
  start(starter, {
    workflowType: deliverMail.name,
    workflowId: `deliver-mail:${mail}`,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    staticSummary: `Sends the mail ${mail} at once`,
  }).catch((err: unknown) => {
    starter.log.warn({ err }, 'a mail waits for the schedule');
  });
}

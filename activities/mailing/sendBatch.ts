import type { ClaimedMail } from '../../db/outbox/claimMails.js';
import type { MailRecord } from '../../db/outbox/recordOutcome.js';
import { afterTry, type Mailer } from '../../delivery/index.js';
import { KontorError } from '../../domain/errors.js';
import { prepareMail, type BatchContext } from './prepareMail.js';

/** What became of one mail of a batch. */
export interface MailOutcome {
  record: MailRecord;
  /** `released`: not tried, still due. `relayDown`: no mail would have passed. */
  outcome: 'tried' | 'released' | 'relayDown';
}

/** More than the mailer has connections, so that the next mail is ready when one is free. */
const AT_ONCE = 10;

async function sendOne(mailer: Mailer, mail: ClaimedMail, context: BatchContext): Promise<MailOutcome> {
  const tried = { id: mail.id, attempts: mail.attempts + 1, notBefore: null, sentAt: null };
  try {
    const outcome = await mailer.send(prepareMail(mail, context));
    const relayDown = outcome.kind === 'deferred' && outcome.relayDown;
    return {
      record: { id: mail.id, ...afterTry(outcome, mail.attempts, new Date()) },
      outcome: relayDown ? 'relayDown' : 'tried',
    };
  } catch (error) {
    const response = error instanceof Error ? error.message : String(error);
    // An error nobody foresaw says nothing about the relay: the mail may be on its way.
    const state = error instanceof KontorError && error.code === 'MAIL_REFUSED' ? 'parked' : 'uncertain';
    return { record: { ...tried, state, response }, outcome: 'tried' };
  }
}

function release(mail: ClaimedMail): MailOutcome {
  const record = { id: mail.id, state: 'pending', attempts: mail.attempts, notBefore: null } as const;
  return { record: { ...record, sentAt: null, response: null }, outcome: 'released' };
}

/**
 * Sends a batch, some mails at a time, and says what became of each. Once `mayContinue` is false or the relay is down the
 * rest is released untried; what is under way is waited for. A mail that is not `held` any more is left to whoever took it
 * over. Never rejects.
 */
export async function sendBatch(
  mailer: Mailer,
  mails: readonly ClaimedMail[],
  context: BatchContext,
  mayContinue: () => boolean,
  held: (mail: ClaimedMail) => Promise<boolean>,
): Promise<MailOutcome[]> {
  const outcomes: MailOutcome[] = [];
  const waiting = mails.values();
  let relayDown = false;
  const sendWaiting = async () => {
    for (const mail of waiting) {
      // Asked last, right before the mail is handed over.
      if (relayDown || !mayContinue() || !(await held(mail).catch(() => false))) {
        outcomes.push(release(mail));
      } else {
        const one = await sendOne(mailer, mail, context);
        relayDown ||= one.outcome === 'relayDown';
        outcomes.push(one);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendWaiting));
  return outcomes;
}

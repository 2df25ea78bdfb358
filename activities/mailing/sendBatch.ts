import type { ClaimedMail } from '../../db/outbox/claimMails.js';
import type { MailRecord } from '../../db/outbox/recordOutcome.js';
import { afterTry, type Mailer } from '../../delivery/index.js';
import { KontorError } from '../../domain/errors.js';
import { prepareMail, type BatchContext } from './prepareMail.js';

/** What became of one mail of a batch. */
export interface MailOutcome {
  record: MailRecord;
  /** `released`: not handed over, still due. `relayDown`: no mail would have passed. `silent`: perhaps none would have. */
  outcome: 'tried' | 'released' | 'relayDown' | 'silent';
}

/** What a batch asks while it is sent. */
export interface BatchLimits {
  /** False: no more mail is begun. */
  mayContinue: () => boolean;
  /** Asked right before a mail is handed over: whether it is still this claimer's. */
  mayHandOver: (mail: ClaimedMail) => Promise<boolean>;
}

async function sendOne(
  mailer: Mailer,
  mail: ClaimedMail,
  context: BatchContext,
  mayHandOver: BatchLimits['mayHandOver'],
): Promise<MailOutcome> {
  const tried = { id: mail.id, attempts: mail.attempts + 1, waitMs: null };
  try {
    const outcome = await mailer.send(prepareMail(mail, context), () => mayHandOver(mail));
    const record = { id: mail.id, ...afterTry(outcome, mail.attempts) };
    switch (outcome.kind) {
      case 'withheld':
        return { record, outcome: 'released' };
      case 'deferred':
        if (outcome.relayDown) return { record, outcome: 'relayDown' };
        return { record, outcome: outcome.silent ? 'silent' : 'tried' };
      default:
        return { record, outcome: 'tried' };
    }
  } catch (error) {
    const response = error instanceof Error ? error.message : String(error);
    // An error nobody foresaw says nothing about the relay: the mail may be on its way.
    const state = error instanceof KontorError && error.code === 'MAIL_REFUSED' ? 'parked' : 'uncertain';
    return { record: { ...tried, state, response }, outcome: 'tried' };
  }
}

function release(mail: ClaimedMail): MailOutcome {
  const record = { id: mail.id, state: 'pending', attempts: mail.attempts, waitMs: null } as const;
  return { record: { ...record, response: null }, outcome: 'released' };
}

/**
 * Sends a batch, some mails at a time, and says what became of each. Once `mayContinue` is false, the relay is down, or as
 * many in a row as there are connections got no answer, the rest is released untried; what is under way is waited for. A mail
 * that may not be handed over any more is left to whoever took it over. Never rejects.
 */
export async function sendBatch(
  mailer: Mailer,
  mails: readonly ClaimedMail[],
  context: BatchContext,
  { mayContinue, mayHandOver }: BatchLimits,
): Promise<MailOutcome[]> {
  const outcomes: MailOutcome[] = [];
  const waiting = mails.values();
  let relayDown = false;
  let silent = 0;
  const sendWaiting = async () => {
    for (const mail of waiting) {
      if (relayDown || silent >= mailer.atOnce || !mayContinue()) {
        outcomes.push(release(mail));
      } else {
        const one = await sendOne(mailer, mail, context, mayHandOver);
        relayDown ||= one.outcome === 'relayDown';
        if (one.outcome === 'silent') silent += 1;
        else if (one.outcome === 'tried') silent = 0;
        outcomes.push(one);
      }
    }
  };
  await Promise.all(Array.from({ length: mailer.atOnce }, sendWaiting));
  return outcomes;
}

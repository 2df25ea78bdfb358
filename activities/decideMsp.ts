import { appendAudit } from '../db/access/auditStore.js';
import { ALL, type Trx } from '../db/connect.js';
import { findMsp, moveMsp, type Msp } from '../db/parties/mspStore.js';
import { enqueueMails, type OutgoingMail } from '../db/outbox/outboxStore.js';
import { programmeOfMsp, type ProgrammeOf } from '../db/readModels/programmeOf.js';
import { KontorError } from '../domain/errors.js';
import { messageId } from '../domain/messageId.js';
import { STATE_AFTER, type MspState, type RegistrationDecision } from '../domain/msp.js';
import type { MailParams } from '../locales/mail.js';
import type { ActivityDeps } from './deps.js';

export interface DecideMspInput {
  mspId: string;
  decision: RegistrationDecision;
  reason: string | null;
  actor: string;
  /** ISO instant of the decision: chosen by the workflow, the same for every attempt. */
  at: string;
}

export interface DecideMspResult {
  mspId: string;
  state: MspState;
  decidedAt: string;
}

function letter(msp: Msp, programme: ProgrammeOf, decidedAt: Date): OutgoingMail {
  const { vendorName, distributorName } = programme;
  const shared = { locale: msp.locale, recipient: msp.email, mspId: msp.id, notBefore: decidedAt };
  if (msp.state === 'approved') {
    const params: MailParams['registrationWelcome'] = {
      vendorName,
      mspName: msp.name,
      distributorName,
      portalUrl: null,
    };
    return {
      ...shared,
      kind: 'registrationWelcome',
      messageId: messageId('registration-welcome', msp.id),
      // The programme's documents come with it when it is sent.
      params: { ...params },
    };
  }
  const params: MailParams['registrationRejected'] = {
    vendorName,
    mspName: msp.name,
    reason: msp.decisionReason ?? '',
  };
  return {
    ...shared,
    kind: 'registrationRejected',
    messageId: messageId('registration-rejected', msp.id),
    params: { ...params },
  };
}

async function record(trx: Trx, input: DecideMspInput, at: Date): Promise<Msp> {
  const { mspId, actor, reason } = input;
  const moved = await moveMsp(trx, { mspId, to: STATE_AFTER[input.decision], at, by: actor, reason });
  if (moved === undefined) {
    const msp = await findMsp(trx, mspId);
    if (msp === undefined) throw new KontorError('NOT_FOUND', 'There is no such registration.');
    const same = msp.state === STATE_AFTER[input.decision] && msp.decidedAt?.getTime() === at.getTime();
    if (same && msp.decidedBy === actor) return msp;
    throw new KontorError('ALREADY_DECIDED', `This registration is ${msp.state} already.`);
  }
  const programme = await programmeOfMsp(trx, mspId);
  if (programme === undefined) throw new KontorError('INTERNAL', 'The MSP has no programme.');
  await enqueueMails(trx, [letter(moved, programme, at)], at);
  await appendAudit(trx, {
    at,
    actor,
    action: `msp.${moved.state}`,
    subject: `msp:${mspId}`,
    mspId,
    before: { state: 'applied' },
    after: { state: moved.state },
    reason,
  });
  return moved;
}

/**
 * Records the partner team's decision with its audit event and the letter to the applicant. Throws ALREADY_DECIDED and
 * NOT_FOUND. Doing it twice is safe: only an application that is still open moves, and an attempt that finds its own
 * decision (same instant, same person) answers with it.
 */
export const decideMsp =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async (input: DecideMspInput): Promise<DecideMspResult> => {
    const msp = await deps.db.transaction(ALL, (trx) => record(trx, input, new Date(input.at)));
    return { mspId: msp.id, state: msp.state, decidedAt: input.at };
  };

import { appendAudit } from '../db/access/auditStore.js';
import { requireDecision } from '../db/access/decisionStore.js';
import { ALL, type Trx } from '../db/connect.js';
import { enqueueMails, type OutgoingMail } from '../db/outbox/outboxStore.js';
import { holdsView } from '../db/parties/companyStore.js';
import { findRegistration, moveParticipation, type Registration } from '../db/programmes/participationStore.js';
import { requireUnopened } from '../db/programmes/periods.js';
import { programmeOfMsp, type ProgrammeOf } from '../db/readModels/programmeOf.js';
import { KontorError } from '../domain/errors.js';
import { messageId } from '../domain/messageId.js';
import { registrationSubject, STATE_AFTER, type ParticipationState } from '../domain/msp.js';
import { parsePeriod, periodOf } from '../domain/period.js';
import type { MailInput } from '../locales/mail.js';
import type { ActivityDeps } from './deps.js';
import { localeOf } from '../locales/index.js';

export interface DecideMspInput {
  programme: string;
  mspId: string;
  decisionId: string;
  /** ISO instant of the decision: chosen by the workflow, the same for every attempt. */
  at: string;
}

export interface DecideMspResult {
  mspId: string;
  state: ParticipationState;
  joinedPeriod: string | null;
  decidedAt: string;
}

function letter(
  registration: Registration,
  programme: ProgrammeOf,
  { decidedAt, publicUrl }: { decidedAt: Date; publicUrl: string | null },
): OutgoingMail {
  const { vendorName, distributorName, partnerTeamEmail, partnerTeamLocale } = programme;
  const { msp, appliedAt } = registration;
  const shared = {
    locale: msp.locale,
    to: { companyId: msp.id, purpose: 'legal' as const },
    programme: registration.programme,
    mspId: msp.id,
    notBefore: decidedAt,
  };
  if (registration.state === 'approved') {
    const params: MailInput<'registrationWelcome'> = {
      vendorName,
      mspName: msp.name,
      distributorName,
      portalUrl: publicUrl,
    };
    return {
      ...shared,
      kind: 'registrationWelcome',
      messageId: messageId('registration-welcome', registration.programme, msp.id),
      // The programme's documents come with it when it is sent.
      params,
    };
  }
  if (registration.state === 'withdrawn') {
    const { name: mspName, registrationNumber } = msp;
    return {
      ...{ ...shared, locale: localeOf(partnerTeamLocale), to: { address: partnerTeamEmail } },
      kind: 'registrationWithdrawn',
      messageId: messageId('registration-withdrawn', registration.programme, msp.id, appliedAt.toISOString()),
      params: { mspName, registrationNumber, reason: registration.decisionReason },
    };
  }
  const params: MailInput<'registrationRejected'> = { vendorName, reason: registration.decisionReason ?? '' };
  return {
    ...shared,
    kind: 'registrationRejected',
    messageId: messageId('registration-rejected', registration.programme, msp.id, decidedAt.toISOString()),
    params,
  };
}

async function record(
  trx: Trx,
  input: DecideMspInput,
  { at, publicUrl }: { at: Date; publicUrl: string | null },
): Promise<Registration> {
  const { programme, mspId, decisionId } = input;
  const subject = registrationSubject(programme, mspId);
  const { content, actor } = await requireDecision(trx, decisionId, { kind: 'registration', subject });
  const { decision, reason, joins } = content;
  const to = STATE_AFTER[decision];
  const before = await findRegistration(trx, programme, mspId);
  if (before === undefined) throw new KontorError('NOT_FOUND', 'There is no such registration.');
  if (before.state !== 'applied') {
    if (before.state === to && before.decidedAt?.getTime() === at.getTime() && before.decidedBy?.id === actor.id)
      return before;
    throw new KontorError('ALREADY_DECIDED', `This registration is ${before.state} already.`);
  }
  const joinedPeriod = joins === null ? periodOf(at, before.msp.zone) : parsePeriod(joins, '/joins');
  if (to === 'approved') {
    if (!(await holdsView(trx, mspId, 'service_provider'))) {
      throw new KontorError(
        'STATE_CONFLICT',
        'The company of this MSP is suspended or has ended: it cannot be approved.',
      );
    }
    await requireUnopened(trx, programme, joinedPeriod, '/joins');
  }
  const moved = await moveParticipation(trx, {
    ...{ mspId, programme, to, at, by: actor, reason },
    ...(to === 'approved' ? { joinedPeriod } : {}),
  });
  if (moved === undefined) throw new KontorError('ALREADY_DECIDED', 'This registration was decided at the same time.');
  const today = await programmeOfMsp(trx, programme, mspId);
  if (today === undefined) throw new KontorError('INTERNAL', 'The participation has no programme.');
  await enqueueMails(trx, [letter(moved, today, { decidedAt: at, publicUrl })], at);
  appendAudit(trx, {
    at,
    actor,
    action: `msp.${moved.state}`,
    subject: `msp:${mspId}`,
    mspId,
    before: { programme, state: 'applied' },
    after: { programme, decisionId, state: moved.state, joinedPeriod: moved.joinedPeriod },
    reason,
  });
  return moved;
}

/**
 * Records the partner team's decision, or the applicant's, with its audit event and the letter to the other. Throws ALREADY_DECIDED,
 * NOT_FOUND, PERIOD_OPENED (rule 19), and STATE_CONFLICT where the company is not active. Idempotent by decision: only an application that is still open moves, and an
 * attempt that finds its own decision (same instant, same person) answers with it.
 */
export const decideMsp =
  ({ db, publicUrl }: Pick<ActivityDeps, 'db' | 'publicUrl'>) =>
  async (input: DecideMspInput): Promise<DecideMspResult> => {
    const { mspId, state, joinedPeriod } = await db.transaction(ALL, (trx) =>
      record(trx, input, { at: new Date(input.at), publicUrl }),
    );
    return { mspId, state, joinedPeriod, decidedAt: input.at };
  };

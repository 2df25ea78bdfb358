import { KONTOR } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import { ALL } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { findRegistration, moveParticipation } from '../db/programmes/participationStore.js';
import { programmeOfMsp } from '../db/readModels/programmeOf.js';
import { wholeDaysBetween } from '../domain/instant.js';
import { messageId } from '../domain/messageId.js';
import type { ParticipationState } from '../domain/msp.js';
import type { MailInput } from '../locales/mail.js';
import type { ActivityDeps } from './deps.js';

export interface ExpireMspInput {
  programme: string;
  mspId: string;
  /** ISO instant at which the time to decide ended. */
  at: string;
}

/**
 * Expires an application that nobody decided (rule 14); answers the state it is in afterwards, null where there is none.
 * Idempotent by state: only an application that is still open moves.
 */
export const expireMsp =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async ({ programme, mspId, at: instant }: ExpireMspInput): Promise<{ state: ParticipationState | null }> =>
    deps.db.transaction(ALL, async (trx) => {
      const at = new Date(instant);
      const known = await findRegistration(trx, programme, mspId);
      if (known?.state !== 'applied') return { state: known?.state ?? null };
      const moved = await moveParticipation(trx, { mspId, programme, to: 'expired', at, by: KONTOR, reason: null });
      if (moved === undefined) return { state: (await findRegistration(trx, programme, mspId))?.state ?? null };
      const today = await programmeOfMsp(trx, programme, mspId);
      const params: MailInput<'registrationExpired'> = {
        vendorName: today?.vendorName ?? '',
        days: wholeDaysBetween(moved.appliedAt, at),
      };
      const mail = {
        messageId: messageId('registration-expired', programme, mspId, moved.appliedAt.toISOString()),
        kind: 'registrationExpired' as const,
        locale: moved.msp.locale,
        to: { companyId: moved.msp.id, purpose: 'legal' as const },
        params,
        programme,
        mspId,
        notBefore: at,
      };
      await enqueueMails(trx, [mail], at);
      appendAudit(trx, {
        at,
        actor: KONTOR,
        action: 'msp.expired',
        subject: `msp:${mspId}`,
        mspId,
        before: { programme, state: 'applied' },
        after: { programme, state: 'expired' },
        reason: 'Not decided in time.',
      });
      return { state: moved.state };
    });

import { appendAudit } from '../db/access/auditStore.js';
import { ALL } from '../db/connect.js';
import { findMsp, moveMsp } from '../db/parties/mspStore.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { programmeOfMsp } from '../db/readModels/programmeOf.js';
import { wholeDaysBetween } from '../domain/instant.js';
import { messageId } from '../domain/messageId.js';
import type { MspState } from '../domain/msp.js';
import type { MailParams } from '../locales/mail.js';
import type { ActivityDeps } from './deps.js';

export interface ExpireMspInput {
  mspId: string;
  /** ISO instant at which the time to decide ended. */
  at: string;
}

const ACTOR = 'kontor';

/**
 * Expires an application that nobody decided (rule 14); answers the state it is in afterwards, null where there is none.
 * Doing it twice is safe: only an application that is still open moves.
 */
export const expireMsp =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async ({ mspId, at: instant }: ExpireMspInput): Promise<{ state: MspState | null }> =>
    deps.db.transaction(ALL, async (trx) => {
      const at = new Date(instant);
      const msp = await moveMsp(trx, { mspId, to: 'expired', at, by: ACTOR, reason: null });
      if (msp === undefined) return { state: (await findMsp(trx, mspId))?.state ?? null };
      const programme = await programmeOfMsp(trx, mspId);
      const params: MailParams['registrationExpired'] = {
        vendorName: programme?.vendorName ?? '',
        mspName: msp.name,
        days: wholeDaysBetween(msp.appliedAt, at),
      };
      const mail = {
        messageId: messageId('registration-expired', mspId),
        kind: 'registrationExpired' as const,
        locale: msp.locale,
        recipient: msp.email,
        params: { ...params },
        mspId,
        notBefore: at,
      };
      await enqueueMails(trx, [mail], at);
      await appendAudit(trx, {
        at,
        actor: ACTOR,
        action: 'msp.expired',
        subject: `msp:${mspId}`,
        mspId,
        before: { state: 'applied' },
        after: { state: 'expired' },
        reason: 'Not decided in time.',
      });
      return { state: msp.state };
    });

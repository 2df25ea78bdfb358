import type { Actor } from '../../domain/access/actor.js';
import { isMonthOver, periodRange, type Period } from '../../domain/period.js';
import { appendAudit } from '../access/auditStore.js';
import type { Trx } from '../connect.js';
import { revokeKeys } from '../sites/participationKeys.js';
import { moveParticipation } from './participationStore.js';

export interface Leaving {
  programme: string;
  mspId: string;
  /** The last period it is billed for. */
  leftPeriod: Period;
  /** IANA time zone of that period. */
  zone: string;
}

/**
 * Rule 20: once the last period of a participation is over at `at`, its state becomes left and its keys end with that
 * period; data stays. False while it is not over, or where it has left before.
 */
export async function endParticipation(
  trx: Trx,
  { programme, mspId, leftPeriod, zone }: Leaving,
  { at, actor, reason }: { at: Date; actor: Actor; reason: string },
): Promise<boolean> {
  if (!isMonthOver(leftPeriod, zone, at)) return false;
  const { end } = periodRange(leftPeriod, zone);
  const moved = await moveParticipation(trx, { mspId, programme, to: 'left', at, by: actor, reason });
  if (moved === undefined) return false;
  const keys = await revokeKeys(trx, { mspId, programme, at: end, reason });
  appendAudit(trx, {
    at,
    actor,
    action: 'participation.left',
    subject: `msp:${mspId}`,
    mspId,
    after: { programme, state: 'left', leftPeriod, revokedKeys: keys },
    reason,
  });
  return true;
}

import { ALL, rows, type Database } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { messageId } from '../domain/messageId.js';
import { dayOf } from '../domain/period.js';

interface ParkedRow {
  mspName: string;
  reason: string;
  parkedUntil: Date;
  zone: string;
  partnerTeam: string;
}

/** Twice is once: the reminder of one day is one mail. */
export const remindParked =
  ({ db }: { db: Database }) =>
  ({ period, mspId, now }: { period: string; mspId: string; now: string }): Promise<void> =>
    db.transaction(ALL, async (trx) => {
      const at = new Date(now);
      const [parked] = await rows<ParkedRow>(
        trx,
        `select m.name as "mspName", p.parked_reason as reason, p.parked_until as "parkedUntil", g.zone,
           coalesce(g.settings ->> 'partnerTeamEmail', g.vendor ->> 'email') as "partnerTeam"
         from run_participant p join msp m on m.id = p.msp_id join programme g on g.code = m.programme_code
         where p.period = :period and p.msp_id = :mspId and p.state = 'parked'`,
        { period, mspId },
      );
      if (parked === undefined) return;
      const day = dayOf(at, parked.zone);
      await enqueueMails(
        trx,
        [
          {
            messageId: messageId('parked', period, mspId, day),
            kind: 'parkedReminder',
            locale: 'en',
            recipient: parked.partnerTeam,
            params: {
              mspName: parked.mspName,
              period,
              reason: parked.reason,
              waitingDays: Math.max(0, Math.floor((at.getTime() - parked.parkedUntil.getTime()) / 86_400_000)),
              decideBy: dayOf(parked.parkedUntil, parked.zone),
            },
            period,
            notBefore: at,
          },
        ],
        at,
      );
    });

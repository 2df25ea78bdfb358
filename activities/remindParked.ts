import { parkedMsp } from '../db/closing/settlement.js';
import { ALL, type Database, type Trx } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { wholeDaysBetween } from '../domain/instant.js';
import { messageId } from '../domain/messageId.js';
import { dayOf } from '../domain/period.js';
import type { RunInput } from '../domain/run.js';
import { localeOf, parkedReason } from '../locales/index.js';

/** Tells the partner team of a parked MSP; once a day at most. */
export async function remind(
  trx: Trx,
  { programme, period, mspId }: RunInput & { mspId: string },
  at: Date,
): Promise<void> {
  const parked = await parkedMsp(trx, { programme, period, mspId });
  if (parked === undefined) return;
  const locale = localeOf(parked.partnerTeamLocale);
  await enqueueMails(
    trx,
    [
      {
        messageId: messageId('parked', programme, period, mspId, dayOf(at, parked.zone)),
        kind: 'parkedReminder',
        locale,
        to: { address: parked.partnerTeamEmail },
        params: {
          mspName: parked.mspName,
          period,
          reason: parkedReason(parked.code, locale),
          waitingDays: Math.max(0, wholeDaysBetween(parked.parkedUntil, at)),
          decideBy: dayOf(parked.parkedUntil, parked.zone),
        },
        programme,
        period,
        notBefore: at,
      },
    ],
    at,
  );
}

/** Reminds the partner team of a parked MSP. Idempotent by day: the reminder of one day is one mail. */
export const remindParked =
  ({ db }: { db: Database }) =>
  ({ now, ...of }: RunInput & { mspId: string; now: string }): Promise<void> =>
    db.transaction(ALL, (trx) => remind(trx, of, new Date(now)));

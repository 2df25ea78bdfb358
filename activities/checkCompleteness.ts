import { completenessOf, zonesOf, type MissingSite } from '../db/closing/completeness.js';
import { ALL, rows, type Database, type Trx } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { groupBy } from '../domain/groupBy.js';
import { messageId } from '../domain/messageId.js';
import { dayOf, parsePeriod } from '../domain/period.js';

export interface CheckCompletenessInput {
  period: string;
  shard: number;
  now: string;
  /** From this instant on, MSPs with missing sites are reminded once. */
  remindAt: string;
}

interface Recipient {
  mspId: string;
  email: string;
  locale: string;
  zone: string;
  vendorName: string;
  collectUntil: Date;
}

async function remindMissing(trx: Trx, input: CheckCompletenessInput, missing: readonly MissingSite[]): Promise<void> {
  const byMsp = groupBy(missing, ({ mspId }) => mspId);
  const recipients = await rows<Recipient>(
    trx,
    `select m.id as "mspId", m.email, m.locale, m.zone, g.vendor ->> 'name' as "vendorName",
       s.collect_until as "collectUntil"
     from run_participant p
     join run_shard s on s.period = p.period and s.shard = p.shard
     join msp m on m.id = p.msp_id join programme g on g.code = m.programme_code
     where p.period = :period and p.msp_id = any(:ids)`,
    { period: input.period, ids: [...byMsp.keys()] },
  );
  const at = new Date(input.now);
  await enqueueMails(
    trx,
    recipients.map((to) => ({
      messageId: messageId('missing', input.period, to.mspId),
      kind: 'reportMissing',
      locale: to.locale,
      recipient: to.email,
      params: {
        vendorName: to.vendorName,
        period: input.period,
        siteNames: (byMsp.get(to.mspId) ?? []).map(({ siteName }) => siteName),
        // The deadline is the first instant after the last day that counts.
        collectUntil: dayOf(new Date(to.collectUntil.getTime() - 1), to.zone),
      },
      period: input.period,
      mspId: to.mspId,
      notBefore: at,
    })),
    at,
  );
}

/** Twice is once: reads, and one reminder per MSP and period by its Message-ID. */
export const checkCompleteness =
  ({ db }: { db: Database }) =>
  (input: CheckCompletenessInput): Promise<{ expected: number; missing: number }> =>
    db.transaction(ALL, async (trx) => {
      const period = parsePeriod(input.period);
      const zones = await zonesOf(trx, period, input.shard);
      const { expected, missing } = await completenessOf(trx, period, input.shard, zones);
      if (missing.length > 0 && input.now >= input.remindAt) await remindMissing(trx, input, missing);
      return { expected, missing: missing.length };
    });

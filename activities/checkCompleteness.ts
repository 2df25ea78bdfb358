import { completenessOf, missingReportRecipients, type MissingSite } from '../db/closing/completeness.js';
import { ALL, type Database, type Trx } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { groupBy } from '../domain/groupBy.js';
import { messageId } from '../domain/messageId.js';
import { dayOf } from '../domain/period.js';
import { runKeyOf, type RunInput } from '../domain/run.js';

export interface CheckCompletenessInput extends RunInput {
  shard: number;
  now: string;
  /** From this instant on, MSPs with missing sites are reminded once. */
  remindAt: string;
}

async function remindMissing(
  trx: Trx,
  { programme, period, now }: CheckCompletenessInput,
  missing: readonly MissingSite[],
): Promise<void> {
  const byMsp = groupBy(missing, ({ mspId }) => mspId);
  const recipients = await missingReportRecipients(trx, { programme, period }, [...byMsp.keys()]);
  const at = new Date(now);
  await enqueueMails(
    trx,
    recipients.map((to) => ({
      messageId: messageId('missing', programme, period, to.mspId),
      kind: 'reportMissing',
      locale: to.locale,
      to: { companyId: to.mspId, purpose: 'technical' as const },
      params: {
        vendorName: to.vendorName,
        period,
        siteNames: (byMsp.get(to.mspId) ?? []).map(({ siteName }) => siteName),
        // The deadline is the first instant after the last day that counts.
        collectUntil: dayOf(new Date(to.collectUntil.getTime() - 1), to.zone),
      },
      programme,
      period,
      mspId: to.mspId,
      notBefore: at,
    })),
    at,
  );
}

/**
 * Sites expected against sites heard, and against those whose report is final because their month was over when it came.
 * Reads; one reminder per MSP and run by its Message-ID, so doing it twice is safe.
 */
export const checkCompleteness =
  ({ db }: { db: Database }) =>
  (input: CheckCompletenessInput): Promise<{ expected: number; final: number; missing: number }> =>
    db.transaction(ALL, async (trx) => {
      const shard = { ...runKeyOf(input), shard: input.shard };
      const { expected, final, missing } = await completenessOf(trx, shard);
      if (missing.length > 0 && input.now >= input.remindAt) await remindMissing(trx, input, missing);
      return { expected, final, missing: missing.length };
    });

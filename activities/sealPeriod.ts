import { KONTOR } from '../domain/access/actor.js';
import { appendAuditNow } from '../db/access/auditStore.js';
import { finishShards } from '../db/closing/openRun.js';
import { runSummaryFacts } from '../db/closing/runSummary.js';
import { controlTotals, endRun, sealRun, type ControlTotals } from '../db/closing/seal.js';
import { ALL, type Database, type Trx } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { messageId } from '../domain/messageId.js';
import { minorToDecimalString } from '../domain/money.js';
import { localeOf, parkedReasons } from '../locales/index.js';
import { requireNoneOpen } from './closing/requireProgress.js';
import { runKeyOf, runSubject, type RunInput, type RunKey } from '../domain/run.js';

async function enqueueSummary(trx: Trx, key: RunKey, totals: ControlTotals, at: Date): Promise<void> {
  const facts = await runSummaryFacts(trx, key);
  if (facts === undefined) return;
  const { programme, period } = key;
  const { recipient, parked, ...said } = facts;
  const locale = localeOf(facts.locale);
  await enqueueMails(
    trx,
    [
      {
        messageId: messageId('run-summary', programme, period),
        kind: 'runSummary',
        locale,
        to: { address: recipient },
        params: {
          period,
          issued: totals.issued,
          zeroStatements: totals.zeroStatements,
          estimatedLines: totals.estimatedLines,
          totals: Object.entries(totals.totals).map(([currency, minor]) => ({
            currency,
            amount: minorToDecimalString(BigInt(minor), currency),
          })),
          programmeName: said.programmeName,
          mailed: said.mailed,
          mailProblems: said.mailProblems,
          parked: parkedReasons(parked, locale),
        },
        programme,
        period,
        notBefore: at,
      },
    ],
    at,
  );
}

/** Idempotent by run: only an open run is sealed, and its summary has one Message-ID. Throws DATABASE_BEHIND. */
export const sealPeriod =
  ({ db }: { db: Database }) =>
  ({ now, ...run }: RunInput & { now: string }): Promise<ControlTotals> =>
    db.transaction(ALL, async (trx) => {
      const key = runKeyOf(run);
      const at = new Date(now);
      await requireNoneOpen(trx, key);
      const totals = await controlTotals(trx, key);
      await finishShards(trx, key);
      if (await endRun(trx, key, totals, at)) {
        await enqueueSummary(trx, key, totals, at);
        const sealed = { at, actor: KONTOR, action: 'run.sealed', subject: runSubject(key), after: totals };
        // The seal is over the trail with this event.
        await appendAuditNow(trx, sealed);
        await sealRun(trx, key, totals);
      }
      return totals;
    });

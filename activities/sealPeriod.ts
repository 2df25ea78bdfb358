import { appendAudit } from '../db/access/auditStore.js';
import { finishShards } from '../db/closing/openRun.js';
import { controlTotals, sealRun, type ControlTotals } from '../db/closing/seal.js';
import { ALL, rows, type Database, type Trx } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { messageId } from '../domain/messageId.js';
import { minorToDecimalString } from '../domain/money.js';

async function enqueueSummary(trx: Trx, period: string, totals: ControlTotals, at: Date): Promise<void> {
  const [to] = await rows<{ recipient: string }>(
    trx,
    `select coalesce(settings ->> 'partnerTeamEmail', vendor ->> 'email') as recipient from programme order by code limit 1`,
  );
  if (to === undefined) return;
  const parked = await rows<{ mspName: string; reason: string }>(
    trx,
    `select m.name as "mspName", p.parked_reason as reason from run_participant p join msp m on m.id = p.msp_id
     where p.period = :period and p.state = 'parked' order by m.name collate "C"`,
    { period },
  );
  const [mails] = await rows<{ mailed: number; mailProblems: number }>(
    trx,
    `select count(*) filter (where state = 'sent')::int as mailed,
       count(*) filter (where state in ('bounced', 'uncertain', 'parked'))::int as "mailProblems"
     from outbox where period = :period`,
    { period },
  );
  await enqueueMails(
    trx,
    [
      {
        messageId: messageId('run-summary', period),
        kind: 'runSummary',
        locale: 'en',
        recipient: to.recipient,
        params: {
          period,
          issued: totals.issued,
          zeroStatements: totals.zeroStatements,
          estimatedLines: totals.estimatedLines,
          totals: Object.entries(totals.totals).map(([currency, minor]) => ({
            currency,
            amount: minorToDecimalString(BigInt(minor), currency),
          })),
          mailed: mails?.mailed ?? 0,
          mailProblems: mails?.mailProblems ?? 0,
          parked,
        },
        period,
        notBefore: at,
      },
    ],
    at,
  );
}

/** Twice is once: only an open run is sealed, and the summary has one Message-ID per period. */
export const sealPeriod =
  ({ db }: { db: Database }) =>
  ({ period, now }: { period: string; now: string }): Promise<ControlTotals> =>
    db.transaction(ALL, async (trx) => {
      const at = new Date(now);
      const totals = await controlTotals(trx, period);
      await finishShards(trx, period);
      if (await sealRun(trx, period, totals, at)) {
        await enqueueSummary(trx, period, totals, at);
        await appendAudit(trx, { at, actor: 'kontor', action: 'run.sealed', subject: `run:${period}`, after: totals });
      }
      return totals;
    });

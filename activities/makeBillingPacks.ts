import { KONTOR } from '../domain/access/actor.js';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { appendAudit } from '../db/access/auditStore.js';
import { insertBillingPack, lockPacks } from '../db/statements/billingPackStore.js';
import {
  distributorsOfRun,
  lastRunWithoutNext,
  packContents,
  type PackContents,
} from '../db/closing/makeBillingPacks.js';
import { ALL, type Trx } from '../db/connect.js';
import { loadCredits } from '../db/corrections/creditStore.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { toJson } from '../db/statements/statementCodec.js';
import { loadStatements } from '../db/statements/statementStore.js';
import type { Credit } from '../domain/credit.js';
import { inParallel } from '../domain/inParallel.js';
import { messageId } from '../domain/messageId.js';
import { minorToDecimalString } from '../domain/money.js';
import type { Period } from '../domain/period.js';
import { runKeyOf, type RunInput, type RunKey } from '../domain/run.js';
import { isOfEarlier, type Statement } from '../domain/statement.js';
import { parkedReasons } from '../locales/index.js';
import { billingLinesCsv, totalsByCurrency, type BillingSummary, type RenderPool } from '../statements/index.js';
import { beat, earlierProgress } from './beating.js';
import type { ActivityDeps } from './deps.js';

export interface MakeBillingPacksInput extends RunInput {
  /** The supplement for this MSP's distributor alone; none: every distributor of the run. */
  mspId?: string;
  now: string;
}

/** One is drawn while the other is read, or stored: each is some megabytes. */
const PACKS_AT_ONCE = 2;

const progressSchema = z.object({ packs: z.int() }).catch({ packs: 0 });

/**
 * One transaction per distributor: its lock, what is in no pack yet, the rendered summary, the pack and its mail. A run
 * makes pack 0 of each distributor, if need be with nothing in it but the names that are still open; a supplement exists
 * only where there is a statement for it. An MSP settled before the run has made pack 0 comes in that one.
 *
 * A credit comes in the next pack of its distributor, whichever that is: of the next run, or a supplement made before.
 *
 * Doing it twice is safe: a statement or credit is in one pack (unique key), and what is packed is not looked at again.
 */
export const makeBillingPacks =
  ({ db, renderPool }: Pick<ActivityDeps, 'db' | 'renderPool'>) =>
  async (input: MakeBillingPacksInput): Promise<{ packs: number }> => {
    const made = progressSchema.parse(earlierProgress());
    const packs = await makePacks({ db, renderPool }, input, (count) => {
      beat({ packs: made.packs + count });
    });
    return { packs: made.packs + packs };
  };

/** The activity, wherever it runs; how many packs it has made. `said` is told of each, and may throw to end it there. */
export async function makePacks(
  { db, renderPool }: Pick<ActivityDeps, 'db' | 'renderPool'>,
  { now, ...selection }: MakeBillingPacksInput,
  said: (packs: number) => void = () => undefined,
): Promise<number> {
  const key = runKeyOf(selection);
  const { mspId = null } = selection;
  const distributors = await db.transaction(ALL, (trx) => distributorsOfRun(trx, { ...key, mspId }));
  let packs = 0;
  await inParallel(distributors, PACKS_AT_ONCE, async (distributorId) => {
    const made = await db.transaction(ALL, async (trx) => {
      await lockPacks(trx, key, distributorId);
      const contents = await packContents(trx, key, distributorId);
      const due = contents.supplement === 0 ? mspId === null : contents.statementIds.length > 0;
      if (due) await makePack(trx, renderPool, { key, distributorId, contents, at: new Date(now) });
      return due;
    });
    if (made) packs += 1;
    said(packs);
  });
  return packs;
}

/**
 * Where no month of the programme follows any more, a credit has no next pack: it gets a supplement to the last one. Safe to
 * repeat, as `makePacks`; how many packs it has made.
 */
export async function packCreditsAfterLastRun(
  { db, renderPool }: Pick<ActivityDeps, 'db' | 'renderPool'>,
  { programme, distributorId, now }: { programme: string; distributorId: string; now: string },
): Promise<number> {
  return db.transaction(ALL, async (trx) => {
    await lockPacks(trx, { programme }, distributorId);
    const key = await lastRunWithoutNext(trx, programme, distributorId);
    if (key === undefined) return 0;
    const contents = await packContents(trx, key, distributorId);
    if (contents.creditIds.length === 0) return 0;
    await makePack(trx, renderPool, { key, distributorId, contents, at: new Date(now) });
    return 1;
  });
}

interface PackDue {
  key: RunKey;
  distributorId: string;
  contents: PackContents;
  at: Date;
}

async function makePack(trx: Trx, renderPool: RenderPool, { key, distributorId, contents, at }: PackDue) {
  const { programme, period } = key;
  const issued = await loadStatements(trx, contents.statementIds);
  const statements = issued.map(({ statement }) => statement);
  const credited = await loadCredits(trx, contents.creditIds);
  const credits = credited.map(({ credit }) => credit);
  const summary = summaryOf(period, contents, { statements, credits });
  const document = await renderPool.renderBillingSummary(summary, statements, credits);
  const id = randomUUID();
  await insertBillingPack(
    trx,
    {
      id,
      programme,
      distributorId,
      period,
      supplement: summary.supplement,
      summary: toJson(summary),
      summarySha256: document.sha256,
      summaryPdf: Buffer.from(document.bytes.buffer, document.bytes.byteOffset, document.bytes.byteLength),
      linesCsv: billingLinesCsv(statements, credits),
      statements: issued.map(({ mspId, statementId }) => ({ mspId, statementId })),
      credits: credited.map(({ mspId, id: creditId }) => ({ mspId, creditId })),
    },
    at,
  );
  await enqueueMails(
    trx,
    [
      {
        messageId: messageId('billing-pack', programme, contents.distributorCode, period, summary.supplement),
        kind: 'billingPack',
        locale: summary.locale,
        to: { companyId: distributorId, purpose: 'statements' },
        params: {
          vendorName: summary.vendor.name,
          distributorName: summary.distributor.name,
          period,
          supplement: summary.supplement,
          statements: statements.length,
          credits: credits.length,
          totals: totalsByCurrency(summary).map(({ currency, totalMinor }) => ({
            currency,
            amount: minorToDecimalString(totalMinor, currency),
          })),
          parked: summary.parked,
          // Known when the mail is prepared, with the size of the documents.
          download: null,
        },
        programme,
        period,
        distributorId,
        billingPackId: id,
        notBefore: at,
      },
    ],
    at,
  );
  const after = { statements: statements.length, credits: credits.length, summarySha256: document.sha256 };
  appendAudit(trx, { at, actor: KONTOR, action: 'billingPack.made', subject: `billing-pack:${id}`, after });
}

function summaryOf(
  period: Period,
  contents: PackContents,
  { statements, credits }: { statements: readonly Statement[]; credits: readonly Credit[] },
): BillingSummary {
  const { distributor, vendor, locale, date, supplement, parked } = contents;
  return {
    distributor,
    vendor,
    locale,
    period,
    date,
    supplement,
    parked: parkedReasons(parked, locale),
    statements: statements.map(({ number, msp, currency, totalMinor, lines }) => ({
      number,
      mspName: msp.name,
      registrationNumber: msp.registrationNumber,
      currency,
      totalMinor,
      lineCount: lines.length,
      estimatedLines: lines.filter((line) => line.kind === 'usage' && line.basis === 'estimated').length,
      correctionLines: lines.filter(isOfEarlier).length,
    })),
    credits: credits.map(({ number, creditDate, msp, statementNumber, currency, totalMinor }) => ({
      ...{ number, creditDate, mspName: msp.name, registrationNumber: msp.registrationNumber },
      ...{ statementNumber, currency, totalMinor },
    })),
  };
}

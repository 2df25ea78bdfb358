/**
 * Two closed months with a little of everything: two currencies, an estimate and its correction, a decision, a licence,
 * check-ins and reports, documents, packs, seals, and every mail sent. For verify and export, which read what is there.
 */
import { makePacks } from '../../activities/makeBillingPacks.js';
import { sealPeriod } from '../../activities/sealPeriod.js';
import { ALL } from '../../db/connect.js';
import { insertDocuments } from '../../db/statements/documentStore.js';
import { KontorError } from '../../domain/errors.js';
import type { MeterCode } from '../../domain/catalog/index.js';
import type { Statement } from '../../domain/statement.js';
import type { RenderPool } from '../../statements/index.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { issuedStatements, monthFixture } from './month.js';

const MAILBOX: MeterCode = 'mail-server.mailbox';

export interface ClosedMonths {
  database: TestDatabase;
  month: ReturnType<typeof monthFixture>;
  msps: { alpha: string; beta: string; gamma: string };
}

/** Renders, packs and seals an issued month, and calls its mails sent. */
export async function finish(
  { database: { db }, month }: Pick<ClosedMonths, 'database' | 'month'>,
  renderPool: RenderPool,
  period: string,
  now: string,
  programme = 'msp',
): Promise<void> {
  await db.transaction(ALL, async (trx) => {
    const issued = await issuedStatements(trx, { programme, period });
    const documents = await renderPool.renderStatements(issued.map(({ statement }) => statement));
    await insertDocuments(
      trx,
      issued.map(({ mspId, statementId }, index) => {
        const document = documents[index];
        if (document === undefined || document instanceof KontorError) throw document ?? new Error('no document');
        return { mspId, statementId, ...document };
      }),
      new Date(now),
    );
  });
  await makePacks({ db, renderPool }, { programme, period, now });
  await sealPeriod({ db })({ programme, period, now });
  await month.run(`update outbox set state = 'sent', attempts = 1, sent_at = :now where state = 'pending'`, { now });
}

/** Closes a month in which every total that moved is confirmed, and finishes it; its statements in the order of their numbers. */
export async function closeConfirmed(
  of: Pick<ClosedMonths, 'database' | 'month'>,
  renderPool: RenderPool,
  period: string,
  now: string,
): Promise<Statement[]> {
  const { month } = of;
  await month.close(period, new Date(now));
  await month.run(
    `update discrepancy set state = 'settled', resolved_by = 'person', decision = 'confirm', author = '{}', resolved_at = :now
     where period = :period and kind = 'total_moved' returning id`,
    { period, now },
  );
  await month.run(
    `update run_participant set state = 'open', parked_code = null where period = :period and state = 'parked' returning msp_id`,
    { period },
  );
  const statements = await month.endReviewAndIssue(period, new Date(now));
  await finish(of, renderPool, period, now);
  return statements;
}

export async function closedMonths(renderPool: RenderPool): Promise<ClosedMonths> {
  const database = await createTestDatabase();
  const month = monthFixture(database.db);
  const germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
  const poland = await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL', zone: 'Europe/Warsaw' });
  await month.run(`update programme set first_period = '2026-02'`);
  await month.pricePlan({
    currency: 'EUR',
    minimumMinor: 20_00n,
    prices: { [MAILBOX]: { model: 'graduated', tiers: [{ upTo: 50, unitPrice: '2.005' }, { unitPrice: '1.5' }] } },
  });
  const msps = {
    alpha: await month.msp({ name: 'MSP Alpha', distributorId: germany }),
    beta: await month.msp({ name: '=MSP "Beta", Łódź', distributorId: germany }),
    gamma: await month.msp({ name: 'MSP Gamma', distributorId: poland, zone: 'Europe/Warsaw', country: 'PL' }),
  };
  const [heard, silent, mismatch, licensed] = await Promise.all(
    ['heard', 'silent in February', 'reports less than seen', 'licensed'].map((name) =>
      month.site({ mspId: msps.alpha, name }),
    ),
  );
  const polish = await month.site({ mspId: msps.gamma, name: 'Wola' });
  if (heard === undefined || silent === undefined || mismatch === undefined || licensed === undefined)
    throw new Error();
  const report = (of: typeof heard, period: string, peak: number, receivedAt?: string) =>
    month.report(of, {
      period,
      lines: [{ tenant: 'main', meter: MAILBOX, peak }],
      ...(receivedAt === undefined ? {} : { receivedAt }),
    });
  const seen = (of: typeof heard, at: string, count: number) =>
    month.checkIn(of, { at, tenant: 'main', meter: MAILBOX, count });

  for (const site of [heard, mismatch, licensed, polish]) await report(site, '2026-02', 30);
  await seen(heard, '2026-02-10T10:00:00Z', 30);
  await seen(silent, '2026-02-28T22:30:00Z', 12);
  await month.close('2026-02', new Date('2026-03-06T12:00:00Z'));
  await finish({ database, month }, renderPool, '2026-02', '2026-03-07T00:00:00Z');

  await report(silent, '2026-02', 14, '2026-03-20T00:00:00Z');
  // One that changes in the month: its days are measured, the term and its extension are billed.
  const term = await month.licence(licensed, {
    ...{ meter: MAILBOX, count: 25, from: '2026-03-01', until: '2027-03-01' },
    ...{ unitPrice: '12.5', currency: 'EUR' },
  });
  await month.licence(licensed, {
    ...{ meter: MAILBOX, count: 5, from: '2026-03-15', until: '2027-03-01' },
    ...{ unitPrice: '12.5', currency: 'EUR', extends: { id: term, from: '2026-03-01' } },
  });
  for (const [site, peak] of [
    [heard, 31],
    [silent, 12],
    [mismatch, 40],
    [licensed, 40],
    [polish, 33],
  ] as const) {
    await report(site, '2026-03', peak);
  }
  // An hour that the clock change of 29 March skips, and the last one of the month, in Berlin.
  await seen(heard, '2026-03-29T01:30:00Z', 31);
  await seen(heard, '2026-03-31T21:59:59Z', 29);
  await seen(heard, '2026-03-31T22:00:00Z', 99);
  await seen(mismatch, '2026-03-12T10:00:00Z', 46);
  await month.run(
    `insert into refused_claims (day, code, claimed_period, attempts, last_at, last_fingerprint)
     values ('2026-03-15', 'UNKNOWN_KEY', '2026-03', 1, '2026-03-15T00:00:00Z', 'abcd1234')`,
  );
  await month.openAndReconcile('2026-03', new Date('2026-04-05T12:00:00Z'));
  await month.run(
    `update discrepancy set state = 'settled', resolved_by = 'person', decision = 'set_quantity', decided_quantity = 43,
       reason = 'counted by hand', author = '{"kind": "kontor", "id": "kontor", "name": "second person"}', resolved_at = '2026-04-05T13:00:00Z'
     where period = '2026-03' and kind = 'report_mismatch'`,
  );
  await month.endReviewAndIssue('2026-03', new Date('2026-04-06T12:00:00Z'));
  await finish({ database, month }, renderPool, '2026-03', '2026-04-07T00:00:00Z');
  return { database, month, msps };
}

/**
 * Four months of four MSPs with something of everything that money depends on, closed by the close's own steps, every mail
 * sent over SMTP to a real inbox. Each mutation must make at least one of its numbers wrong. Documents are not drawn: their
 * bytes are what stands in one as plain bytes.
 */
import { createHash, randomUUID } from 'node:crypto';
import { makePacks } from '../../activities/makeBillingPacks.js';
import { claimBatch } from '../../activities/mailing/claimBatch.js';
import { drain } from '../../activities/mailing/drain.js';
import { sendBatch } from '../../activities/mailing/sendBatch.js';
import { sealPeriod } from '../../activities/sealPeriod.js';
import { ALL, type Database } from '../../db/connect.js';
import { insertRates } from '../../db/prices/publishedRates.js';
import { recordMails } from '../../db/outbox/recordOutcome.js';
import { insertDocuments } from '../../db/statements/documentStore.js';
import { TERMINAL } from '../../domain/access/actor.js';
import { parsePeriod, periodDays } from '../../domain/period.js';
import { createMailer, type Mailer } from '../../delivery/index.js';
import type { Price } from '../../domain/pricing/index.js';
import { billingLinesCsv, type RenderPool, type RenderedDocument } from '../../statements/index.js';
import { ecbFile } from '../../rates/ecbFile.js';
import { corrector } from '../support/correctedMonths.js';
import { issuedStatements, monthFixture } from '../support/month.js';
import { NO_RESTORE } from '../support/noRestore.js';

const MAILBOX = 'mail-server.mailbox';
const SCAN = 'scanner.scan';
const NODE = 'scanner.node';
const AGENT = 'backup.server_agent';
const PERIODS = ['2026-02', '2026-03', '2026-04', '2026-05'] as const;
const PUBLIC_URL = 'https://kontor.example';

type Month = ReturnType<typeof monthFixture>;
type Site = Awaited<ReturnType<Month['site']>>;

function document(title: string, attached = ''): RenderedDocument {
  const bytes = Buffer.from(`%PDF <rdf:li xml:lang="x-default">${title}</rdf:li> ${attached}`);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), pages: 1 };
}

const PAPER: RenderPool = {
  renderStatement: ({ number }) => Promise.resolve(document(number)),
  renderStatements: (statements) => Promise.resolve(statements.map(({ number }) => document(number))),
  renderCredit: ({ number, statementNumber }) => Promise.resolve(document(`${number} to ${statementNumber}`)),
  renderBillingSummary: ({ period, supplement, distributor }, statements, credits) => {
    const checksum = createHash('md5').update(billingLinesCsv(statements, credits)).digest('hex');
    const attached = `/CheckSum (${checksum}) /F (lines-${period}-${supplement}.csv)`;
    return Promise.resolve(document(`${period}, ${distributor.name}`, attached));
  },
  renderUsageReport: ({ period, msp }) => Promise.resolve(document(`${period}, ${msp.name}`)),
  renderTenantDocument: ({ reference }) => Promise.resolve(document(reference)),
  renderQuote: ({ number }) => Promise.resolve(document(number)),
  close: () => Promise.resolve(),
};

async function programme(month: Month) {
  await month.programme({ firstPeriod: '2026-02', settings: { lateUsage: { reachDays: 60 } } });
  const prices: Record<string, Price> = {
    [MAILBOX]: {
      model: 'graduated',
      tiers: [{ upTo: 50, unitPrice: '2.005' }, { upTo: 80, unitPrice: '1.505' }, { unitPrice: '1.25' }],
    },
    [SCAN]: { model: 'package', size: 10, packagePrice: '2.45' },
    [NODE]: { model: 'volume', tiers: [{ upTo: 20, unitPrice: '1.15' }, { unitPrice: '0.95' }] },
    [AGENT]: { model: 'per_unit', unitPrice: '8.165' },
  };
  const terms = { currency: 'EUR', firstMonth: 'unbilled', minimumMinor: 200_00n } as const;
  await month.pricePlan({ ...terms, prices: { ...prices, [AGENT]: { model: 'per_unit', unitPrice: '9' } } });
  await month.pricePlan({ ...terms, prices, fromPeriod: '2026-02' });
  const germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
  const poland = await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL', zone: 'Europe/Warsaw' });
  return {
    alpha: await month.msp({ name: 'Alpha', distributorId: germany }),
    beta: await month.msp({ name: 'Beta', distributorId: germany }),
    gamma: await month.msp({ name: 'Gamma', distributorId: poland, zone: 'Europe/Warsaw', country: 'PL' }),
    delta: await month.msp({ name: 'Delta', distributorId: germany, joined: '2026-03' }),
  };
}

async function sitesOf(month: Month, { alpha, beta, gamma, delta }: Awaited<ReturnType<typeof programme>>) {
  const of = (mspId: string, name: string, more: Partial<Parameters<Month['site']>[0]> = {}) =>
    month.site({ mspId, name, ...more });
  return {
    heard: await of(alpha, 'heard'),
    silent: await of(alpha, 'silent'),
    forgets: await of(alpha, 'forgets'),
    mismatch: await of(alpha, 'mismatch'),
    tolerated: await of(alpha, 'tolerated'),
    decided: await of(alpha, 'decided'),
    deferred: await of(alpha, 'deferred'),
    shared: await of(alpha, 'shared', { tenants: ['one', 'two'] }),
    scans: await of(alpha, 'scans'),
    nodes: await of(alpha, 'nodes'),
    moreNodes: await of(alpha, 'more nodes'),
    agents: await of(alpha, 'agents'),
    two: await of(alpha, 'two', { installations: 2 }),
    ended: await of(alpha, 'ended', { revokedAt: '2026-03-20T00:00:00Z' }),
    fresh: await of(alpha, 'fresh', { activatedAt: '2026-03-10T00:00:00Z' }),
    givenBack: await of(alpha, 'given back'),
    recounted: await of(alpha, 'recounted'),
    small: await of(beta, 'small'),
    polish: await of(gamma, 'Wola'),
    joined: await of(delta, 'joined', { activatedAt: '2026-02-20T00:00:00Z', fromPeriod: '2026-03' }),
  };
}

type Sites = Awaited<ReturnType<typeof sitesOf>>;
type Meter = typeof MAILBOX | typeof SCAN | typeof NODE | typeof AGENT;

function messages(month: Month) {
  const report = (
    of: Site,
    period: string,
    meter: Meter,
    peak: number,
    more: { revision?: number; receivedAt?: string } = {},
  ) => month.report(of, { period, lines: [{ tenant: 'main', meter, peak }], ...more });
  const seen = (of: Site, at: string, meter: Meter, count: number, tenant: string | null = 'main') =>
    month.checkIn(of, { at, tenant, meter, count });
  return { report, seen };
}

/** The month's reference rates, known on their own days: two of them differ in the last week. */
async function publish(db: Database, period: string): Promise<void> {
  const { first, last } = periodDays(parsePeriod(period));
  const published = await ecbFile().published(first, last);
  const rates = [27, 26].map((day) => ({
    base: 'EUR',
    currency: 'PLN',
    day: `${period}-${day}`,
    rate: `4.2${day}`,
    source: 'by hand',
  }));
  const known = published.filter(({ currency, day }) => currency === 'PLN' && day >= `${period}-20`);
  for (const rate of known.length > 0 ? known : rates) {
    const at = new Date(`${rate.day}T16:00:00Z`);
    await db.transaction(ALL, (trx) => insertRates(trx, [rate], { at, by: TERMINAL }));
  }
}

/** What every site says in every month. */
async function usual(month: Month, sites: Sites, period: string): Promise<void> {
  const { report, seen } = messages(month);
  await report(sites.agents, period, AGENT, 35);
  await report(sites.givenBack, period, AGENT, 4);
  await report(sites.recounted, period, AGENT, 6);
  await report(sites.nodes, period, NODE, 12);
  await report(sites.moreNodes, period, NODE, 8);
  await report(sites.scans, period, SCAN, 15);
  await seen(sites.scans, `${period}-05T08:00:00Z`, SCAN, 5);
  await seen(sites.scans, `${period}-05T10:00:00Z`, SCAN, 8);
  await seen(sites.scans, `${period}-06T08:00:00Z`, SCAN, 7);
  await report(sites.tolerated, period, MAILBOX, 150);
  await seen(sites.tolerated, `${period}-09T08:00:00Z`, MAILBOX, 152);
  await report(sites.small, period, MAILBOX, 10);
  await report(sites.polish, period, MAILBOX, 33);
  await month.report(sites.shared, {
    period,
    lines: [
      { tenant: 'one', meter: MAILBOX, peak: 20 },
      { tenant: 'two', meter: MAILBOX, peak: 15 },
    ],
  });
  const [first = '', second = ''] = sites.two.installations;
  const lines = [{ tenant: 'main', meter: MAILBOX, peak: 9 } as const];
  await month.report(sites.two, { period, installation: first, lines });
  if (period === '2026-02') await month.report(sites.two, { period, installation: second, lines });
}

async function february(month: Month, sites: Sites): Promise<void> {
  const { report, seen } = messages(month);
  await seen(sites.heard, '2026-02-10T10:00:00Z', MAILBOX, 30);
  await seen(sites.heard, '2026-02-12T10:00:00Z', MAILBOX, 25);
  // March already, in Berlin.
  await seen(sites.heard, '2026-02-28T23:30:00Z', MAILBOX, 60);
  await report(sites.heard, '2026-02', MAILBOX, 30);
  await seen(sites.silent, '2026-02-28T10:00:00Z', MAILBOX, 12);
  await report(sites.forgets, '2026-02', MAILBOX, 20);
  for (const site of [sites.mismatch, sites.decided, sites.deferred]) {
    await report(site, '2026-02', MAILBOX, 40);
    await seen(site, '2026-02-11T10:00:00Z', MAILBOX, 46);
  }
  await report(sites.ended, '2026-02', MAILBOX, 11);
}

async function march(month: Month, sites: Sites): Promise<void> {
  const { report, seen } = messages(month);
  await report(sites.heard, '2026-03', MAILBOX, 60);
  // Revisions: the latest one counts.
  await report(sites.forgets, '2026-03', MAILBOX, 22);
  await report(sites.forgets, '2026-03', MAILBOX, 26, { revision: 2 });
  await report(sites.silent, '2026-02', MAILBOX, 14, { receivedAt: '2026-03-20T00:00:00Z' });
  await report(sites.small, '2026-02', MAILBOX, 30, { revision: 2, receivedAt: '2026-03-20T00:00:00Z' });
  await seen(sites.ended, '2026-03-12T10:00:00Z', MAILBOX, 11);
  await seen(sites.ended, '2026-03-25T10:00:00Z', MAILBOX, 17);
  await report(sites.fresh, '2026-03', MAILBOX, 7);
  await report(sites.joined, '2026-03', MAILBOX, 5);
  await seen(sites.joined, '2026-03-12T10:00:00Z', MAILBOX, 5);
  await seen(sites.joined, '2026-03-13T10:00:00Z', MAILBOX, 4, 'nobody knows');
  const term = await month.licence(sites.shared, {
    ...{ meter: MAILBOX, count: 25, from: '2026-03-01', until: '2027-03-01' },
    ...{ unitPrice: '12.5', currency: 'EUR' },
  });
  await month.licence(sites.shared, {
    ...{ meter: MAILBOX, count: 5, from: '2026-04-15', until: '2027-03-01' },
    ...{ unitPrice: '12.5', currency: 'EUR', extends: { id: term, from: '2026-03-01' } },
  });
}

async function april(month: Month, sites: Sites): Promise<void> {
  const { report } = messages(month);
  await report(sites.silent, '2026-02', MAILBOX, 20, { revision: 2, receivedAt: '2026-04-10T00:00:00Z' });
  await report(sites.givenBack, '2026-03', AGENT, 1, { revision: 2, receivedAt: '2026-04-25T00:00:00Z' });
  await report(sites.recounted, '2026-03', AGENT, 9, { revision: 2, receivedAt: '2026-04-25T00:00:00Z' });
  await report(sites.heard, '2026-04', MAILBOX, 31);
}

async function may(month: Month, sites: Sites): Promise<void> {
  const { report } = messages(month);
  // More than sixty days after February: not billed.
  await report(sites.silent, '2026-02', MAILBOX, 90, { revision: 3, receivedAt: '2026-05-10T00:00:00Z' });
  await report(sites.heard, '2026-05', MAILBOX, 31);
}

const SENT = {
  '2026-02': february,
  '2026-03': march,
  '2026-04': april,
  '2026-05': may,
} as const;

/** What people decide before the review ends. */
async function decide(month: Month, period: string, sites: Sites): Promise<void> {
  const decided = (site: Site, decision: string, quantity: number | null) =>
    month.run(
      `update discrepancy set state = 'settled', resolved_by = 'person', decision = :decision, decided_quantity = :quantity,
         reason = 'counted', author = '{"kind": "kontor", "id": "kontor", "name": "somebody"}', resolved_at = found_at
       where period = :period and kind = 'report_mismatch' and site_id = :siteId`,
      { period, decision, quantity, siteId: site.siteId },
    );
  await decided(sites.decided, 'set_quantity', 43);
  await decided(sites.deferred, 'defer', null);
}

async function close(month: Month, period: string, now: Date, sites: Sites): Promise<void> {
  await month.openAndReconcile(period, now);
  await decide(month, period, sites);
  await month.endReviewAndIssue(period, now);
  const moved = await month.run(
    `update discrepancy set state = 'settled', resolved_by = 'person', decision = 'confirm', resolved_at = :now
     where period = :period and kind = 'total_moved' returning id`,
    { period, now },
  );
  if (moved.length === 0) return;
  await month.run(
    `update run_participant set state = 'open' where period = :period and state = 'parked' and parked_code = 'total_moved'
     returning msp_id`,
    { period },
  );
  await month.endReviewAndIssue(period, now);
}

async function paper(db: Database, period: string, now: Date): Promise<void> {
  await db.transaction(ALL, async (trx) => {
    const issued = await issuedStatements(trx, { programme: 'msp', period });
    const documents = issued.map(({ mspId, statementId, statement }) => ({
      ...{ mspId, statementId },
      ...document(statement.number),
    }));
    await insertDocuments(trx, documents, now);
  });
  await makePacks({ db, renderPool: PAPER }, { programme: 'msp', period, now: now.toISOString() });
  await sealPeriod({ db })({ programme: 'msp', period, now: now.toISOString() });
}

const sendAll = (db: Database, mailer: Mailer) =>
  drain(
    { db, mailer, publicUrl: PUBLIC_URL, restores: NO_RESTORE },
    {},
    {
      claimant: randomUUID(),
      before: { sent: 0, deferred: 0, bounced: 0, uncertain: 0, parked: 0 },
      signal: new AbortController().signal,
      heartbeat: () => undefined,
    },
  );

const claim = (claimedBy: string) => ({ claimedBy, now: new Date(), run: null });

function send(mailer: Mailer, { mails, files }: Awaited<ReturnType<typeof claimBatch>>) {
  const context = { files, date: new Date(), publicUrl: PUBLIC_URL };
  return sendBatch(mailer, mails, context, { mayContinue: () => true, mayHandOver: () => Promise.resolve(true) });
}

/** Two workers claim while neither has committed: each mail is one's alone. */
async function sendByTwo(db: Database, mailer: Mailer): Promise<void> {
  let second: Promise<Awaited<ReturnType<typeof claimBatch>>> | undefined;
  const first = await db.transaction(ALL, async (trx) => {
    const batch = await claimBatch(trx, claim('first'), 3);
    second = db.transaction(ALL, (other) => claimBatch(other, claim('second'), 3));
    // Long enough for the other to have asked.
    await new Promise((resolve) => setTimeout(resolve, 300));
    return batch;
  });
  const other = await second;
  for (const [name, batch] of [
    ['first', first],
    ['second', other],
  ] as const) {
    if (batch === undefined) continue;
    const outcomes = await send(mailer, batch);
    await db.transaction(ALL, (trx) =>
      recordMails(
        trx,
        name,
        outcomes.map(({ record }) => record),
      ),
    );
  }
}

/** A worker that was stopped comes back after its mail was given to another: what it says counts no more. */
async function sendAfterStop(db: Database, month: Month, mailer: Mailer): Promise<void> {
  const stopped = await db.transaction(ALL, (trx) => claimBatch(trx, claim('stopped'), 1));
  await month.run(
    `update outbox set state = 'pending' where claimed_by = 'stopped' and state = 'sending' returning id`,
  );
  const taken = await db.transaction(ALL, (trx) => claimBatch(trx, claim('taken over'), 1));
  const failed = stopped.mails.map(({ id }) => ({
    ...{ id, state: 'pending' as const, attempts: 1, waitMs: null, response: '451 later' },
  }));
  await db.transaction(ALL, (trx) => recordMails(trx, 'stopped', failed));
  await sendAll(db, mailer);
  const outcomes = await send(mailer, taken);
  await db.transaction(ALL, (trx) =>
    recordMails(
      trx,
      'taken over',
      outcomes.map(({ record }) => record),
    ),
  );
}

/**
 * Two people correct March by hand: credits, which come in April's packs; an amount that leaves little of a line, and a quantity,
 * both of sites that say something else late.
 */
async function byHand(db: Database, month: Month, { small, polish, givenBack, recounted }: Sites): Promise<void> {
  const { correct } = await corrector({ database: { db }, month }, PAPER);
  const less = (amount: string, currency: string) =>
    ({ change: 'amount', amount: { amount, currency }, booking: 'credit' }) as const;
  await correct(small.mspId, '2026-03', less('-7.31', 'EUR'));
  await correct(polish.mspId, '2026-03', less('-2.50', 'PLN'));
  const lineOf = async ({ siteId }: Site) => {
    const [line] = await month.run<{ no: number }>(
      `select line_no as no from statement_line where site_id = :siteId and period = '2026-03' and kind = 'usage'`,
      { siteId },
    );
    return line?.no ?? 0;
  };
  const onLine = { ...less('-30.00', 'EUR'), booking: 'next_statement' as const };
  await correct(givenBack.mspId, '2026-03', { ...onLine, line: await lineOf(givenBack) });
  await correct(recounted.mspId, '2026-03', { change: 'quantity', line: await lineOf(recounted), quantity: 5 });
}

/** Plays the months over an empty database. */
export async function playMonths(db: Database, smtpUrl: string): Promise<void> {
  const month = monthFixture(db);
  const mailer = createMailer({ smtpUrl, from: 'kontor@kontor.example' });
  try {
    const sites = await sitesOf(month, await programme(month));
    for (const period of PERIODS) {
      await publish(db, period);
      await SENT[period](month, sites);
      await usual(month, sites, period);
      const next = Number(period.slice(5)) + 1;
      const now = new Date(Date.UTC(2026, next - 1, 6, 12));
      await close(month, period, now, sites);
      await paper(db, period, now);
      if (period === '2026-02') await sendByTwo(db, mailer);
      if (period === '2026-03') await sendAfterStop(db, month, mailer);
      if (period === '2026-03') await byHand(db, month, sites);
      await sendAll(db, mailer);
    }
  } finally {
    await mailer.close();
  }
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { makePacks } from '../../activities/makeBillingPacks.js';
import { issue } from '../../activities/issueStatements.js';
import { drain } from '../../activities/mailing/drain.js';
import { insertDocuments } from '../../db/statements/documentStore.js';
import { ALL, rows } from '../../db/connect.js';
import { loadStatements } from '../../db/statements/statementStore.js';
import { createMailer, type Mailer } from '../../delivery/index.js';
import { startInbox, type Inbox } from '../../embedded/inbox/index.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { runKeyOf } from '../../domain/run.js';
import { readPdf } from '../statements/readPdf.js';
import { monthFixture } from '../support/month.js';
import { NO_RESTORE } from '../support/noRestore.js';
import { FROM, NOTHING, PERIOD } from './fixture.js';

const MAILBOX = 'mail-server.mailbox';
const RUN = runKeyOf({ programme: 'msp', period: PERIOD });
const NOW = '2026-04-06T10:00:00.000Z';

/** Three MSPs in Germany, of which one is parked until later; none issued in Italy, where the only one is parked. */
describe('billing packs of a month', () => {
  let database: TestDatabase;
  let inbox: Inbox;
  let mailer: Mailer;
  let renderPool: RenderPool;
  let dataDir: string;
  let late: string;

  const packs = (mspId?: string) =>
    makePacks({ db: database.db, renderPool }, { ...RUN, now: NOW, ...(mspId === undefined ? {} : { mspId }) });
  const query = <Row>(sql: string) => database.db.transaction(ALL, (trx) => rows<Row>(trx, sql));
  const render = async () => {
    const found = await query<{ id: string }>(
      'select id from statement s where not exists (select from statement_document d where d.statement_id = s.id)',
    );
    const issued = await database.db.transaction(ALL, (trx) =>
      loadStatements(
        trx,
        found.map(({ id }) => id),
      ),
    );
    for (const { mspId, statementId, statement } of issued) {
      const document = await renderPool.renderStatement(statement);
      await database.db.transaction(ALL, (trx) =>
        insertDocuments(trx, [{ mspId, statementId, ...document }], new Date(NOW)),
      );
    }
  };
  const send = () =>
    drain({ db: database.db, mailer, publicUrl: 'https://kontor.example', restores: NO_RESTORE }, RUN, {
      claimant: 'test',
      before: NOTHING,
      signal: new AbortController().signal,
      heartbeat: () => undefined,
    });
  const mailTo = async (recipient: string) => {
    const found = inbox.messages().filter(({ recipients }) => recipients.includes(recipient));
    return Promise.all(found.map(async ({ id }) => PostalMime.parse(await inbox.source(id))));
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'kontor-packs-'));
    database = await createTestDatabase();
    inbox = await startInbox({ dataDir });
    mailer = createMailer({ smtpUrl: inbox.smtpUrl, from: FROM });
    renderPool = createRenderPool({ threads: 1 });
    const month = monthFixture(database.db);
    const germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE', locale: 'de' });
    const italy = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT', locale: 'it' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    for (const [name, distributorId, meter] of [
      ['MSP Alpha', germany, MAILBOX],
      ['MSP Beta', germany, MAILBOX],
      ['MSP Gamma', germany, 'scanner.scan'],
      ['MSP Delta', italy, 'scanner.scan'],
    ] as const) {
      const mspId = await month.msp({ name, distributorId });
      if (name === 'MSP Gamma') late = mspId;
      const site = await month.site({ mspId, name: 'site' });
      await month.report(site, { period: PERIOD, lines: [{ tenant: 'main', meter, peak: 10 }] });
    }
    // Nothing prices scans: those MSPs are parked.
    await month.close(PERIOD);
    await render();
  });

  afterAll(async () => {
    await renderPool.close();
    await mailer.close();
    await inbox.stop();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('an MSP settled before the run has made its packs comes in those, not in a supplement', async () => {
    expect(await packs(late)).toBe(0);
    expect(await query('select id from billing_pack')).toEqual([]);
  });

  it('each distributor gets one, whatever is retried or runs at once', async () => {
    const made = await Promise.all([packs(), packs(), packs()]);
    expect(made.reduce((sum, each) => sum + each, 0)).toBe(2);
    expect(await packs()).toBe(0);
    const found = await query<{ code: string; supplement: number; statements: string[] | null }>(
      `select d.code, p.supplement, (select jsonb_agg(s.number order by s.number) from billing_pack_statement b
         join statement s on s.id = b.statement_id where b.billing_pack_id = p.id) as statements
       from billing_pack p join distributor d on d.id = p.distributor_id order by d.code`,
    );
    expect(found).toEqual([
      { code: 'DE', supplement: 0, statements: ['MSP-DE-2026-000001', 'MSP-DE-2026-000002'] },
      { code: 'IT', supplement: 0, statements: null },
    ]);
  });

  it('case 38: says why an MSP waits in the distributor’s language, on paper and in the mail', async () => {
    const [pack] = await query<{ pdf: Buffer }>(
      `select summary_pdf as pdf from billing_pack p join distributor d on d.id = p.distributor_id where d.code = 'IT'`,
    );
    const { text } = readPdf(pack?.pdf ?? Buffer.alloc(0));
    expect(text).toContain('Nel listino manca un prezzo.');
    expect(text).not.toMatch(/retry|price plan|waits for/i);
    const [mail] = await query<{ params: { parked: { reason: string }[] } }>(
      `select params from outbox where kind = 'billingPack' and locale = 'it'`,
    );
    expect(mail?.params.parked).toEqual([{ mspName: 'MSP Delta', reason: 'Nel listino manca un prezzo.' }]);
  });

  it('its mail is in the distributor’s language, with the summary, the lines and each statement attached', async () => {
    await send();
    const [mail, ...more] = await mailTo('billing@de.example');
    expect(more).toEqual([]);
    expect(mail?.messageId).toBe('<billing-pack.msp.DE.2026-03.0@kontor.example>');
    expect(mail?.html).toContain('<html lang="de">');
    expect(mail?.attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual([
      ['msp-DE-2026-03-summary.pdf', 'application/pdf'],
      ['msp-DE-2026-03-lines.csv', 'text/csv'],
      ['MSP-DE-2026-000001.pdf', 'application/pdf'],
      ['MSP-DE-2026-000002.pdf', 'application/pdf'],
    ]);
    expect(mail?.text).toContain('MSP Gamma');
  });

  it('a pack without statements still says what is open', async () => {
    const [mail] = await mailTo('billing@it.example');
    expect(mail?.attachments.map(({ filename }) => filename)).toEqual([
      'msp-IT-2026-03-summary.pdf',
      'msp-IT-2026-03-lines.csv',
    ]);
    expect(mail?.text).toContain('MSP Delta');
  });

  it('what is settled later follows in a supplement, once, and nothing else is sent again', async () => {
    await query(`update price_plan set prices = prices ||
      '{"scanner.scan": {"model": "per_unit", "unitPrice": "0.10"}}'::jsonb`);
    await database.db.transaction(ALL, (trx) => issue(trx, { ...RUN, mspIds: [late] }, new Date(NOW)));
    expect(await packs(late)).toBe(0);
    await render();
    expect(await packs(late)).toBe(1);
    expect(await packs(late)).toBe(0);
    expect(await packs()).toBe(0);
    await send();
    expect(await send()).toEqual(NOTHING);
    const mails = await mailTo('billing@de.example');
    expect(mails.map(({ messageId }) => messageId)).toEqual([
      '<billing-pack.msp.DE.2026-03.0@kontor.example>',
      '<billing-pack.msp.DE.2026-03.1@kontor.example>',
    ]);
    expect(mails[1]?.attachments.map(({ filename }) => filename)).toEqual([
      'msp-DE-2026-03-1-summary.pdf',
      'msp-DE-2026-03-1-lines.csv',
      'MSP-DE-2026-000003.pdf',
    ]);
  });

  it('a pack too large for a mail goes without its statements, and says where they are', async () => {
    await database.asOwner(`alter table statement_document disable trigger user`);
    await database.asOwner(`update statement_document set pdf = convert_to(repeat('x', 11000000), 'UTF8')`);
    await query(`update outbox set state = 'pending', message_id = 'again@kontor.example'
      where message_id = 'billing-pack.msp.DE.2026-03.0@kontor.example'`);
    await send();
    const mail = (await mailTo('billing@de.example')).at(-1);
    expect(mail?.attachments.map(({ filename }) => filename)).toEqual([
      'msp-DE-2026-03-summary.pdf',
      'msp-DE-2026-03-lines.csv',
    ]);
    const [pack] = await query<{ id: string }>(`select billing_pack_id as id from outbox
      where message_id = 'again@kontor.example'`);
    expect(mail?.text).toContain(`https://kontor.example/v1/billing-packs/${pack?.id ?? ''}`);
  });

  it('carries the date of its statements, so that the summary can be rendered again byte for byte', async () => {
    const found = await query<{ date: string }>(`select summary ->> 'date' as date from billing_pack`);
    expect(found.map(({ date }) => date)).toEqual(['2026-04-06', '2026-04-06', '2026-04-06']);
  });
});

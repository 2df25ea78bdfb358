import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { makePacks } from '../../activities/makeBillingPacks.js';
import { drain } from '../../activities/mailing/drain.js';
import { ALL } from '../../db/connect.js';
import { insertDocuments } from '../../db/statements/documentStore.js';
import { createMailer, type Mailer } from '../../delivery/index.js';
import { runKeyOf } from '../../domain/run.js';
import { startInbox, type Inbox } from '../../embedded/inbox/index.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { FROM, NOTHING, PERIOD } from '../delivery/fixture.js';
import { issuedStatements, monthFixture } from '../support/month.js';
import { NO_RESTORE } from '../support/noRestore.js';
import { overallVerdicts, verifyAll } from '../../verify/index.js';

const MAILBOX = 'mail-server.mailbox';
const RUN = { programme: 'msp', period: PERIOD };
const NOW = '2026-04-06T10:00:00.000Z';
const PACK = 'billing-pack.msp.DE.2026-03.0';

/** March 2026 of one distributor. Its pack was accepted by the relay; at the distributor somebody has lost it. */
describe('a billing pack that a distributor asks for again', () => {
  let api: TestApi;
  let inbox: Inbox;
  let mailer: Mailer;
  let renderPool: RenderPool;
  let dataDir: string;
  let partnerTeam: string;
  let distributor: string;

  const send = () =>
    drain({ db: api.database.db, mailer, publicUrl: 'https://kontor.example', restores: NO_RESTORE }, runKeyOf(RUN), {
      claimant: 'test',
      before: NOTHING,
      signal: new AbortController().signal,
      heartbeat: () => undefined,
    });
  const received = async () =>
    Promise.all(
      inbox
        .messages()
        .filter(({ recipients }) => recipients.includes('billing@de.example'))
        .map(async ({ id }) => PostalMime.parse(await inbox.source(id))),
    );
  const packMails = async () =>
    (
      await api.call('GET', '/v1/outbox?recipient=billing@de.example', { token: partnerTeam })
    ).json.items.toReversed() as { id: string; kind: string; state: string; messageId: string }[];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'kontor-pack-again-'));
    api = await startTestApi({ temporalAddress: '127.0.0.1:1' });
    inbox = await startInbox({ dataDir });
    mailer = createMailer({ smtpUrl: inbox.smtpUrl, from: FROM });
    renderPool = createRenderPool({ threads: 1 });
    const month = monthFixture(api.database.db);
    const germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId: germany });
    const site = await month.site({ mspId, name: 'site' });
    await month.report(site, { period: PERIOD, lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 }] });
    await month.close(PERIOD);
    const { db } = api.database;
    for (const { statementId, statement } of await db.transaction(ALL, (trx) => issuedStatements(trx, RUN))) {
      const document = await renderPool.renderStatement(statement);
      await db.transaction(ALL, (trx) => insertDocuments(trx, [{ mspId, statementId, ...document }], new Date(NOW)));
    }
    await makePacks({ db, renderPool }, { ...runKeyOf(RUN), now: NOW });
    await send();
    partnerTeam = await api.token('vendor');
    distributor = await api.token('distributor', { companyId: germany });
  });
  afterAll(async () => {
    await renderPool.close();
    await mailer.close();
    await inbox.stop();
    await api.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('comes as a mail of its own with the same documents, once however often the request is sent', async () => {
    const [sent] = await packMails();
    expect(sent).toMatchObject({ kind: 'billingPack', state: 'sent', messageId: `${PACK}@kontor.example` });
    const resend = () =>
      api.call('POST', `/v1/outbox/${sent?.id ?? ''}/resend`, {
        token: partnerTeam,
        body: { reason: 'Asked for by phone' },
        headers: { 'idempotency-key': 'pack-again' },
      });
    const [first, second] = [await resend(), await resend()];
    expect([first.status, second.json]).toEqual([202, first.json]);
    await send();
    expect(await send()).toEqual(NOTHING);

    const [original, copy, ...more] = await received();
    expect(more).toEqual([]);
    expect(copy?.messageId).toMatch(new RegExp(`^<${PACK.replaceAll('.', '\\.')}\\.copy-[0-9a-f-]{36}@`));
    expect(copy?.attachments.map(({ filename }) => filename)).toEqual([
      'msp-DE-2026-03-summary.pdf',
      'msp-DE-2026-03-lines.csv',
      'MSP-DE-2026-000001.pdf',
    ]);
    expect(copy?.attachments).toEqual(original?.attachments);
    expect([copy?.subject, copy?.text]).toEqual([original?.subject, original?.text]);
    expect((await packMails()).map(({ state }) => state)).toEqual(['sent', 'sent']);
  });

  it('makes no second pack and no supplement', async () => {
    const { json } = await api.call('GET', '/v1/billing-packs', { token: distributor });
    expect(json.items).toMatchObject([{ period: PERIOD, supplement: 0 }]);
  });

  it('is sent again by the partner team alone, with who and why on record', async () => {
    const [sent] = await packMails();
    const path = `/v1/outbox/${sent?.id ?? ''}/resend`;
    const answer = await api.call('POST', path, { token: distributor, body: { reason: 'Lost' } });
    expect(answer.status).toBe(403);
    const trail = await api.call('GET', `/v1/audit?subject=mail:${sent?.id ?? ''}`, { token: partnerTeam });
    expect(trail.json.items).toMatchObject([{ action: 'mail.resent', reason: 'Asked for by phone' }]);
  });

  it('goes to the contact of the day, and verify takes no offence (I7); at an address that is none of it, it does', async () => {
    const { db } = api.database;
    await api.database.asOwner(`update company_contact set ended_at = now() where email = 'billing@de.example'`);
    await api.database.asOwner(
      `insert into company_contact (id, company_id, purpose, name, email, named_at, named_by, confirmed_at)
       select gen_random_uuid(), company_id, purpose, name, 'office@de.example', now(), '{}', now() from company_contact
       where email = 'billing@de.example'`,
    );
    const all = (await api.call('GET', '/v1/outbox', { token: partnerTeam })).json.items as {
      id: string;
      kind: string;
    }[];
    const statement = all.find(({ kind }) => kind === 'statementIssued');
    await api.database.asOwner(
      `update company_contact set email = 'other@alpha.example' where company_id = (select id from msp where name = 'MSP Alpha')`,
    );
    for (const id of [(await packMails())[0]?.id ?? '', statement?.id ?? '']) {
      const path = `/v1/outbox/${id}/resend`;
      const again = await api.call('POST', path, { token: partnerTeam, body: { reason: 'The address has changed' } });
      expect(again.status).toBe(202);
    }
    await send();
    expect(inbox.messages().flatMap(({ recipients }) => recipients)).toEqual(
      expect.arrayContaining(['office@de.example', 'other@alpha.example']),
    );
    expect(overallVerdicts(await verifyAll(db)).I7).toBe('holds');
    await api.database.asOwner(`update outbox set recipient = 'x@y.example' where recipient = 'office@de.example'`);
    expect(overallVerdicts(await verifyAll(db)).I7).toEqual([
      expect.stringContaining('another programme or distributor'),
    ]);
    await api.database.asOwner(`update outbox set recipient = 'office@de.example' where recipient = 'x@y.example'`);
  });
});

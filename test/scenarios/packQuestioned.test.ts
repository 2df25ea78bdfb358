import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makePacks } from '../../activities/makeBillingPacks.js';
import { ALL } from '../../db/connect.js';
import { insertDocuments } from '../../db/statements/documentStore.js';
import { runKeyOf } from '../../domain/run.js';
import { createRenderPool } from '../../statements/index.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import PostalMime from 'postal-mime';
import { claimMails } from '../../db/outbox/claimMails.js';
import { compose } from '../../delivery/compose.js';
import { layOut, MAIL_TEMPLATES } from '../../delivery/index.js';
import { issuedStatements, monthFixture } from '../support/month.js';
import { overallVerdicts, verifyAll } from '../../verify/index.js';

const MAILBOX = 'mail-server.mailbox';
const RUN = { programme: 'msp', period: '2026-03' };
const NOW = '2026-04-06T10:00:00.000Z';

interface Mail {
  kind: string;
  recipient: string | null;
  company: string | null;
  locale: 'en' | 'de';
  params: object;
}

/** March 2026 of two distributors, each with its pack. Germany has a question about its own before it acknowledges it. */
describe('a distributor answers to its billing pack', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let germany: string;
  let partnerTeam: string;
  let berta: string;
  let poland: string;
  let packId: string;

  const post = (path: string, token: string, body: object = {}, key?: string) =>
    api.call('POST', path, { token, body, ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }) });
  const responses = async (token: string, query = '') =>
    (await api.call('GET', `/v1/billing-pack-responses${query}`, { token })).json.items;
  const pack = async (token: string) => (await api.call('GET', `/v1/billing-packs/${packId}`, { token })).json;
  const mails = () =>
    month.run<Mail>(
      `select kind, recipient, to_company as company, locale, params from outbox
       where kind in ('packQuestioned', 'packAnswered') order by id`,
    );
  const words = ({ kind, params, locale }: Mail) =>
    MAIL_TEMPLATES[kind as 'packAnswered'].write(params, locale).paragraphs.join('\n');

  beforeAll(async () => {
    api = await startTestApi({ temporalAddress: '127.0.0.1:1' });
    month = monthFixture(api.database.db);
    germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE', locale: 'de' });
    const other = await month.distributor({ code: 'PL', currency: 'EUR', country: 'PL' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    for (const [name, distributorId] of [
      ['MSP Alpha', germany],
      ['MSP Beta', other],
    ] as const) {
      const mspId = await month.msp({ name, distributorId });
      const site = await month.site({ mspId, name: 'site' });
      await month.report(site, { period: '2026-03', lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 }] });
    }
    await month.close('2026-03');
    const { db } = api.database;
    const renderPool = createRenderPool({ threads: 1 });
    for (const { mspId, statementId, statement } of await db.transaction(ALL, (trx) => issuedStatements(trx, RUN))) {
      const document = await renderPool.renderStatement(statement);
      await db.transaction(ALL, (trx) => insertDocuments(trx, [{ mspId, statementId, ...document }], new Date(NOW)));
    }
    await makePacks({ db, renderPool }, { ...runKeyOf(RUN), now: NOW });
    await renderPool.close();
    partnerTeam = await api.token('vendor', { name: 'Anna', level: 'operator' });
    berta = await api.token('distributor', { companyId: germany, name: 'Berta', level: 'operator' });
    poland = await api.token('distributor', { companyId: other, name: 'Piotr' });
    packId = (await api.call('GET', '/v1/billing-packs', { token: berta })).json.items[0].id;
  }, 120_000);
  afterAll(() => api.close());

  it('asks about it: the partner team has the question in its list, and gets it by mail once', async () => {
    expect(await pack(berta)).toMatchObject({ acknowledgedAt: null, questioned: false });
    const path = `/v1/billing-packs/${packId}/questions`;
    const question = 'Is line 1 the mailboxes of March alone?\n\nAnd what of:\nBcc: nobody@nowhere.example';
    const body = { question };
    const [first, again] = [await post(path, berta, body, 'q1'), await post(path, berta, body, 'q1')];
    expect([first.status, again.json]).toEqual([201, first.json]);
    expect(await responses(partnerTeam, '?open=true')).toMatchObject([
      {
        kind: 'questioned',
        ...body,
        distributorCode: 'DE',
        period: '2026-03',
        saidBy: { name: 'Berta' },
        answer: null,
      },
    ]);
    expect(await pack(partnerTeam)).toMatchObject({ questioned: true });
    const [mail, ...more] = await mails();
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ kind: 'packQuestioned', recipient: 'partners@vendor.example', locale: 'en' });
    expect(mail && words(mail)).toMatch(/Berta of Distributor DE asks .* March 2026:\nIs line 1 the mailboxes/);
    const { subject, text, html } = layOut(MAIL_TEMPLATES.packQuestioned.write(mail?.params ?? {}, 'en'), 'en');
    const prepared = {
      envelopeId: 'e',
      to: 'a@vendor.example',
      messageId: 'm@kontor.example',
      date: new Date(NOW),
      locale: 'en',
    };
    const bytes = await compose({ ...prepared, subject, text, html, attachments: [] }, 'kontor@kontor.example');
    const received = await PostalMime.parse(bytes);
    expect([received.bcc, received.subject?.includes('Bcc'), received.text?.includes(question)]).toEqual([
      ...[undefined, false, true],
    ]);
  });

  it('and its answer keep their lines, in one form', async () => {
    const { db } = api.database;
    const asked = await responses(partnerTeam, '?open=true');
    expect(asked[0].question.split('\n')).toHaveLength(4);
    const claimed = (packs: boolean) =>
      db.transaction(ALL, (trx) => claimMails(trx, { claimedBy: 'test', run: null, packs, limit: 50 }));
    // What is said of a pack is no pack, which is megabytes and waits until all else has gone.
    const kinds = (await claimed(false)).map(({ kind }) => kind);
    expect(kinds).toContain('packQuestioned');
    expect(kinds).not.toContain('billingPack');
    expect(new Set((await claimed(true)).map(({ kind }) => kind))).toEqual(new Set(['billingPack']));
  });

  it('waits for the answer before it asks again or acknowledges', async () => {
    const asked = await post(`/v1/billing-packs/${packId}/questions`, berta, { question: 'And?' });
    const acknowledged = await post(`/v1/billing-packs/${packId}/acknowledge`, berta);
    expect([asked.json.code, acknowledged.json.code]).toEqual(['STATE_CONFLICT', 'STATE_CONFLICT']);
    const none = await post(`/v1/billing-packs/${packId}/questions`, berta, { question: '' });
    expect(none.json.errors[0].field).toBe('/question');
    for (const question of [' \n\t\r\n ', 'a\nb\u0007', 'a\n=?utf-8?q?b?=', 'a\u2028b']) {
      const refused = await post(`/v1/billing-packs/${packId}/questions`, berta, { question });
      expect([refused.status, refused.json.errors[0].field]).toEqual([422, '/question']);
    }
  });

  it('is answered once, by one of two who answer at once, and gets the answer by mail in its language', async () => {
    const [{ id }] = await responses(partnerTeam, '?open=true');
    const path = `/v1/billing-pack-responses/${id}/answer`;
    const ben = await api.token('vendor', { name: 'Ben' });
    const both = await Promise.all([
      post(path, partnerTeam, { answer: ' Yes,\r\nof\tMarch  alone.\n' }),
      post(path, ben, { answer: 'I will see.' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const given: string = both.find(({ status }) => status === 200)?.json.answer;
    expect(['Yes,\nof March alone.', 'I will see.']).toContain(given);
    expect((await post(path, await api.token('vendor'), { answer: 'Once more' })).json.code).toBe('STATE_CONFLICT');
    expect(await responses(partnerTeam, '?open=true')).toEqual([]);
    const letters = (await mails()).filter(({ kind }) => kind === 'packAnswered');
    expect(letters).toMatchObject([{ company: germany, locale: 'de' }]);
    expect(letters[0] && words(letters[0])).toContain(`Vendor antwortet:\n${given}`);
    // Who answered is between the partner team's people.
    expect(await responses(berta)).toMatchObject([{ answer: given, answeredBy: null }]);
  });

  it('acknowledges it, once, and the history stays', async () => {
    const path = `/v1/billing-packs/${packId}/acknowledge`;
    expect((await post(path, berta, {}, 'a1')).status).toBe(201);
    expect((await post(path, berta, {}, 'a1')).status).toBe(201);
    expect((await post(path, berta)).json.code).toBe('STATE_CONFLICT');
    const { acknowledgedAt, questioned } = await pack(partnerTeam);
    expect([acknowledgedAt === null, questioned]).toEqual([false, false]);
    const kinds = (await responses(partnerTeam, `?billingPackId=${packId}`)).map(({ kind }: Mail) => kind);
    expect(kinds).toEqual(['acknowledged', 'questioned']);
    const admin = await api.token('vendor');
    const trail = await api.call('GET', `/v1/audit?subject=billing-pack:${packId}`, { token: admin });
    expect(trail.json.items.map(({ action }: { action: string }) => action)).toEqual([
      'billingPack.acknowledged',
      'billingPack.answered',
      'billingPack.questioned',
      'billingPack.made',
    ]);
    for (const sql of [
      `update billing_pack_response set answer = 'Other' where kind = 'questioned'`,
      `update billing_pack_response set question = 'Other' where kind = 'questioned'`,
      'delete from billing_pack_response',
    ]) {
      await expect(api.database.asOwner(sql)).rejects.toThrow('nothing changes but its answer, once');
    }
  });

  it('and verify holds: what is said about a pack carries no pack (I7)', async () => {
    expect(overallVerdicts(await verifyAll(api.database.db)).I7).toBe('holds');
  });

  it('nobody else’s: another distributor does not find it, readers and the partner team do not speak for one', async () => {
    for (const step of ['acknowledge', 'questions']) {
      const body = step === 'questions' ? { question: 'What is in it?' } : {};
      expect((await post(`/v1/billing-packs/${packId}/${step}`, poland, body)).json.code).toBe('NOT_FOUND');
      expect((await post(`/v1/billing-packs/${packId}/${step}`, partnerTeam, body)).status).toBe(403);
      const reader = await api.token('distributor', { companyId: germany, level: 'reader' });
      expect((await post(`/v1/billing-packs/${packId}/${step}`, reader, body)).status).toBe(403);
    }
    expect(await responses(poland)).toEqual([]);
    const [{ id }] = await responses(partnerTeam);
    expect((await post(`/v1/billing-pack-responses/${id}/answer`, berta, { answer: 'Yes' })).status).toBe(403);
    expect((await post(`/v1/billing-pack-responses/${id}/answer`, partnerTeam, { answer: 'Yes' })).status).toBe(409);
  });
});

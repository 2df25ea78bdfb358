import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROUTES } from '../../api/routes/index.js';
import { ALL, rows } from '../../db/connect.js';
import { issueToken } from '../../db/access/tokenStore.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { TERMINAL } from '../../domain/access/actor.js';
import { addPerson, browser, PASSWORD } from '../support/people.js';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

const NAME = 'Henrietta Quillfeather';
const ADDRESS = 'Henrietta.Quillfeather@away.example';
const REASON = 'asked on paper';

describe('a person who is restricted', () => {
  let api: TestApi;
  let admin: string;
  let month: ReturnType<typeof monthFixture>;
  let msp: string;
  let person: Awaited<ReturnType<typeof addPerson>>;
  let ownToken: string;
  let hers: ReturnType<typeof browser>;

  const call = (method: string, path: string, body?: unknown) =>
    api.call(method, path, { token: admin, ...(body === undefined ? {} : { body }) });
  const mail = (id: string) =>
    api.database.db.transaction(ALL, (trx) =>
      enqueueMails(
        trx,
        [
          {
            ...{ messageId: `${id}@kontor.example`, locale: 'en', to: { address: ADDRESS }, notBefore: new Date() },
            kind: 'territoryOpened' as const,
            params: { vendorName: 'Vendor', programmeName: 'Programme', country: 'DE', publicUrl: '' } as never,
          },
        ],
        new Date(),
      ),
    );
  const mailState = async (id: string) =>
    (
      await month.run<{ state: string }>('select state from outbox where message_id = :id', {
        id: `${id}@kontor.example`,
      })
    )[0]?.state;

  beforeAll(async () => {
    api = await startTestApi();
    admin = await api.token('vendor');
    month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    msp = await month.msp({ name: 'MSP Alpha', distributorId });
    await month.run(
      `update company_contact set name = :name, email = :email where company_id = :msp and purpose = 'statements'`,
      {
        ...{ name: NAME, email: ADDRESS.toLowerCase(), msp },
      },
    );
    person = await addPerson(api.database.db, { name: NAME, email: ADDRESS, companyId: msp });
    hers = browser(api);
    expect((await hers.signIn(ADDRESS)).status).toBe(201);
    const own = {
      id: randomUUID(),
      membershipId: person.membershipId,
      view: 'service_provider' as const,
      name: 'hers',
    };
    const by = { kind: 'person' as const, id: person.id, name: NAME };
    ownToken = (await api.database.db.transaction(ALL, (trx) => issueToken(trx, { ...own, at: new Date(), by }))).token;
    // Deeds of hers, and what others wrote about her.
    await hers.call('PATCH', `/v1/companies/${msp}`, {
      version: 1,
      address: ['Another road 3'],
      reason: `${ADDRESS} moved`,
    });
    await call('PUT', `/v1/companies/${msp}/contacts/technical`, { name: NAME, email: ADDRESS });
    await call('POST', '/v1/people', { name: NAME, email: ADDRESS, locale: 'en', zone: 'UTC', level: 'reader' });
    await month.run(
      `insert into waiting_list (id, programme_code, country, email, locale, asked_at, confirm_until) values (:id, 'msp', 'FR', :email, 'en', now(), now())`,
      { id: randomUUID(), email: ADDRESS },
    );
    await mail('before');
  });
  afterAll(async () => {
    await api.close();
  });

  it('is not erased while she is the last administrator of a company: the answer says what to do', async () => {
    const refused = await call('POST', '/v1/restrictions', { personId: person.id, reason: REASON });
    expect([refused.status, refused.json.code]).toEqual([409, 'STATE_CONFLICT']);
    expect(refused.json.detail).toContain('let there be another first');
    await addPerson(api.database.db, { name: 'Second Administrator', companyId: msp });
  });

  it('is not erased under a legal hold over her company', async () => {
    const hold = await call('POST', '/v1/legal-holds', { companyId: msp, reason: 'a lawsuit' });
    expect(hold.status).toBe(201);
    const again = await call('POST', '/v1/legal-holds', { companyId: msp, reason: 'a lawsuit' });
    expect([again.status, again.json.code]).toEqual([409, 'STATE_CONFLICT']);
    const refused = await call('POST', '/v1/restrictions', { address: ADDRESS, reason: REASON });
    expect([refused.status, refused.json.code, refused.json.detail]).toEqual([
      409,
      'STATE_CONFLICT',
      expect.stringContaining(hold.json.id),
    ]);
    expect((await call('POST', `/v1/legal-holds/${hold.json.id}/lift`, { reason: 'settled' })).status).toBe(200);
    expect((await call('GET', '/v1/legal-holds?which=standing')).json.items).toEqual([]);
  });

  it('is asked for with a reason, by an administrator of the partner team alone', async () => {
    expect((await call('POST', '/v1/restrictions', { personId: person.id })).status).toBe(422);
    const manager = await api.token('vendor', { level: 'manager' });
    const body = { personId: person.id, reason: REASON };
    expect((await api.call('POST', '/v1/restrictions', { token: manager, body })).status).toBe(403);
    expect((await call('POST', '/v1/restrictions', { address: 'nobody@nowhere.example', reason: REASON })).status).toBe(
      404,
    );
  });

  it('is restricted from now on until documents and the audit trail that name her have gone', async () => {
    const answer = await call('POST', '/v1/restrictions', { personId: person.id, reason: REASON });
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({
      personIds: expect.arrayContaining([person.id]),
      until: `${new Date().getUTCFullYear() + 8}-12-31`,
    });
    const again = await call('POST', '/v1/restrictions', { address: ADDRESS.toUpperCase(), reason: REASON });
    expect(again.json.id).toBe(answer.json.id);
    expect((await call('GET', '/v1/restrictions')).json.items).toEqual([answer.json]);
  });

  it('has neither session nor token any more, and cannot sign in', async () => {
    expect((await hers.call('GET', '/v1/me')).status).toBe(401);
    expect((await api.call('GET', '/v1/me', { token: ownToken })).status).toBe(401);
    const refused = await browser(api).signIn(ADDRESS, PASSWORD);
    const stranger = await browser(api).signIn('stranger@nowhere.example', PASSWORD);
    expect([refused.status, refused.json.code, refused.json.detail]).toEqual([
      stranger.status,
      stranger.json.code,
      stranger.json.detail,
    ]);
  });

  it('gets no mail, neither what waited nor what comes, nor by a person who sends it again', async () => {
    expect(await mailState('before')).toBe('parked');
    await mail('after');
    expect(await mailState('after')).toBe('parked');
    const [row] = await month.run<{ id: string }>(`select id from outbox where message_id = 'after@kontor.example'`);
    await call('POST', `/v1/outbox/${row?.id}/resend`, { reason: 'try' });
    expect(await mailState('after')).toBe('parked');
    expect(
      await month.run(`select 1 from outbox where state in ('pending', 'sending') and recipient = :a`, { a: ADDRESS }),
    ).toEqual([]);
  });

  it('is named by no route that lists or shows, by name or address', async () => {
    const values: Record<string, string[]> = {
      programme: ['msp'],
      companyId: [msp],
      mspId: [msp],
      personId: [person.id],
      membershipId: [person.membershipId],
      country: ['FR', 'DE'],
    };
    const readers = { admin, msp: await api.token('service_provider', { companyId: msp }) };
    let asked = 0;
    let answered = '';
    for (const { method, path } of ROUTES) {
      if (method !== 'get') continue;
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
      if (!names.every((name) => name in values)) continue;
      const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name]?.[0] ?? '');
      for (const token of Object.values(readers)) {
        for (const query of ['', `?companyId=${msp}`, '?which=all']) {
          const answer = await api.call('GET', target + query, { token });
          if (answer.status !== 200) continue;
          asked += 1;
          const text = answer.bytes.toString();
          answered += text;
          expect([target, text.toLowerCase().includes('quillfeather')]).toEqual([target, false]);
        }
      }
    }
    expect(asked).toBeGreaterThan(40);
    expect(answered).toContain('Restricted person');
  });

  it('keeps the audit trail as it was: it is shown without her, and its chain holds', async () => {
    const kept = await month.run(`select 1 from audit_event where actor ->> 'name' = :name`, { name: NAME });
    expect(kept.length).toBeGreaterThan(0);
    const shown = await call('GET', `/v1/audit?actor=${person.id}`);
    expect(shown.json.items.map((event: { actor: { name: string } }) => event.actor.name)).toEqual(
      shown.json.items.map(() => 'Restricted person'),
    );
    const found = await api.database.db.transaction(ALL, (trx) =>
      rows<{ n: number }>(trx, `select count(*)::int as n from restriction where reason = :reason`, { reason: REASON }),
    );
    expect(found).toEqual([{ n: 1 }]);
    expect(TERMINAL.kind).toBe('terminal');
  });

  it('a mail of the company waits for another contact, whom its administrators name', async () => {
    const contacts = await call('GET', `/v1/companies/${msp}/contacts`);
    expect(
      contacts.json.items.map(({ email, confirmedAt }: { email: string; confirmedAt: null }) => [email, confirmedAt]),
    ).toEqual(contacts.json.items.map(() => ['restricted@restricted.invalid', null]));
  });
});

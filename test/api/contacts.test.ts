import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { openMailbox, type Mailbox } from '../support/mailbox.js';
import { ALL, rows } from '../../db/connect.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { startTestApi, type TestApi } from './testApi.js';

const AT = new Date('2026-03-01T00:00:00Z');

describe('contacts of a company', () => {
  let api: TestApi;
  let mailbox: Mailbox;
  let team: string;
  let mspId: string;
  let own: string;
  let distributorId: string;
  beforeAll(async () => {
    api = await startTestApi();
    mailbox = await openMailbox(api.database.db);
    team = await api.token('vendor');
    const month = monthFixture(api.database.db);
    distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    own = await api.token('service_provider', { companyId: mspId });
  });
  afterAll(async () => {
    await mailbox.close();
    await api.close();
  });

  const path = (purpose = '') => `/v1/companies/${mspId}/contacts${purpose && `/${purpose}`}`;
  const name = (purpose: string, email: string, as = own) =>
    api.call('PUT', path(purpose), { token: as, body: { name: 'Desk', email } });
  const confirm = async (email: string) => {
    const link = (await mailbox.read(email)).at(-1)?.link ?? '';
    return api.call('POST', '/v1/contacts/confirm', { body: { link } });
  };
  let mails = 0;
  /** Puts a mail for a purpose into the outbox. */
  const send = (purpose: 'statements' | 'technical' | 'legal') =>
    api.database.db.transaction(ALL, (trx) =>
      enqueueMails(
        trx,
        [
          {
            messageId: `contact-test.${(mails += 1)}@kontor.example`,
            kind: 'registrationExpired',
            locale: 'en',
            to: { companyId: mspId, purpose },
            params: { vendorName: 'Vendor', days: 30 },
            notBefore: AT,
          },
        ],
        AT,
      ),
    );
  const received = async (email: string) =>
    (await mailbox.read(email)).filter(({ subject }) => subject.includes('expired')).length;

  it('a new address gets nothing but its link before it is confirmed; then it takes the place of the one before', async () => {
    const before = `billing@${mspId}.example`;
    const after = 'statements@alpha.example';
    expect((await name('statements', after)).status).toBe(200);
    await send('statements');
    expect([await received(before), await received(after)]).toEqual([1, 0]);
    expect((await mailbox.read(after)).map(({ subject }) => subject)).toEqual(['Please confirm your mail address']);
    expect((await confirm(after)).json).toEqual({ email: after, purpose: 'statements', programmes: [] });
    await send('statements');
    expect([await received(before), await received(after)]).toEqual([1, 1]);
    const all = (await api.call('GET', `${path()}?which=all`, { token: own })).json.items;
    expect(all.map((one: { email: string; endedAt: unknown }) => [one.email, one.endedAt === null])).toEqual([
      [after, true],
      [before, false],
    ]);
  });

  it('a purpose without an address of its own goes to the one for statements', async () => {
    const desk = 'noc@alpha.example';
    await name('technical', desk);
    await confirm(desk);
    await send('technical');
    await send('legal');
    expect([await received(desk), await received('statements@alpha.example')]).toEqual([1, 2]);
    expect((await api.call('DELETE', path('technical'), { token: own })).status).toBe(204);
    await send('technical');
    expect([await received(desk), await received('statements@alpha.example')]).toEqual([1, 3]);
    const statements = await api.call('DELETE', path('statements'), { token: own });
    expect([statements.status, statements.json.code]).toEqual([409, 'STATE_CONFLICT']);
    expect((await api.call('DELETE', path('technical'), { token: own })).status).toBe(404);
  });

  it('mail for a company without a confirmed address waits, visibly, and goes once there is one', async () => {
    const body = { code: 'DE', name: 'Distributor', registrationNumber: 'D', address: ['Weg 1'], country: 'DE' };
    const email = 'billing@late.example';
    const made = await api.call('POST', '/v1/distributors', {
      token: team,
      body: { ...body, email, currency: 'EUR', locale: 'en', zone: 'Europe/Berlin' },
    });
    const companyId = made.json.id;
    const mail = { companyId, purpose: 'statements' } as const;
    await api.database.db.transaction(ALL, (trx) =>
      enqueueMails(
        trx,
        [
          {
            ...{ messageId: 'late.1@kontor.example', kind: 'registrationExpired', locale: 'en', to: mail },
            params: { vendorName: 'Vendor', days: 30 },
            notBefore: AT,
          },
        ],
        AT,
      ),
    );
    expect(await received(email)).toBe(0);
    const waiting = (await api.call('GET', '/v1/outbox?state=pending', { token: team })).json.items;
    expect(waiting).toEqual([
      expect.objectContaining({ recipient: null, toCompany: companyId, purpose: 'statements' }),
    ]);
    await confirm(email);
    expect(await received(email)).toBe(1);
  });

  it('are named by its own administrators and the partner team, and by nobody else', async () => {
    const reader = await api.token('service_provider', { companyId: mspId, level: 'manager' });
    expect((await name('legal', 'legal@alpha.example', reader)).status).toBe(403);
    const stranger = await api.token('distributor', { companyId: distributorId });
    expect((await name('legal', 'legal@alpha.example', stranger)).status).toBe(404);
    expect((await api.call('GET', path(), { token: stranger })).status).toBe(404);
    expect((await name('legal', 'legal@alpha.example', team)).status).toBe(200);
    const unknown = '/v1/companies/6f1c1a52-0000-4000-8000-000000000000/contacts';
    expect((await api.call('GET', unknown, { token: team })).status).toBe(404);
  });

  it('who is limited to some of its tenants does not say where its mail goes', async () => {
    const month = monthFixture(api.database.db);
    await month.site({ mspId, name: 'branch' });
    const [tenant] = await api.database.db.transaction(ALL, (trx) =>
      rows<{ id: string }>(trx, 'select id from tenant where msp_id = :mspId limit 1', { mspId }),
    );
    const limited = await api.token('service_provider', { companyId: mspId, tenantIds: [tenant?.id ?? ''] });
    expect((await name('legal', 'thief@evil.example', limited)).status).toBe(403);
  });

  it('the same address again gets another link, which alone is good; the trail says who named it', async () => {
    const email = 'again@alpha.example';
    await name('technical', email);
    const [first] = await mailbox.read(email);
    await name('technical', email);
    const [, second] = await mailbox.read(email);
    const use = (link = '') => api.call('POST', '/v1/contacts/confirm', { body: { link } });
    expect([(await use(first?.link)).status, (await use(second?.link)).status]).toEqual([410, 200]);
    const trail = (await api.call('GET', `/v1/audit?subject=company:${mspId}`, { token: team })).json.items;
    expect(trail[0]).toMatchObject({ action: 'contact.confirmed', after: { email, purpose: 'technical' } });
    expect(trail[1]).toMatchObject({ action: 'contact.named', actor: { kind: 'person' }, after: { email } });
  });

  it('whose wish was taken back stay as they are; the one whose place is taken is told', async () => {
    const [before, evil] = ['old@wish.example', 'evil@wish.example'];
    await name('legal', before);
    await confirm(before);
    await name('legal', evil);
    await mailbox.read(evil);
    await name('legal', before);
    expect((await confirm(evil)).status).toBe(410);
    await name('legal', evil);
    await confirm(evil);
    const told = (await mailbox.read(before)).map(({ subject }) => subject);
    expect(told).toEqual(['Please confirm your mail address', 'Mail from Kontor goes to another address from now on']);
  });

  it('are not confirmed for a company that is suspended, nor named for one that has ended', async () => {
    const month = monthFixture(api.database.db);
    const companyId = await month.company('reseller');
    const put = (email: string) =>
      api.call('PUT', `/v1/companies/${companyId}/contacts/statements`, { token: team, body: { name: 'Desk', email } });
    expect((await put('desk@reseller.example')).status).toBe(200);
    await month.run(`update company set state = 'suspended' where id = :companyId returning 1`, { companyId });
    const answer = await confirm('desk@reseller.example');
    expect([answer.status, answer.json.code]).toEqual([409, 'STATE_CONFLICT']);
    await month.run(`update company set state = 'active' where id = :companyId returning 1`, { companyId });
    expect((await confirm('desk@reseller.example')).status).toBe(200);
    await month.run(`update company set state = 'ended' where id = :companyId returning 1`, { companyId });
    expect((await put('other@reseller.example')).json.code).toBe('STATE_CONFLICT');
  });

  it('named several times at once are one, and none is lost', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => name('technical', `desk${n}@once.example`, team)),
    );
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    const open = (await api.call('GET', path(), { token: team })).json.items.filter(
      (one: { purpose: string; confirmedAt: unknown }) => one.purpose === 'technical' && one.confirmedAt === null,
    );
    expect(open).toHaveLength(1);
  });

  it('case 41: a company has ten links a day mailed, to whatever strangers', async () => {
    const month = monthFixture(api.database.db);
    const companyId = await month.company('partner');
    const statuses = [];
    for (let n = 0; n < 12; n += 1) {
      const body = { name: 'Desk', email: `stranger${n}@crowd.example` };
      const to = `/v1/companies/${companyId}/contacts/technical`;
      statuses.push((await api.call('PUT', to, { token: team, body })).status);
    }
    expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
  });
});

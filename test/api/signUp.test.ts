import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { openMailbox, type Mailbox } from '../support/mailbox.js';
import { startTestApi, type TestApi } from './testApi.js';

const EVIL = 'Click https://evil.example/pay now';

describe('a sign-up', () => {
  let api: TestApi;
  let mailbox: Mailbox;
  let token: string;
  let distributorId: string;
  beforeAll(async () => {
    api = await startTestApi({ limits: { strangersPerHour: 100, updateTimeoutMs: 1_000 } });
    mailbox = await openMailbox(api.database.db);
    token = await api.token('vendor', { level: 'operator' });
    const month = monthFixture(api.database.db);
    distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    const territory = { distributorId, opensOn: '2026-01-01' };
    const manager = await api.token('vendor');
    await api.call('PUT', '/v1/programmes/msp/territories/IT', { token: manager, body: territory });
  });
  afterAll(async () => {
    await mailbox.close();
    await api.close();
  });

  const bodyOf = ({ email, ...over }: { email: string; number?: string; name?: string; mspId?: string }) => ({
    programme: 'msp',
    mspId: over.mspId ?? randomUUID(),
    company: {
      ...{ name: over.name ?? 'MSP Alpha', registrationNumber: over.number ?? randomUUID() },
      ...{ address: ['Via 1'], country: 'IT' },
    },
    contact: { name: EVIL, email },
    locale: 'en',
    zone: 'Europe/Rome',
  });
  const signUp = (of: Parameters<typeof bodyOf>[0]) => api.call('POST', '/v1/registrations', { body: bodyOf(of) });
  const confirm = (link: string) => api.call('POST', '/v1/contacts/confirm', { body: { link } });
  const show = async (mspId: string) =>
    (await api.call('GET', `/v1/programmes/msp/registrations/${mspId}`, { token })).json;
  const linkTo = async (email: string) => (await mailbox.read(email)).at(-1)?.link ?? '';

  it('case 41: counts once its address is confirmed; until then nobody is told and nobody bills it', async () => {
    const email = 'office@confirmed.example';
    const answer = await signUp({ email });
    const { mspId } = answer.json;
    expect(answer.status).toBe(202);
    expect(answer.json).toEqual({ programme: 'msp', mspId, state: 'unconfirmed', confirmUntil: expect.any(String) });
    expect(await show(mspId)).toMatchObject({ state: 'unconfirmed', distributorId: null });
    const list = async (query: string) =>
      (await api.call('GET', `/v1/registrations?mspId=${mspId}${query}`, { token })).json.items.length;
    expect([await list(''), await list('&state=unconfirmed')]).toEqual([0, 1]);
    const ids = async (path: string) =>
      (await api.call('GET', path, { token })).json.items.map(({ id }: { id: string }) => id);
    for (const path of ['/v1/msps', '/v1/companies']) expect(await ids(path)).not.toContain(mspId);
    expect(await ids('/v1/msps?state=unconfirmed')).toContain(mspId);
    const distributor = await api.token('distributor', { companyId: distributorId });
    const seen = async () => (await api.call('GET', `/v1/msps/${mspId}`, { token: distributor })).status;
    expect(await seen()).toBe(404);
    const early = { token, body: { decision: 'approve' } };
    const decided = await api.call('POST', `/v1/programmes/msp/registrations/${mspId}/decision`, early);
    expect([decided.status, decided.json.code]).toEqual([409, 'ALREADY_DECIDED']);

    expect(await mailbox.read('partners@vendor.example')).toEqual([]);
    const confirmed = await confirm(await linkTo(email));
    expect(confirmed.json).toEqual({ email, purpose: 'statements', programmes: ['msp'] });
    expect(await show(mspId)).toMatchObject({ state: 'applied', distributorId });
    expect(await seen()).toBe(200);
    const [notice, ...more] = await mailbox.read('partners@vendor.example');
    expect([notice?.subject, more]).toEqual(['New registration: MSP Alpha', []]);
  });

  it('case 31: a name or address that no font can print is refused, with the character and what to do', async () => {
    const of = (company: object) => {
      const body = bodyOf({ email: `office@${randomUUID()}.example` });
      return api.call('POST', '/v1/registrations', { body: { ...body, company: { ...body.company, ...company } } });
    };
    const refused = await of({ name: 'ꦗꦮ Ltd', address: ['Via 2', 'Roma 👍'] });
    expect([refused.status, refused.json.code]).toEqual([422, 'VALIDATION_FAILED']);
    expect(
      refused.json.errors.map(({ field, message }: { field: string; message: string }) => [field, message]),
    ).toEqual([
      ['/company/name', expect.stringContaining('"ꦗ" (U+A997)')],
      ['/company/address/1', expect.stringContaining('another script')],
    ]);
    const taken = await of({ name: '한국소프트 주식회사', address: ['서울 1'] });
    expect(taken.json.state).toBe('unconfirmed');
  });

  it('case 42: no mail to an applicant holds a word that an applicant wrote', async () => {
    const email = 'office@quoted.example';
    const { mspId } = (await signUp({ email, name: EVIL, number: EVIL.slice(0, 60) })).json;
    await confirm(await linkTo(email));
    const mails = await mailbox.read(email);
    expect(mails.map(({ subject }) => subject)).toEqual([
      'Please confirm your mail address',
      'Your registration with the Vendor programme',
    ]);
    expect(mails.map(({ text }) => text).join()).not.toMatch(/evil|MSP/);
    expect((await show(mspId)).company.name).toBe(EVIL);
  });

  it('case 41: an address gets three links a day, whoever writes it down', async () => {
    const email = 'victim@often.example';
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await signUp({ email: n % 2 ? email : email.toUpperCase() })).status);
    expect(statuses).toEqual([202, 202, 202, 429, 429]);
    expect(await mailbox.read(email)).toHaveLength(3);
    const crowd = await Promise.all(Array.from({ length: 8 }, () => signUp({ email: 'victim@once.example' })));
    expect(crowd.filter(({ status }) => status === 202)).toHaveLength(3);
    const refused = await signUp({ email });
    expect(refused.json).toMatchObject({ code: 'RATE_LIMITED', errors: [{ field: '/contact/email' }] });
  });

  it('case 41: of a hundred alike at most twenty are named, those of the same number first', async () => {
    const entered = (n: number, of: object) =>
      api.call('POST', '/v1/programmes/msp/registrations', {
        token,
        body: { ...bodyOf({ email: `office${n}@crowd.example`, ...of }), programme: undefined },
      });
    const [numbered] = [(await entered(0, { number: 'CROWD 1' })).json];
    for (let n = 1; n <= 25; n += 1) await entered(n, {});
    const last = (await entered(99, { number: 'crowd-1' })).json;
    const { duplicateOf } = await show(last.mspId);
    expect(duplicateOf).toHaveLength(20);
    expect(duplicateOf[0]).toBe(numbered.mspId);
  });

  it('rule 14: nothing is a duplicate of a sign-up that nobody confirmed', async () => {
    await signUp({ email: 'first@unconfirmed.example', number: 'GHOST 1' });
    const email = 'second@unconfirmed.example';
    const { mspId } = (await signUp({ email, number: 'GHOST 1' })).json;
    await confirm(await linkTo(email));
    expect((await show(mspId)).duplicateOf).toEqual([]);
  });

  it('rule 14: of its number every company is named that is known, but for applications that came to nothing', async () => {
    const month = monthFixture(api.database.db);
    const known = await month.company('reseller');
    const left = await month.msp({
      name: 'Elsewhere',
      distributorId,
      programme: await month.programme({ code: 'other' }),
    });
    const rejected = await month.msp({ name: 'Rejected', distributorId });
    const ended = await month.company('partner');
    const all = [known, left, rejected, ended];
    await month.run(`update company set registration_number = 'KNOWN 1' where id = any(:all::uuid[])`, { all });
    await month.run(`update company set state = 'ended', state_reason = 'x', state_at = now() where id = :ended`, {
      ended,
    });
    const apply = async (n: number) => {
      const email = `office${n}@of-known${n}.example`;
      const { mspId } = (await signUp({ email, number: 'known-1' })).json;
      await confirm(await linkTo(email));
      const { duplicateOf } = await show(mspId);
      await month.run(`update participation set state = 'withdrawn' where msp_id = :mspId`, { mspId });
      return duplicateOf.sort();
    };
    for (const state of ['rejected', 'withdrawn', 'expired']) {
      await month.run(`update participation set state = :state, joined_period = null where msp_id = :rejected`, {
        ...{ rejected, state },
      });
      expect(await apply(state.length)).toEqual([known, left].sort());
    }
    await month.run(
      `update company set state = 'suspended', state_reason = 'x', state_at = now() where id = :rejected`,
      {
        rejected,
      },
    );
    expect(await apply(1)).toEqual([known, left, rejected].sort());
  });

  it('its link is good once, and none other is one', async () => {
    const email = 'office@once.example';
    await signUp({ email });
    const link = await linkTo(email);
    const answers = await Promise.all([confirm(link), confirm(link)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    const receipt = await linkTo(email);
    expect(receipt).not.toBe(link);
    expect((await confirm(receipt)).json.code).toBe('LINK_INVALID');
    const asPassword = { body: { link: receipt, password: 'correct horse battery staple' } };
    expect((await api.call('POST', '/v1/password/by-link', asPassword)).json.code).toBe('LINK_INVALID');
    expect((await confirm('x'.repeat(43))).json.code).toBe('LINK_INVALID');
  });

  it('is shown to its applicant by the link in the receipt, and to nobody by another one', async () => {
    const email = 'office@follows.example';
    const { mspId } = (await signUp({ email })).json;
    await confirm(await linkTo(email));
    const own = { body: { link: await linkTo(email) } };
    const shown = await api.call('POST', '/v1/registrations/own', own);
    expect([shown.status, shown.json]).toEqual([
      200,
      expect.objectContaining({ mspId, programme: 'msp', state: 'applied', reason: null }),
    ]);
    expect((await api.call('POST', '/v1/registrations/own', own)).status).toBe(200);
    const wrong = await api.call('POST', '/v1/registrations/own', { body: { link: 'y'.repeat(43) } });
    expect([wrong.status, wrong.json.code]).toEqual([410, 'LINK_INVALID']);
  });

  it('is taken from one host so many times an hour', async () => {
    const small = await startTestApi({ limits: { strangersPerHour: 2 } });
    try {
      const statuses = [];
      for (let n = 0; n < 3; n += 1) {
        const body = { ...bodyOf({ email: `office@host${n}.example` }), programme: 'none' };
        statuses.push((await small.call('POST', '/v1/registrations', { body })).status);
      }
      expect(statuses).toEqual([422, 422, 429]);
    } finally {
      await small.close();
    }
  });

  it('counts by its own address alone, not by another contact of the company', async () => {
    const { mspId } = (await signUp({ email: 'own@purpose.example' })).json;
    const body = { name: 'Desk', email: 'tech@purpose.example' };
    const manager = await api.token('vendor');
    await api.call('PUT', `/v1/companies/${mspId}/contacts/technical`, { token: manager, body });
    expect((await confirm(await linkTo('tech@purpose.example'))).json.programmes).toEqual([]);
    expect((await show(mspId)).state).toBe('unconfirmed');
  });

  it('takes no id that any company has', async () => {
    for (const mspId of [distributorId, '00000000-0000-4000-8000-000000000001']) {
      const answer = await signUp({ email: `office@${mspId}.example`, mspId });
      expect([answer.status, answer.json.code]).toEqual([409, 'ID_REUSED_WITH_OTHER_CONTENT']);
    }
  });

  it.each(['kontakt@firma.xn--p1ai', 'a&b@b.example'])('case 50: %s is an address', async (email) => {
    expect((await signUp({ email })).status).toBe(202);
  });
});

import { generateKeyPairSync, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SIGNATURE_HEADER, signMessage } from '../../sites/index.js';
import { closePeriod, closePeriodId } from '../../workflows/closePeriod.js';
import { mailsTo } from '../support/mailbox.js';
import { createProgramme, eventually, type Programme } from '../support/programme.js';

const MAILBOX = 'mail-server.mailbox';
const PASSWORD = 'a long sentence nobody guesses';

/** Everybody acts over HTTP, with what arrived by mail; a company comes from a public form to its first statement. */
describe('a sign-up, from confirmation to the first statement', () => {
  let house: Programme;
  const mspId = randomUUID();
  const office = `office@${mspId}.example`;
  const anna = 'anna@alpha.example';
  const billing = 'billing@it.example';
  let cookie: string;
  let csrf: string;
  let installation: { siteId: string; signingKeyId: string; privateKey: KeyObject };

  beforeAll(async () => {
    house = await createProgramme();
    const prices = { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } };
    const plan = {
      programme: 'msp',
      name: 'Base',
      fromPeriod: '2026-01',
      currency: 'EUR',
      firstMonth: 'billed',
      prices,
    };
    expect((await house.call('POST', '/v1/price-plans', plan)).status).toBe(201);
  }, 120_000);
  afterAll(() => house.stop());

  /** As Anna, in her browser. */
  const asAnna = async (method: string, path: string, body?: unknown) => {
    const api = house.apiUrl;
    const headers = { cookie, 'kontor-csrf-token': csrf, 'content-type': 'application/json' };
    const response = await fetch(api + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    return { status: response.status, json: JSON.parse(await response.text()) };
  };

  it('the company signs up, confirms its address by the link in its mail, and is approved', async () => {
    expect((await house.signUp({ mspId })).json.state).toBe('unconfirmed');
    const link = await house.linkTo(office);
    const confirmed = await house.call('POST', '/v1/contacts/confirm', { link }, null);
    expect(confirmed.json).toEqual({ email: office, purpose: 'statements', programmes: ['msp'] });
    const decision = { decision: 'approve', joins: '2026-01' };
    const decided = await house.call('POST', `/v1/programmes/msp/registrations/${mspId}/decision`, decision);
    expect(decided.json).toMatchObject({ state: 'approved', joinedPeriod: '2026-01' });
  });

  it('its administrator is invited, chooses a password by her link and signs in', async () => {
    const person = { companyId: mspId, name: 'Anna Example', email: anna, locale: 'en', zone: 'Europe/Rome' };
    expect((await house.call('POST', '/v1/people', { ...person, level: 'administrator' })).status).toBe(201);
    const used = await house.call(
      'POST',
      '/v1/password/by-link',
      { link: await house.linkTo(anna), password: PASSWORD },
      null,
    );
    expect(used.status).toBeLessThan(300);
    const response = await fetch(`${house.apiUrl}/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: anna, password: PASSWORD }),
    });
    const opened = (await response.json()) as {
      csrfToken: string;
      actingFor: { view: string; company: { id: string } };
    };
    expect(opened.actingFor).toMatchObject({ view: 'service_provider', company: { id: mspId } });
    cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    csrf = opened.csrfToken;
  });

  it('she adds a tenant and a site; its server activates with the key and reports January, signed', async () => {
    expect((await asAnna('POST', `/v1/msps/${mspId}/tenants`, { ref: 'main', name: 'Tenant' })).status).toBe(201);
    const site = {
      programme: 'msp',
      name: 'Office',
      product: 'mail-server',
      tenantRefs: ['main'],
      fromPeriod: '2026-01',
    };
    const made = await asAnna('POST', `/v1/msps/${mspId}/sites`, site);
    expect(made.status).toBe(201);
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const signingKey = { publicKey: publicKey.export({ format: 'jwk' }).x };
    const version = { product: 'mail-server', productVersion: '8.1' };
    const activation = { key: made.json.key, installationId: randomUUID(), ...version, signingKey };
    const activated = await house.call('POST', '/v1/site/activations', activation, null);
    installation = { siteId: made.json.siteId, signingKeyId: activated.json.signingKeyId, privateKey };

    const path = '/v1/site/usage-reports';
    const lines = [{ tenant: 'main', meter: MAILBOX, peak: 12 }];
    const text = JSON.stringify({ sentAt: new Date(), period: '2026-01', revision: 1, lines });
    const claims = {
      iat: Math.floor(Date.now() / 1000),
      nonce: randomBytes(16).toString('base64url'),
      period: '2026-01',
    };
    const signature = await signMessage(
      Buffer.from(text),
      { ...claims, kid: installation.signingKeyId, path, site: installation.siteId },
      privateKey,
    );
    const sent = await fetch(house.apiUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature },
      body: text,
    });
    expect(sent.status).toBeLessThan(300);
  });

  it('January is closed: 12 × 2.00 = 24.00 EUR, mailed to the confirmed address and read by Anna alone', async () => {
    expect((await house.call('POST', '/v1/programmes/msp/runs', { period: '2026-01' })).status).toBe(202);
    const run = house.app.client.workflow.getHandle<typeof closePeriod>(closePeriodId('msp', '2026-01'));
    expect(await run.result()).toMatchObject({ issued: 1 });
    const [statement, ...more] = (await asAnna('GET', '/v1/statements')).json.items;
    expect([statement.total, more]).toEqual([{ amount: '24.00', currency: 'EUR' }, []]);
    const letters = await eventually(
      () => mailsTo(house.app.inbox, office),
      (mails) => mails.some(({ text }) => text.includes(statement.number)),
    );
    expect(letters).toHaveLength(4);
  });

  it('the distributor’s pack waits until its address is confirmed, and goes then', async () => {
    expect((await mailsTo(house.app.inbox, billing)).map(({ link }) => link !== '')).toEqual([true]);
    const waiting = (await house.call('GET', '/v1/outbox?state=pending')).json.items;
    expect(waiting).toEqual([expect.objectContaining({ kind: 'billingPack', recipient: null })]);
    await house.call('POST', '/v1/contacts/confirm', { link: await house.linkTo(billing) }, null);
    const [, pack] = await eventually(
      () => mailsTo(house.app.inbox, billing),
      ({ length }) => length === 2,
    );
    expect(pack?.subject).toContain('2026');
  });
});

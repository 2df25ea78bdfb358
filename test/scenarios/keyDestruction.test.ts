import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CHECK_INS, checkIns, startIngest, type Installation } from '../sites/ingestFixture.js';

const REASON = 'The customer closed this branch.';

/** An MSP gives up a site: it asks to destroy the key, with a reason, sees what would end, and confirms. */
describe('the destruction of a key in two steps', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let token: string;
  let site: { siteId: string; keyId: string; key: string };
  let installation: Installation;
  let destructionId: string;

  beforeAll(async () => {
    ingest = await startIngest();
    token = await ingest.api.token('service_provider', { companyId: ingest.mspId });
    site = await ingest.site();
    installation = await ingest.install(site.siteId, site.key);
  });
  afterAll(() => ingest.api.close());

  const call = (method: string, path: string, body?: object, as = token) =>
    ingest.api.call(method, `/v1/msps/${ingest.mspId}${path}`, { token: as, ...(body === undefined ? {} : { body }) });
  const keyPath = ({ siteId, keyId } = site) => `/sites/${siteId}/keys/${keyId}`;
  const keyOf = async ({ siteId } = site) => (await call('GET', `/sites/${siteId}/keys`)).json.items[0];

  it('needs a reason', async () => {
    const { status, json } = await call('POST', `${keyPath()}/destroy`, {});
    expect([status, json.errors[0].field]).toEqual([422, '/reason']);
  });

  it('is asked for first: told what would end with it, while all goes on', async () => {
    const { status, json } = await call('POST', `${keyPath()}/destroy`, { reason: REASON });
    expect([status, json]).toEqual([
      201,
      {
        ...{ destructionId: expect.any(String), keyId: site.keyId, reason: REASON, installations: 1 },
        ...{ askedAt: expect.any(String), confirmUntil: expect.any(String) },
      },
    ]);
    expect(Date.parse(json.confirmUntil) - Date.parse(json.askedAt)).toBe(24 * 3_600_000);
    ({ destructionId } = json);
    expect(await keyOf()).toMatchObject({ state: 'active', reason: null });
    expect((await installation.send(CHECK_INS, checkIns(5))).json.keyState).toBe('active');
  });

  it('is confirmed under that id alone, of that key, and by nobody else', async () => {
    const confirm = (path: string, id: string, as = token) =>
      call('POST', `${path}/destroy/confirm`, { destructionId: id }, as);
    const other = await ingest.site();
    expect((await confirm(keyPath(), randomUUID())).json.code).toBe('NOT_FOUND');
    expect((await confirm(keyPath(other), destructionId)).json.code).toBe('NOT_FOUND');
    const distributorId = await ingest.month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    const stranger = await ingest.month.msp({ name: 'MSP Beta', distributorId });
    const strangers = await ingest.api.token('service_provider', { companyId: stranger });
    expect((await confirm(keyPath(), destructionId, strangers)).json.code).toBe('NOT_FOUND');
    const reader = await ingest.api.token('service_provider', { companyId: ingest.mspId, level: 'reader' });
    expect((await confirm(keyPath(), destructionId, reader)).json.code).toBe('FORBIDDEN');
    expect(await keyOf()).toMatchObject({ state: 'active' });
  });

  it('is too late a day after it was asked for', async () => {
    const asked = await call('POST', `${keyPath()}/destroy`, { reason: 'Asked and forgotten.' });
    const id: string = asked.json.destructionId;
    await ingest.sql(`update key_destruction set asked_at = asked_at - interval '25 hours' where id = $1`, [id]);
    const { status, json } = await call('POST', `${keyPath()}/destroy/confirm`, { destructionId: id });
    expect([status, json.errors[0].field]).toEqual([409, '/destructionId']);
  });

  it('is done once, whoever confirms at the same time, and nothing undoes it', async () => {
    const confirm = () => call('POST', `${keyPath()}/destroy/confirm`, { destructionId });
    const answers = await Promise.all([confirm(), confirm()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await confirm()).json.code).toBe('STATE_CONFLICT');
    expect((await call('POST', `${keyPath()}/destroy`, { reason: 'Once more.' })).json.code).toBe('STATE_CONFLICT');
    expect((await call('POST', `/sites/${site.siteId}/keys/rotate`)).json.code).toBe('STATE_CONFLICT');
    expect((await ingest.activate(installation.activation)).json.code).toBe('KEY_REVOKED');
    expect((await call('GET', `/sites/${site.siteId}`)).json.state).toBe('retired');
  });

  it('leaves on record who asked, who confirmed, and why', async () => {
    expect(await keyOf()).toMatchObject({ state: 'destroyed', endedHow: 'destroyed', reason: REASON });
    const events = await ingest.sql<{ action: string; actor: { kind: string }; reason: string }>(
      `select action, actor, reason from audit_event where subject = $1 and action like 'key.destr%' order by id`,
      [`key:${site.keyId}`],
    );
    expect(events.map(({ action, reason }) => [action, reason])).toEqual([
      ['key.destructionAsked', REASON],
      ['key.destructionAsked', 'Asked and forgotten.'],
      ['key.destroyed', REASON],
    ]);
    for (const { actor } of events) expect(actor.kind).not.toBe('kontor');
  });

  it('goes the same way for the key of a tenant', async () => {
    const tenant = await call('POST', '/tenants', { ref: 'north', name: 'Tenant north' });
    const keys = `/tenants/${tenant.json.id}/keys`;
    const { keyId } = (await call('POST', keys, { programme: 'msp', product: 'mail-server' })).json;
    const asked = await call('POST', `${keys}/${keyId}/destroy`, { reason: REASON });
    expect([asked.status, asked.json.installations]).toEqual([201, 0]);
    const { destructionId: id } = asked.json;
    expect((await call('GET', keys)).json.items[0].state).toBe('issued');
    const done = await call('POST', `${keys}/${keyId}/destroy/confirm`, { destructionId: id });
    expect([done.status, done.json.state, done.json.reason]).toEqual([200, 'destroyed', REASON]);
  });
});

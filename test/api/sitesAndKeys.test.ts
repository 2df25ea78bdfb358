import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseMeteredKey } from '../../domain/key.js';
import { createProgramme, type Programme } from '../support/programme.js';
import { destroyKey } from '../support/destroyKey.js';

describe('a site', () => {
  let programme: Programme;
  let mspId: string;
  let token: string;
  beforeAll(async () => {
    programme = await createProgramme();
    ({ mspId, token } = await programme.approvedMsp());
  });
  afterAll(() => programme.stop());

  const call = (method: string, path: string, body?: unknown) =>
    programme.call(method, `/v1/msps/${mspId}${path}`, body, token);
  const add = (name: string, over: object = {}) =>
    call('POST', '/sites', { programme: 'msp', name, product: 'backup', ...over });
  const show = async (siteId: string) => (await call('GET', `/sites/${siteId}`)).json;
  const keysOf = async (siteId: string) => (await call('GET', `/sites/${siteId}/keys`)).json.items;

  it('gets a metered key, shown once and kept as a hash', async () => {
    const made = await add('Head office');
    const { siteId, keyId, key } = made.json;
    expect([made.status, key]).toEqual([201, expect.stringMatching(/^KM(-[0-9A-Z]{6}){9}$/)]);
    const [kept] = await programme.query<{ key_hash: Buffer; row: string }>(
      'select key_hash, to_jsonb(k)::text as row from metered_key k where id = :keyId',
      { keyId },
    );
    expect(kept?.key_hash).toEqual(createHash('sha256').update(parseMeteredKey(key)).digest());
    expect(await keysOf(siteId)).toEqual([expect.objectContaining({ keyId, state: 'issued', endedAt: null })]);
    const everywhere = await programme.query(
      `select from audit_event where to_jsonb(audit_event)::text like :key
       union all select from outbox where params::text like :key`,
      { key: `%${key}%` },
    );
    expect(everywhere).toEqual([]);
  });

  it('is active once an installation has activated it', async () => {
    const { siteId, key } = (await add('Activated')).json;
    expect((await show(siteId)).state).toBe('created');
    expect(await programme.activate(key)).toMatchObject({ status: 201, json: { siteId, mspId } });
    expect(await show(siteId)).toMatchObject({ state: 'active', keyState: 'active', installations: 1 });
  });

  it('has a name of its own within its MSP, and keeps it when it is renamed to a taken one', async () => {
    const { siteId } = (await add('North')).json;
    await add('South');
    expect(await add('North')).toMatchObject({ status: 409, json: { code: 'NAME_TAKEN' } });
    // Case 49: full-width letters and case do not tell names apart.
    for (const same of ['NORTH', 'Ｎｏｒｔｈ', ' North\u00A0']) {
      expect(await add(same)).toMatchObject({ status: 409, json: { code: 'NAME_TAKEN' } });
    }
    const rename = (name: string) => call('PATCH', `/sites/${siteId}`, { name });
    expect(await rename('South')).toMatchObject({ status: 409, json: { code: 'NAME_TAKEN' } });
    expect((await rename('North-East')).json.name).toBe('North-East');
    const other = await programme.approvedMsp();
    const elsewhere = { programme: 'msp', name: 'South', product: 'backup' };
    expect((await programme.call('POST', `/v1/msps/${other.mspId}/sites`, elsewhere, other.token)).status).toBe(201);
  });

  it.each([
    ['a line break', 'Site\r\nBcc: all@shared.example'],
    ['a bell', 'Site\u0007'],
    ['a mark that turns the direction round', 'Site \u202Etxt.exe'],
    ['an invisible character', 'Si\u200Bte'],
    ['nothing but blanks', '   '],
  ])('is refused a name with %s', async (_what, name) => {
    expect(await add(name)).toMatchObject({
      status: 422,
      json: { code: 'VALIDATION_FAILED', errors: [{ field: '/name' }] },
    });
  });

  it.each([`<script>alert('x')</script>`, `O'Brien "& Sons"; drop table site`, 'Łódź, Ελλάδα, 東京', '=1+1'])(
    'may be called %s',
    async (name) => {
      const { siteId } = (await add(name)).json;
      expect((await show(siteId)).name).toBe(name);
    },
  );

  it('is refused a channel by which nothing would come in, alone and in a list', async () => {
    const said = { message: expect.stringContaining('nothing fetches from a site yet') };
    const one = await add('Asked', { channel: 'pull' });
    expect(one).toMatchObject({
      status: 422,
      json: { code: 'VALIDATION_FAILED', errors: [{ field: '/channel', ...said }] },
    });
    const sites = [{ programme: 'msp', name: 'Also asked', product: 'backup', channel: 'pull' }];
    const many = await call('POST', '/sites/import', { sites });
    expect(many).toMatchObject({ status: 422, json: { errors: [{ field: '/sites/0/channel', ...said }] } });
    expect((await add('Asked', { channel: 'push' })).status).toBe(201);
    expect((await add('Carried', { channel: 'file' })).status).toBe(201);
  });

  it('is refused with a tenant that the MSP has not got, and nothing of it stays', async () => {
    const refused = await add('Ghost', { tenantRefs: ['nobody'] });
    expect(refused).toMatchObject({ status: 422, json: { errors: [{ code: 'UNKNOWN_TENANT' }] } });
    expect((await add('Ghost')).status).toBe(201);
  });

  it('of another MSP is not found', async () => {
    const { siteId } = (await add('Private')).json;
    const other = await programme.approvedMsp();
    const path = `/v1/msps/${other.mspId}/sites/${siteId}`;
    expect((await programme.call('GET', path, undefined, other.token)).status).toBe(404);
    expect((await programme.call('POST', `${path}/keys/rotate`, undefined, other.token)).status).toBe(404);
  });

  it('cannot activate any more once its key is revoked, with a reason', async () => {
    const { siteId, keyId, key } = (await add('Stolen')).json;
    await programme.activate(key);
    expect((await call('POST', `/sites/${siteId}/keys/${keyId}/revoke`, {})).status).toBe(422);
    const revoked = await call('POST', `/sites/${siteId}/keys/${keyId}/revoke`, { reason: 'Laptop stolen' });
    expect(revoked.json).toMatchObject({ state: 'revoked', reason: 'Laptop stolen' });
    expect(await programme.activate(key)).toMatchObject({ status: 403, json: { code: 'KEY_REVOKED' } });
    const [event] = (await programme.call('GET', `/v1/audit?subject=key:${keyId}`)).json.items;
    expect(event).toMatchObject({
      action: 'key.revoked',
      actor: { kind: 'person', name: 'test service_provider' },
      reason: 'Laptop stolen',
    });
    expect((await call('POST', `/sites/${siteId}/keys/${keyId}/revoke`, { reason: 'Again' })).status).toBe(409);
  });

  it('goes on under a new key when it is rotated; the old one is of no use any more', async () => {
    const { siteId, key } = (await add('Rotated')).json;
    await programme.activate(key);
    const rotated = await call('POST', `/sites/${siteId}/keys/rotate`);
    expect(rotated.status).toBe(201);
    expect((await keysOf(siteId)).map(({ state }: { state: string }) => state)).toEqual(['active', 'destroyed']);
    expect((await programme.activate(key)).json.code).toBe('KEY_REVOKED');
    expect((await programme.activate(rotated.json.key)).status).toBe(201);
    expect(await show(siteId)).toMatchObject({ installations: 2, keyState: 'active' });
  });

  it('is retired when its key is destroyed', async () => {
    const { siteId, keyId } = (await add('Given up')).json;
    const destroyed = await destroyKey((to, body) => call('POST', to, body), `/sites/${siteId}/keys/${keyId}`);
    expect([destroyed.status, destroyed.json.state]).toEqual([200, 'destroyed']);
    expect((await show(siteId)).state).toBe('retired');
    expect((await call('POST', `/sites/${siteId}/keys/rotate`)).json.code).toBe('STATE_CONFLICT');
    expect((await call('POST', `/sites/${siteId}/keys/${keyId}/revoke`, { reason: 'Too late' })).status).toBe(409);
  });

  it('is told when its key was mistyped, not that it is unknown', async () => {
    const { key } = (await add('Typing error')).json as { key: string };
    const last = key.endsWith('0') ? '1' : '0';
    const refused = await programme.activate(key.slice(0, -1) + last);
    expect([refused.status, refused.json.detail]).toEqual([422, expect.stringContaining('mistyped')]);
    expect((await programme.activate(key.toLowerCase().replaceAll('-', ' ').replace('km ', 'km-'))).status).toBe(201);
  });
});

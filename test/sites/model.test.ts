import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPublicKey, CHECK_INS, MAILBOX, startIngest } from './ingestFixture.js';
import { destroyKey } from '../support/destroyKey.js';

const PUBLIC_KEY = newPublicKey();

describe('sites, installations, keys and units', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let msp: string;
  let team: string;
  let base: string;

  beforeAll(async () => {
    ingest = await startIngest();
    msp = await ingest.api.token('service_provider', { companyId: ingest.mspId });
    team = await ingest.api.token('vendor');
    base = `/v1/msps/${ingest.mspId}`;
  });
  afterAll(() => ingest.api.close());

  const call = (method: string, path: string, body?: unknown, token = msp) =>
    ingest.api.call(method, base + path, { token, ...(body === undefined ? {} : { body }) });
  const activation = (key: string, more: object = {}) => ({
    key,
    installationId: randomUUID(),
    product: 'mail-server',
    productVersion: '8.1',
    signingKey: { publicKey: PUBLIC_KEY },
    ...more,
  });
  const unit = async (ref: string, parentRef?: string): Promise<string> => {
    const id = randomUUID();
    await ingest.sql(
      `insert into tenant (msp_id, id, parent_id, ref, name, state, created_at)
       values ($1, $2, (select id from tenant where ref = $3), $4, $4, 'active', now())`,
      [ingest.mspId, id, parentRef ?? null, ref],
    );
    return id;
  };
  const installations = async (siteId: string) => (await call('GET', `/sites/${siteId}/installations`)).json.items;

  it('lists the installations of a site with what they were last heard to be', async () => {
    const site = await ingest.installed();
    const checkIn = { observedAt: new Date(), counts: [], backups: { passed: 3, failed: 1, unknown: 0 } };
    await site.send(CHECK_INS, { productVersion: '9.2', sentAt: new Date(), checkIns: [checkIn] });
    expect(await installations(site.siteId)).toMatchObject([
      {
        installationId: site.installationId,
        enrolledBy: 'key',
        productVersion: '9.2',
        lastHeardAt: expect.any(String),
        replacedBy: null,
        retiredAt: null,
        backupsPassed: 3,
        backupsFailed: 1,
      },
    ]);
  });

  it('takes new hardware that names what it replaces, the same activation again included (rule 6)', async () => {
    const site = await ingest.installed();
    const next = activation(String(site.activation.key), { replaces: site.installationId });
    expect((await ingest.activate(next)).status).toBe(201);
    expect((await ingest.activate(next)).status).toBe(201);
    const [newer, older] = await installations(site.siteId);
    expect(newer).toMatchObject({ installationId: next.installationId, replacedBy: null });
    expect(older).toMatchObject({ replacedBy: next.installationId, replacedForFree: true });
    const shown = (await call('GET', `/sites/${site.siteId}`)).json;
    expect(shown.installations).toBe(1);
    const back = await ingest.activate(site.activation);
    expect([back.status, back.json.code, back.json.errors[0].field]).toEqual([
      409,
      'STATE_CONFLICT',
      '/installationId',
    ]);
  });

  it('replaces an installation that was silent for more than 30 days, but not for free (rule 6)', async () => {
    const site = await ingest.installed();
    await ingest.sql(`update installation set activated_at = now() - interval '31 days' where id = $1`, [
      site.installationId,
    ]);
    const next = activation(String(site.activation.key));
    await ingest.activate(next);
    const path = `/sites/${site.siteId}/installations/${site.installationId}/replace`;
    const { status, json } = await call('POST', path, { by: next.installationId });
    expect([status, json.items[1].replacedForFree]).toEqual([200, false]);
  });

  it('refuses to replace by, or what is, no installation of the site, and points at it', async () => {
    const [site, other] = [await ingest.installed(), await ingest.installed()];
    const stranger = await ingest.activate(activation(String(site.activation.key), { replaces: other.installationId }));
    expect([stranger.status, stranger.json.errors[0].field]).toEqual([404, '/replaces']);
    expect(await installations(site.siteId)).toHaveLength(1);
    const path = `/sites/${site.siteId}/installations/${site.installationId}/replace`;
    const byOther = await call('POST', path, { by: other.installationId });
    expect([byOther.status, byOther.json.errors[0].field]).toEqual([422, '/by']);
    const byItself = await call('POST', path, { by: site.installationId });
    expect([byItself.status, byItself.json.errors[0].field]).toEqual([409, '/by']);
    const gone = activation(String(site.activation.key));
    await ingest.activate(gone);
    await call('POST', `/sites/${site.siteId}/installations/${gone.installationId}/retire`, {});
    const byRetired = await call('POST', path, { by: gone.installationId });
    expect([byRetired.status, byRetired.json.errors[0].field]).toEqual([409, '/by']);
  });

  it('retires an installation once, and lets it activate no more', async () => {
    const site = await ingest.installed();
    const path = `/sites/${site.siteId}/installations/${site.installationId}/retire`;
    expect((await call('POST', path, {})).json.items[0].retiredAt).not.toBeNull();
    expect((await call('POST', path, {})).status).toBe(409);
    expect((await ingest.activate(site.activation)).json.code).toBe('STATE_CONFLICT');
  });

  it('a site whose own key is destroyed lives on under the key of its tenant, and is retired without that', async () => {
    const tenantId = await unit('lives-on');
    const { json: shown } = await call('POST', `/tenants/${tenantId}/keys`, {
      programme: 'msp',
      product: 'mail-server',
    });
    const site = { programme: 'msp', name: 'Mixed', product: 'mail-server', tenantRefs: ['lives-on'] };
    const { json: made } = await call('POST', '/sites', site);
    const first = await ingest.activate(activation(shown.key, { siteName: 'Mixed' }));
    expect(first.json.siteId).toBe(made.siteId);
    const destroyed = await destroyKey(
      (to, body) => call('POST', to, body),
      `/sites/${made.siteId}/keys/${made.keyId}`,
    );
    expect([destroyed.status, destroyed.json.state]).toEqual([200, 'destroyed']);
    expect((await call('GET', `/sites/${made.siteId}`)).json.state).toBe('active');
    const second = await ingest.activate(activation(shown.key, { siteName: 'Mixed' }));
    expect(second.json.siteId).toBe(made.siteId);
  });

  it('lets a site of a tenant activate with the key of that tenant, and adds one that is named for the first time', async () => {
    const tenantId = await unit('tenant-key');
    const { json: shown } = await call('POST', `/tenants/${tenantId}/keys`, {
      programme: 'msp',
      product: 'mail-server',
    });
    const unnamed = await ingest.activate(activation(shown.key));
    expect([unnamed.status, unnamed.json.errors[0].field]).toEqual([422, '/siteName']);

    const first = await ingest.activate(activation(shown.key, { siteName: 'Named Site' }));
    const second = await ingest.activate(activation(shown.key, { siteName: 'Named Site' }));
    const elsewhere = await ingest.activate(activation(shown.key, { siteName: 'Another Site' }));
    expect([first.status, second.status, elsewhere.status]).toEqual([201, 201, 201]);
    expect(second.json.siteId).toBe(first.json.siteId);
    expect(elsewhere.json.siteId).not.toBe(first.json.siteId);
    expect((await call('GET', `/sites/${first.json.siteId}`)).json).toMatchObject({
      name: 'Named Site',
      state: 'active',
      tenantRefs: ['tenant-key'],
      installations: 2,
      keyState: 'active',
    });
    const revoked = await call('POST', `/tenants/${tenantId}/keys/${shown.keyId}/revoke`, { reason: 'stolen' });
    expect(revoked.json).toMatchObject({ state: 'revoked', endedHow: 'revoked', product: 'mail-server' });
    const late = await ingest.activate(activation(shown.key, { siteName: 'Named Site' }));
    expect(late.json.code).toBe('KEY_REVOKED');
  });

  it("refuses a tenant's key at a site of another tenant", async () => {
    const [mine] = [await unit('mine'), await unit('theirs')];
    const { siteId } = await ingest.site();
    await call('PUT', `/sites/${siteId}/tenants`, { tenantRefs: ['theirs'] });
    const { json: shown } = await call('POST', `/tenants/${mine}/keys`, { programme: 'msp', product: 'mail-server' });
    const answer = await ingest.activate(activation(shown.key, { siteName: `Site ${siteId}` }));
    expect([answer.status, answer.json.errors[0].field]).toEqual([422, '/siteName']);
  });

  it('issues additional keys beside the metered one, and retires the site only with the last of them', async () => {
    const { siteId, keyId } = await ingest.site();
    const { json: extra } = await call('POST', `/sites/${siteId}/keys/additional`, {});
    expect((await ingest.activate(activation(extra.key))).status).toBe(201);
    const { items } = (await call('GET', `/sites/${siteId}/keys`)).json;
    expect(items.map(({ kind }: { kind: string }) => kind)).toEqual(['additional', 'metered']);
    await destroyKey((to, body) => call('POST', to, body), `/sites/${siteId}/keys/${keyId}`);
    expect((await call('GET', `/sites/${siteId}`)).json.state).toBe('active');
    const last = await destroyKey((to, body) => call('POST', to, body), `/sites/${siteId}/keys/${extra.keyId}`);
    expect(last.json).toMatchObject({ state: 'destroyed', endedHow: 'destroyed' });
    expect((await call('GET', `/sites/${siteId}`)).json.state).toBe('retired');
  });

  it('keeps what ended a key first: a revocation as of an earlier instant outlasts its destruction', async () => {
    const { siteId, keyId } = await ingest.site();
    const effectiveAt = '2026-05-15T00:00:00.000Z';
    const body = { reason: 'stolen', effectiveAt };
    const revoked = await call('POST', `/sites/${siteId}/keys/${keyId}/revoke`, body, team);
    expect(revoked.json).toMatchObject({ endedHow: 'revoked', endedAt: effectiveAt });
    const destroyed = await destroyKey((to, body) => call('POST', to, body), `/sites/${siteId}/keys/${keyId}`);
    expect(destroyed.json).toMatchObject({ state: 'destroyed', endedHow: 'revoked', endedAt: effectiveAt });
    expect((await call('POST', `/sites/${siteId}/keys/${keyId}/revoke`, { reason: 'again' })).status).toBe(409);
  });

  it('revokes a key that was rotated or revoked before as of an earlier day, by the partner team, never of a later one', async () => {
    const { siteId, keyId } = await ingest.site();
    await call('POST', `/sites/${siteId}/keys/rotate`, {});
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const revoke = (effectiveAt: string | null, token?: string) =>
      call(
        'POST',
        `/sites/${siteId}/keys/${keyId}/revoke`,
        { reason: 'stolen', ...(effectiveAt === null ? {} : { effectiveAt }) },
        token,
      );
    expect((await revoke(daysAgo(5))).status).toBe(403);
    expect((await revoke(null)).status).toBe(409);
    for (const effectiveAt of [daysAgo(5), daysAgo(9)]) {
      const { status, json } = await revoke(effectiveAt, team);
      expect([status, json]).toEqual([
        200,
        expect.objectContaining({ state: 'destroyed', endedHow: 'revoked', endedAt: effectiveAt }),
      ]);
    }
    const later = await revoke(daysAgo(7), team);
    expect([later.status, later.json.detail]).toEqual([409, expect.stringContaining('as of an earlier instant alone')]);
    const kept = await ingest.sql('select ended_how from former_end where metered_key_id = $1 order by replaced_at', [
      keyId,
    ]);
    expect(kept).toEqual([{ ended_how: 'rotated' }, { ended_how: 'revoked' }]);
  });

  it('frees the name of a site that was retired, and keeps the old one apart', async () => {
    const { siteId } = await ingest.installed();
    const name = `Site ${siteId}`;
    const rename = (id: string) => call('PATCH', `/sites/${id}`, { name });
    const other = await ingest.site();
    expect((await rename(other.siteId)).json.code).toBe('NAME_TAKEN');
    expect((await call('POST', `/sites/${siteId}/retire`, { reason: 'closed down' })).json.state).toBe('retired');
    expect((await rename(other.siteId)).status).toBe(200);
    expect((await installations(siteId))[0].retiredAt).not.toBeNull();
    expect((await call('POST', `/sites/${siteId}/retire`, { reason: 'again' })).status).toBe(409);
  });

  it('nests units to any depth, and closes them with all that are below', async () => {
    const top = await unit('top');
    await unit('middle', 'top');
    await unit('bottom', 'middle');
    const { siteId } = await ingest.site('2026-01');
    const path = 'Europe/' + 'branch/'.repeat(60);
    const body = { tenantRefs: ['bottom'], assignments: [{ reference: path, tenantRef: 'middle' }] };
    expect((await call('PUT', `/sites/${siteId}/tenants`, body)).json.tenantRefs).toEqual(['bottom', 'middle']);
    const closed = await call('POST', `/tenants/${top}/close`, { from: '2026-07' });
    expect(closed.json).toMatchObject({ state: 'closed', closedFrom: '2026-07' });
    const { items } = (await call('GET', '/tenants?limit=200')).json;
    const find = (ref: string) => items.find((item: { ref: string }) => item.ref === ref);
    expect(find('bottom')).toMatchObject({ parentRef: 'middle', state: 'closed', closedFrom: '2026-07' });
    expect((await call('GET', `/sites/${siteId}/assignments`)).json.items).toMatchObject([
      { reference: path, tenantRef: 'middle', fromPeriod: '2026-01', untilPeriod: '2026-07' },
      { reference: 'bottom', tenantRef: 'bottom', fromPeriod: '2026-01', untilPeriod: '2026-07' },
    ]);
    const again = await call('PUT', `/sites/${siteId}/tenants`, { tenantRefs: ['bottom'], from: '2026-08' });
    expect([again.status, again.json.errors[0].field]).toEqual([422, '/tenantRefs']);
  });

  it('takes references of 500 characters in messages, and none of 501', async () => {
    const site = await ingest.installed();
    const send = (length: number) =>
      site.send(CHECK_INS, {
        sentAt: new Date(),
        checkIns: [{ observedAt: new Date(), counts: [{ tenant: 'x'.repeat(length), meter: MAILBOX, count: 1 }] }],
      });
    expect((await send(500)).status).toBe(200);
    expect((await send(501)).json.errors[0].field).toBe('/checkIns/0/counts/0/tenant');
  });

  it('assigns a reference from a month on and leaves earlier months as they were (rule 19)', async () => {
    await unit('old');
    await unit('new');
    const { siteId } = await ingest.site('2026-01');
    const put = (tenantRef: string, from?: string) => {
      const assignments = [{ reference: 'main', tenantRef }];
      return call('PUT', `/sites/${siteId}/tenants`, { assignments, ...(from === undefined ? {} : { from }) });
    };
    await put('old');
    await put('new', '2026-04');
    await put('new', '2026-06');
    expect((await call('GET', `/sites/${siteId}/assignments`)).json.items).toMatchObject([
      { tenantRef: 'old', fromPeriod: '2026-01', untilPeriod: '2026-04' },
      { tenantRef: 'new', fromPeriod: '2026-04', untilPeriod: null },
    ]);
    await put('old', '2026-02');
    expect((await call('GET', `/sites/${siteId}/assignments`)).json.items).toMatchObject([
      { tenantRef: 'old', fromPeriod: '2026-01', untilPeriod: null },
    ]);
    const early = await put('new', '2025-12');
    expect([early.status, early.json.code, early.json.errors[0].field]).toEqual([422, 'PERIOD_INVALID', '/from']);
  });

  it('changes nothing for a month that has been opened: assignments, first months, closings (rule 19)', async () => {
    const tenantId = await unit('opened');
    const { siteId } = await ingest.site('2026-01');
    await ingest.sql(
      `insert into billing_run (programme_code, period, state, opened_at, opened_by, rules)
       values ('msp', '2026-02', 'open', now(), '{"kind": "kontor", "id": "kontor", "name": "test"}', '{}')`,
    );
    const answers = [
      await call('PUT', `/sites/${siteId}/tenants`, { tenantRefs: ['opened'], from: '2026-02' }),
      await call('POST', '/sites', { programme: 'msp', name: 'Too early', product: 'backup', fromPeriod: '2026-02' }),
      await call('POST', `/tenants/${tenantId}/close`, { from: '2026-02' }),
    ];
    expect(answers.map(({ json }) => [json.code, json.errors[0].field])).toEqual([
      ['PERIOD_OPENED', '/from'],
      ['PERIOD_OPENED', '/fromPeriod'],
      ['PERIOD_OPENED', '/from'],
    ]);
    await call('PUT', `/sites/${siteId}/tenants`, { tenantRefs: ['opened'] });
    expect((await call('GET', `/sites/${siteId}/assignments`)).json.items).toMatchObject([{ fromPeriod: '2026-03' }]);
  });

  it.each(['/sites', '/tenants', `/sites/${randomUUID()}/keys`, `/sites/${randomUUID()}/installations`])(
    'case 62: GET /v1/msps/{unknown}%s is not found',
    async (path) => {
      const answer = await ingest.api.call('GET', `/v1/msps/${randomUUID()}${path}`, { token: team });
      expect([answer.status, answer.json.code]).toEqual([404, 'NOT_FOUND']);
    },
  );
});

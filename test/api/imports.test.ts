import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProgramme, type Programme } from '../support/programme.js';

describe('a list that is imported', () => {
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
  const addTenants = (...tenants: object[]) => call('POST', '/tenants/import', { tenants });
  const tenant = (ref: string, parentRef?: string) => ({
    ref,
    name: ref,
    ...(parentRef === undefined ? {} : { parentRef }),
  });
  const addSites = (...sites: object[]) => call('POST', '/sites/import', { sites });
  const site = (name: string, over: object = {}) => ({ programme: 'msp', name, product: 'backup', ...over });
  const named = async (what: 'sites' | 'tenants', field: 'name' | 'ref'): Promise<string[]> =>
    (await call('GET', `/${what}?limit=200`)).json.items.map((one: Record<string, string>) => one[field]);

  describe('of tenants', () => {
    it('adds tenants, and units below them and below those that are there, in the order of the request', async () => {
      await call('POST', '/tenants', tenant('there'));
      const made = await addTenants(
        tenant('top'),
        tenant('unit', 'top'),
        tenant('deeper', 'unit'),
        tenant('other', 'there'),
      );
      expect([made.status, made.json.items]).toEqual([
        201,
        [
          expect.objectContaining({ ref: 'top', parentRef: null, state: 'onboarding' }),
          expect.objectContaining({ ref: 'unit', parentRef: 'top' }),
          expect.objectContaining({ ref: 'deeper', parentRef: 'unit' }),
          expect.objectContaining({ ref: 'other', parentRef: 'there' }),
        ],
      ]);
      const { items } = (await call('GET', '/tenants?limit=200')).json;
      expect(items).toEqual(expect.arrayContaining(made.json.items));
      const [event] = (await programme.call('GET', `/v1/audit?subject=tenant:${made.json.items[1].id}`)).json.items;
      expect(event).toMatchObject({ action: 'tenant.added', after: tenant('unit', 'top') });
    });

    it('adds none where a reference is in use, or stands in the list twice: each of them is named', async () => {
      await call('POST', '/tenants', tenant('used'));
      const refused = await addTenants(tenant('new'), tenant('used'), tenant('twice'), tenant('twice'));
      expect([refused.status, refused.json.code]).toEqual([409, 'NAME_TAKEN']);
      expect(refused.json.errors.map(({ field }: { field: string }) => field)).toEqual([
        '/tenants/1/ref',
        '/tenants/3/ref',
      ]);
      expect(await named('tenants', 'ref')).not.toContain('new');
    });

    it.each([
      ['comes after it', [tenant('late-child', 'late'), tenant('late')]],
      ['is itself', [tenant('loop', 'loop'), tenant('x')]],
      ['is nobody', [tenant('orphan', 'nobody')]],
    ])('adds none where the parent %s', async (_how, list) => {
      const refused = await addTenants(...list);
      expect(refused).toMatchObject({ status: 422, json: { errors: [{ field: '/tenants/0/parentRef' }] } });
      expect(await named('tenants', 'ref')).not.toContain(list[0]?.ref);
    });

    it('adds no unit below a tenant that is closed, also where the list has one of its name', async () => {
      const { id } = (await call('POST', '/tenants', tenant('closing'))).json;
      expect((await call('POST', `/tenants/${id}/close`, { from: '2031-01' })).status).toBe(200);
      const refused = await addTenants(tenant('closing'), tenant('below', 'closing'));
      expect(refused).toMatchObject({ status: 422, json: { errors: [{ field: '/tenants/1/parentRef' }] } });
    });
  });

  describe('of sites', () => {
    it('adds each with a key of its own, and what its references stand for', async () => {
      await addTenants(tenant('north'), tenant('south'));
      const made = await addSites(
        site('First', { tenantRefs: ['north'] }),
        site('Second', { assignments: [{ reference: 'ou=South', tenantRef: 'south' }] }),
      );
      expect(made.status).toBe(201);
      const [first, second] = made.json.items;
      expect(new Set([first.key, second.key, first.siteId, second.siteId, first.keyId, second.keyId]).size).toBe(6);
      expect((await call('GET', `/sites/${first.siteId}`)).json).toMatchObject({
        name: 'First',
        tenantRefs: ['north'],
      });
      const { items } = (await call('GET', `/sites/${second.siteId}/assignments`)).json;
      expect(items).toEqual([expect.objectContaining({ reference: 'ou=South', tenantRef: 'south' })]);
      expect(await programme.activate(second.key)).toMatchObject({
        status: 201,
        json: { siteId: second.siteId, mspId },
      });
      const [event] = (await programme.call('GET', `/v1/audit?subject=site:${first.siteId}`)).json.items;
      expect(event).toMatchObject({ action: 'site.added', after: { name: 'First', keyId: first.keyId } });
      expect(JSON.stringify(event)).not.toContain(first.key);
    });

    it('adds none where a name is in use, or stands in the list twice: each of them is named', async () => {
      await call('POST', '/sites', site('Taken'));
      const refused = await addSites(site('Fresh'), site('Taken'), site('Twin'), site('Twin'));
      expect([refused.status, refused.json.code]).toEqual([409, 'NAME_TAKEN']);
      expect(refused.json.errors.map(({ field }: { field: string }) => field)).toEqual([
        '/sites/1/name',
        '/sites/3/name',
      ]);
      expect(await named('sites', 'name')).not.toContain('Fresh');
    });

    it('adds none where one names a tenant that is not there', async () => {
      const assignments = [{ reference: 'r', tenantRef: 'nobody' }];
      const refused = await addSites(
        site('Good'),
        site('Ghost', { tenantRefs: ['gone'] }),
        site('Lost', { assignments }),
      );
      expect(refused.status).toBe(422);
      expect(refused.json.errors.map(({ field, code }: Record<string, string>) => [field, code])).toEqual([
        ['/sites/1/tenantRefs', 'UNKNOWN_TENANT'],
        ['/sites/2/assignments', 'UNKNOWN_TENANT'],
      ]);
      expect(await named('sites', 'name')).not.toContain('Good');
    });

    it.each([
      ['a month before the MSP joined', { fromPeriod: '2020-01' }, '/sites/1/fromPeriod'],
      ['a name of blanks', { name: '  ' }, '/sites/1/name'],
      ['a product nobody sells', { product: 'unknown' }, '/sites/1/product'],
      [
        'one reference twice',
        { tenantRefs: ['a'], assignments: [{ reference: 'a', tenantRef: 'a' }] },
        '/sites/1/assignments',
      ],
    ])('is refused with %s, by where it stands', async (_what, over, field) => {
      const refused = await addSites(site(`Before ${field}`), site('Wrong', over));
      expect([refused.status, refused.json.errors[0].field]).toEqual([422, field]);
      expect(await named('sites', 'name')).not.toContain(`Before ${field}`);
    });

    it('is refused in a programme in which the MSP takes no part', async () => {
      const refused = await addSites(site('Here'), site('There', { programme: 'elsewhere' }));
      expect([404, 409]).toContain(refused.status);
      expect(await named('sites', 'name')).not.toContain('Here');
    });

    it('is of nobody else: another MSP finds nothing there', async () => {
      const other = await programme.approvedMsp();
      const path = `/v1/msps/${mspId}/sites/import`;
      expect((await programme.call('POST', path, { sites: [site('Foreign')] }, other.token)).status).toBe(404);
    });
  });

  it.each([
    ['sites', () => addSites()],
    ['sites', () => addSites(...Array.from({ length: 201 }, (_, n) => site(`S ${n}`)))],
    ['tenants', () => addTenants()],
    ['tenants', () => addTenants(...Array.from({ length: 201 }, (_, n) => tenant(`t${n}`)))],
  ])('of no %s, or of more than 200, is refused', async (_what, ask) => {
    expect((await ask()).status).toBe(422);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tenantOnboardingId } from '../../workflows/onboardTenant.js';
import { recordHistory } from '../support/histories.js';
import { createProgramme, type Programme } from '../support/programme.js';

describe('a tenant', () => {
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
  const add = async (ref: string) => (await call('POST', '/tenants', { ref, name: `Tenant ${ref}` })).json;
  const site = async (name: string, tenantRefs: string[]) =>
    (await call('POST', '/sites', { programme: 'msp', name, product: 'backup', tenantRefs })).json;
  const stateOf = async (ref: string) =>
    (await call('GET', '/tenants')).json.items.find((item: { ref: string }) => item.ref === ref).state;
  const workflow = (id: string) => programme.app.client.workflow.getHandle(tenantOnboardingId(id));

  it('is active once all its sites are', async () => {
    const { id } = await add('two-sites');
    const first = await site('First', ['two-sites']);
    const second = await site('Second', ['two-sites']);
    await programme.activate(first.key);
    expect(await stateOf('two-sites')).toBe('onboarding');
    await programme.activate(second.key);
    expect(await workflow(id).result()).toEqual({ state: 'active' });
    expect(await stateOf('two-sites')).toBe('active');
    const [event] = (await programme.call('GET', `/v1/audit?subject=tenant:${id}`)).json.items;
    expect(event).toMatchObject({ action: 'tenant.activated', actor: 'kontor' });
    await recordHistory(programme.app.client, tenantOnboardingId(id), 'onboardTenant-active');
  });

  it('without sites waits, until it is assigned to one that is active', async () => {
    const { id } = await add('late');
    expect((await workflow(id).describe()).status.name).toBe('RUNNING');
    const { siteId, key } = await site('Earlier', []);
    await programme.activate(key);
    const assigned = await call('PUT', `/sites/${siteId}/tenants`, { tenantRefs: ['late'] });
    expect(assigned.json.tenantRefs).toEqual(['late']);
    expect(await workflow(id).result()).toEqual({ state: 'active' });
  });

  it('does not wait for a site that was taken from it', async () => {
    const { id } = await add('moved');
    const active = await site('Stays', ['moved']);
    const waiting = await site('Leaves', ['moved']);
    await programme.activate(active.key);
    await call('PUT', `/sites/${waiting.siteId}/tenants`, { tenantRefs: [] });
    expect(await workflow(id).result()).toEqual({ state: 'active' });
  });

  it('is active once the sites of the units below it are, at any depth', async () => {
    const { id } = await add('group');
    const below = async (ref: string, parentRef: string) =>
      (await call('POST', '/tenants', { ref, name: ref, parentRef })).json;
    expect(await below('division', 'group')).toMatchObject({ parentRef: 'group', closedFrom: null });
    await below('office', 'division');
    const { key } = await site('Office', ['office']);
    await programme.activate(key);
    expect(await workflow(id).result()).toEqual({ state: 'active' });
    const orphan = await call('POST', '/tenants', { ref: 'orphan', name: 'Orphan', parentRef: 'nobody' });
    expect([orphan.status, orphan.json.errors[0].field]).toEqual([422, '/parentRef']);
  });

  it('has a reference of its own within its MSP', async () => {
    await add('unique');
    const again = await call('POST', '/tenants', { ref: 'unique', name: 'Another' });
    expect(again).toMatchObject({ status: 409, json: { code: 'NAME_TAKEN' } });
  });

  it('of an MSP that is not approved yet cannot be added', async () => {
    const { mspId: applicant } = (await programme.register()).json;
    const refused = await programme.call('POST', `/v1/msps/${applicant}/tenants`, { ref: 'a', name: 'A' });
    expect(refused.status).toBe(404);
  });
});

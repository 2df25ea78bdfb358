import { KONTOR } from '../../domain/access/actor.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mspOnboardingId, sitesChanged } from '../../workflows/onboardSites.js';
import { MSP_ID } from '../../workflows/searchAttributes.js';
import { recordHistory } from '../support/histories.js';
import { createProgramme, eventually, seconds, type Programme } from '../support/programme.js';
import { destroyKey } from '../support/destroyKey.js';

describe('the onboarding of an MSP', () => {
  let programme: Programme;
  let mspId: string;
  let token: string;
  beforeAll(async () => {
    programme = await createProgramme();
  });
  afterAll(() => programme.stop());

  const newMsp = async () => {
    ({ mspId, token } = await programme.approvedMsp());
  };
  const call = (method: string, path: string, body?: unknown) =>
    programme.call(method, `/v1/msps/${mspId}${path}`, body, token);
  const addTenant = async (ref: string) => (await call('POST', '/tenants', { ref, name: `Tenant ${ref}` })).json;
  const addSite = async (name: string, tenantRefs: string[] = []) =>
    (await call('POST', '/sites', { programme: 'msp', name, product: 'backup', tenantRefs })).json;
  const stateOf = async (ref: string) =>
    (await call('GET', '/tenants')).json.items.find((item: { ref: string }) => item.ref === ref).state;
  const untilActive = (ref: string) =>
    eventually(
      () => stateOf(ref),
      (state) => state === 'active',
    );
  const workflow = () => programme.app.client.workflow.getHandle(mspOnboardingId(mspId));
  const untilStarted = () =>
    eventually(
      () =>
        workflow()
          .describe()
          .then(
            ({ status }) => status.name,
            () => 'none',
          ),
      (status) => status !== 'none',
    );
  /** The details an operator sees in Temporal, once they contain `text`. */
  const untilShown = (text: string) =>
    eventually(
      () =>
        workflow()
          .query<object>('__temporal_workflow_metadata')
          .then(
            (metadata) => JSON.stringify(metadata),
            () => '',
          ),
      (details) => details.includes(text),
    );
  const mailsAbout = (siteName: string) =>
    programme.query<{ message_id: string }>(
      `select message_id from outbox where kind = 'siteActivationReminder' and params ->> 'siteName' = :siteName`,
      { siteName },
    );

  it('makes a tenant active once all its sites are, and ends when nothing is open', async () => {
    await newMsp();
    const { id } = await addTenant('two-sites');
    const first = await addSite('First', ['two-sites']);
    const second = await addSite('Second', ['two-sites']);
    await programme.activate(first.key);
    await untilShown('1 sites wait');
    expect(await stateOf('two-sites')).toBe('onboarding');
    await programme.activate(second.key);
    await untilActive('two-sites');
    await workflow().result();
    const events = (await programme.call('GET', `/v1/audit?subject=tenant:${id}`)).json.items;
    expect(events.filter(({ action }: { action: string }) => action === 'tenant.activated')).toEqual([
      expect.objectContaining({ actor: KONTOR }),
    ]);
    await recordHistory(programme.app.client, mspOnboardingId(mspId), 'onboardSites-active');
  });

  it('begins again with the next site, after it ended', async () => {
    await newMsp();
    await programme.activate((await addSite('Only')).key);
    await untilStarted();
    await workflow().result();
    const { runId } = await workflow().describe();
    await addSite('Next');
    const again = await eventually(
      () => workflow().describe(),
      (found) => found.runId !== runId,
    );
    expect(again.status.name).toBe('RUNNING');
  });

  it('leaves a tenant without sites waiting, until it is assigned to one that is active', async () => {
    await newMsp();
    await addTenant('late');
    const { siteId, key } = await addSite('Earlier');
    await programme.activate(key);
    await untilShown('0 sites wait');
    expect(await stateOf('late')).toBe('onboarding');
    const assigned = await call('PUT', `/sites/${siteId}/tenants`, { tenantRefs: ['late'] });
    expect(assigned.json.tenantRefs).toEqual(['late']);
    await untilActive('late');
  });

  it('does not wait for a site that was taken from its tenant', async () => {
    await newMsp();
    await addTenant('moved');
    const active = await addSite('Stays', ['moved']);
    const waiting = await addSite('Leaves', ['moved']);
    await programme.activate(active.key);
    await call('PUT', `/sites/${waiting.siteId}/tenants`, { tenantRefs: [] });
    await untilActive('moved');
  });

  it('makes a tenant active once the sites of the units below it are, at any depth', async () => {
    await newMsp();
    await addTenant('group');
    const below = async (ref: string, parentRef: string) =>
      (await call('POST', '/tenants', { ref, name: ref, parentRef })).json;
    expect(await below('division', 'group')).toMatchObject({ parentRef: 'group', closedFrom: null });
    await below('office', 'division');
    const [north, south] = [await addSite('North', ['office']), await addSite('South', ['division'])];
    await programme.activate(north.key);
    await untilActive('office');
    expect([await stateOf('division'), await stateOf('group')]).toEqual(['onboarding', 'onboarding']);
    await programme.activate(south.key);
    await untilActive('group');
    await workflow().result();
    const unplaced = await call('POST', '/tenants', { ref: 'unplaced', name: 'Unplaced', parentRef: 'nobody' });
    expect([unplaced.status, unplaced.json.errors[0].field]).toEqual([422, '/parentRef']);
  });

  it('does not wait for a site that was retired', async () => {
    await newMsp();
    await addTenant('kept');
    const active = await addSite('Stays', ['kept']);
    const { siteId, keyId } = await addSite('Given up', ['kept']);
    await programme.activate(active.key);
    await destroyKey((to, body) => call('POST', to, body), `/sites/${siteId}/keys/${keyId}`);
    await untilActive('kept');
    await workflow().result();
  });

  it('reminds the MSP twice of a site that nobody activates, once each, and goes on waiting', async () => {
    await newMsp();
    await programme.settings({ provisioning: { remindAfterDays: [seconds(2), seconds(3)] } });
    const { key } = await addSite('Forgotten');
    await programme.settings({});
    await untilStarted();
    const { runId } = await workflow().describe();
    await eventually(
      () => mailsAbout('Forgotten'),
      (found) => found.length === 2,
    );
    // Told again and again, it reminds of nothing twice.
    for (let times = 0; times < 5; times += 1) await workflow().signal(sitesChanged);
    expect((await workflow().describe()).status.name).toBe('RUNNING');
    await programme.activate(key);
    await workflow().result();
    expect(await mailsAbout('Forgotten')).toHaveLength(2);
    expect(
      await programme.query('select from site where msp_id = :mspId and remind_at <> :none', { mspId, none: '{}' }),
    ).toEqual([]);
    // One look for each reminder and for what it was told, not one after the other without a rest.
    const ended = await workflow().describe();
    expect(ended.runId).toBe(runId);
    expect(ended.historyLength).toBeLessThan(80);
    await recordHistory(programme.app.client, mspOnboardingId(mspId), 'onboardSites-reminded');
  });

  it('reminds of a site that was activated in time never', async () => {
    await newMsp();
    await programme.settings({ provisioning: { remindAfterDays: [seconds(2)] } });
    await programme.activate((await addSite('Prompt')).key);
    await addSite('Slow');
    await programme.settings({});
    await eventually(
      () => mailsAbout('Slow'),
      (found) => found.length === 1,
    );
    expect(await mailsAbout('Prompt')).toEqual([]);
  });

  it('is one workflow however many sites there are, and is told of many changes at once', async () => {
    await newMsp();
    await addTenant('large');
    const sites = await Promise.all(
      Array.from({ length: 20 }, (_, index) => addSite(`Site ${String(index)}`, ['large'])),
    );
    await Promise.all(sites.map(({ key }) => programme.activate(key)));
    await untilActive('large');
    await workflow().result();
    const { historyLength } = await workflow().describe();
    expect(historyLength).toBeLessThan(60);
  });

  it('shows in Temporal how many sites and tenants are open, until when, and where they are listed', async () => {
    await newMsp();
    await addTenant('seen');
    await addSite('Seen', ['seen']);
    const details = await untilShown('1 sites wait');
    expect(details).toContain(`/v1/msps/${mspId}/sites?state=created`);
    expect(details).toMatch(/next reminder to the MSP: \d{4}-\d\d-\d\dT/);
    expect(details).toContain('1 tenants become active');
  });

  it('goes on as a new run when its history grows long, and forgets nothing', async () => {
    await newMsp();
    await addTenant('patient');
    const { key } = await addSite('Patient', ['patient']);
    await untilShown('1 sites wait');
    const { runId } = await workflow().describe();
    const rests = () =>
      eventually(
        () => workflow().describe(),
        ({ raw }) => raw.pendingWorkflowTask === null || raw.pendingWorkflowTask === undefined,
      );
    while ((await rests()).runId === runId) {
      await Promise.all(Array.from({ length: 50 }, () => workflow().signal(sitesChanged)));
    }
    const next = await workflow().describe();
    expect(next.typedSearchAttributes.get(MSP_ID)).toBe(mspId);
    await untilShown('1 sites wait');
    await programme.activate(key);
    await untilActive('patient');
  });

  it('is signalled once while no worker is up, however many changes there are', async () => {
    await newMsp();
    await programme.worker.stop();
    for (let added = 0; added < 3; added += 1) {
      await addSite(`Site ${String(added)}`);
      await untilStarted();
      await sleep(1_500);
    }
    const { events } = await workflow().fetchHistory();
    expect(events?.filter((event) => event.workflowExecutionSignaledEventAttributes)).toHaveLength(1);
    await programme.app.startWorker();
    await untilShown('3 sites wait');
  });

  it('that was lost with Temporal is there again with the next change', async () => {
    await newMsp();
    await addTenant('lost');
    const { key } = await addSite('Lost', ['lost']);
    await untilStarted();
    await workflow().terminate('lost');
    await programme.activate(key);
    await untilActive('lost');
  });

  it('that a killed process did not tell of a change is told by the next one that starts', async () => {
    await newMsp();
    await programme.query(
      `insert into tenant (msp_id, id, ref, name, state, created_at)
       values (:mspId, gen_random_uuid(), 'untold', 'Untold', 'onboarding', now())`,
      { mspId },
    );
    const api = await programme.app.startApi();
    await untilStarted();
    await api.stop();
  });

  it('tells nothing of an MSP that is not approved yet: it can have no tenant', async () => {
    const { mspId: applicant } = (await programme.register()).json;
    const refused = await programme.call('POST', `/v1/msps/${applicant}/tenants`, { ref: 'a', name: 'A' });
    expect(refused.status).toBe(404);
  });

  it('gives a tenant a reference of its own within its MSP', async () => {
    await newMsp();
    await addTenant('unique');
    const again = await call('POST', '/tenants', { ref: 'unique', name: 'Another' });
    expect(again).toMatchObject({ status: 409, json: { code: 'NAME_TAKEN' } });
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

interface Someone {
  id: string;
  token: string;
}

/** March 2026 in review: four sites whose reports differ from what was seen of them. */
describe('cases as work items of the partner team', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let cases: string[];
  let anna: Someone;
  let ben: Someone;
  let rita: Someone;
  let mspPerson: Someone;

  const call = (method: string, path: string, { token }: Someone, body?: object) =>
    api.call(method, path, { token, ...(body === undefined ? {} : { body }) });
  const someone = async (...of: Parameters<TestApi['token']>): Promise<Someone> => {
    const token = await api.token(...of);
    return { token, id: (await api.call('GET', '/v1/me', { token })).json.id };
  };
  const assign = (id: string | undefined, who: Someone, body: object) =>
    call('PUT', `/v1/cases/${id}/owner`, who, body);
  const listed = async (who: Someone, query: string) => {
    const { status, json } = await call('GET', `/v1/cases?${query}`, who);
    expect(status).toBe(200);
    return json.items.map(({ id }: { id: string }) => id).sort();
  };

  beforeAll(async () => {
    api = await startTestApi({ temporalAddress: '127.0.0.1:1' });
    month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    for (const name of ['North', 'South', 'East', 'West']) {
      const site = await month.site({ mspId, name });
      await month.report(site, { period: '2026-03', lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 }] });
      await month.checkIn(site, { at: '2026-03-15T10:00:00Z', tenant: 'main', meter: MAILBOX, count: 30 });
    }
    await month.openAndReconcile('2026-03');
    cases = (await month.cases('2026-03')).filter(({ kind }) => kind === 'report_mismatch').map(({ id }) => id);
    expect(cases).toHaveLength(4);
    anna = await someone('vendor', { name: 'Anna', level: 'operator' });
    ben = await someone('vendor', { name: 'Ben', level: 'operator' });
    rita = await someone('vendor', { name: 'Rita', level: 'reader' });
    mspPerson = await someone('service_provider', { name: 'Mario', companyId: mspId });
  }, 120_000);
  afterAll(() => api.close());

  it('have an owner, who is found by it, and from whom they are taken by name', async () => {
    const [first] = cases;
    const given = await assign(first, anna, { personId: anna.id });
    expect([given.status, given.json.owner]).toMatchObject([200, { person: { name: 'Anna' }, mayDecide: true }]);
    expect(await listed(anna, 'owner=me')).toEqual([first]);
    expect(await listed(ben, 'owner=me')).toEqual([]);
    expect(await listed(ben, 'kind=report_mismatch&unowned=true')).toHaveLength(3);
    expect(await listed(ben, 'unowned=false')).toEqual([first]);

    const blind = await assign(first, ben, { personId: ben.id });
    expect([blind.status, blind.json.code, blind.json.errors[0].field]).toEqual([409, 'STATE_CONFLICT', '/replaces']);
    expect(blind.json.detail).toContain('Anna owns this case');
    expect((await assign(first, ben, { personId: anna.id })).status).toBe(200);
    const taken = await assign(first, ben, { personId: ben.id, replaces: anna.id });
    expect(taken.json.owner.person.name).toBe('Ben');
    expect((await assign(first, ben, { personId: null, replaces: ben.id })).json.owner).toBeNull();
    expect((await assign(first, ben, { personId: ben.id, replaces: anna.id })).json.code).toBe('STATE_CONFLICT');

    const { json } = await call('GET', `/v1/cases/${first}/people`, rita);
    const told = json.items.map(
      (one: { person: { name: string }; givenBy: { name: string }; endedBy: { name: string } }) =>
        `${one.person.name}, by ${one.givenBy.name}, until ${one.endedBy.name}`,
    );
    expect(told).toEqual(['Ben, by Ben, until Ben', 'Anna, by Anna, until Ben']);
    const page = await call('GET', `/v1/cases/${first}/people?limit=1`, rita);
    const next = await call('GET', `/v1/cases/${first}/people?limit=1&after=${page.json.next}`, rita);
    expect([...page.json.items, ...next.json.items]).toEqual(json.items);
  });

  it('have one owner when two people assign them at once', async () => {
    const [, second] = cases;
    const both = await Promise.all([anna, ben].map((who) => assign(second, who, { personId: who.id })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const kept = both.find(({ status }) => status === 200)?.json.owner.person.name;
    expect((await call('GET', `/v1/cases/${second}`, anna)).json.owner.person.name).toBe(kept);
    const rows = await month.run('select 1 from case_person where case_id = :second', { second });
    expect(rows).toHaveLength(1);
  });

  it('are owned by nobody who may not decide them, and are as good as unowned once an owner may not any more', async () => {
    const [, , third] = cases;
    for (const personId of [rita.id, mspPerson.id, randomUUID()]) {
      const { status, json } = await assign(third, anna, { personId });
      expect([status, json.errors[0].field]).toEqual([422, '/personId']);
    }
    const clara = await someone('vendor', { name: 'Clara', level: 'operator' });
    await assign(third, anna, { personId: clara.id });
    expect(await listed(anna, 'unowned=true')).not.toContain(third);
    await month.run('update membership set until_at = now() where person_id = :id returning id', { id: clara.id });
    expect(await listed(anna, 'unowned=true')).toContain(third);
    const { owner } = (await call('GET', `/v1/cases/${third}`, anna)).json;
    expect([owner.person.name, owner.mayDecide]).toEqual(['Clara', false]);
    expect((await call('GET', '/v1/cases?owner=me', clara)).status).toBe(401);
    expect((await assign(third, anna, { personId: anna.id, replaces: clara.id })).json.owner.mayDecide).toBe(true);
    expect(await listed(anna, 'unowned=true')).not.toContain(third);
  });

  it('are followed by others, who may be readers, and are left by them', async () => {
    const [, , , fourth] = cases;
    const people = `/v1/cases/${fourth}/people`;
    for (const who of [rita, rita, ben]) {
      expect((await call('PUT', `${people}/${who.id}`, anna, {})).status).toBe(200);
    }
    const { additional } = (await call('GET', `/v1/cases/${fourth}`, rita)).json;
    expect(additional.map(({ name }: { name: string }) => name)).toEqual(['Rita', 'Ben']);
    expect([await listed(rita, 'involved=me'), await listed(rita, 'owner=me')]).toEqual([[fourth], []]);
    const refused = await call('PUT', `${people}/${mspPerson.id}`, anna, {});
    expect([refused.status, refused.json.errors[0].field]).toEqual([422, '/personId']);
    expect((await call('DELETE', `${people}/${rita.id}`, anna)).status).toBe(204);
    expect((await call('DELETE', `${people}/${rita.id}`, anna)).status).toBe(404);
    expect(await listed(rita, 'involved=me')).toEqual([]);
  });

  it('leave a trace of each change, and are changed neither by readers nor by MSPs', async () => {
    const [first, , , fourth] = cases;
    const admin = await someone('vendor');
    const trail = async (id: string | undefined) =>
      (await call('GET', `/v1/audit?subject=case:${id}`, admin)).json.items.map(
        ({ action, actor }: { action: string; actor: { name: string } }) => `${action} by ${actor.name}`,
      );
    expect(await trail(first)).toEqual(['case.assigned by Ben', 'case.assigned by Ben', 'case.assigned by Anna']);
    expect(await trail(fourth)).toEqual([
      'case.personRemoved by Anna',
      'case.personAdded by Anna',
      'case.personAdded by Anna',
    ]);
    for (const who of [rita, mspPerson]) {
      expect((await assign(first, who, { personId: null })).status).toBe(403);
      expect((await call('PUT', `/v1/cases/${first}/people/${rita.id}`, who, {})).status).toBe(403);
    }
    expect((await call('GET', `/v1/cases/${first}/people`, mspPerson)).status).toBe(403);
    const unknown = randomUUID();
    expect((await assign(unknown, anna, { personId: anna.id })).status).toBe(404);
    expect((await call('GET', `/v1/cases/${unknown}/people`, anna)).status).toBe(404);
  });
});

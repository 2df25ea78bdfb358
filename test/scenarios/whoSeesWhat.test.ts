import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { createTestApp, type AppProcess, type TestApp } from '../support/app.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

interface Seen {
  siteName: string;
  tenantName: string | null;
  reported: number | null;
}

/** Three stories of who sees whose numbers, and until when; everybody acts over HTTP. */
describe('who sees what', () => {
  let api: TestApi;
  let app: TestApp;
  /** Another process of the API, over the same database. */
  let second: AppProcess;
  let month: ReturnType<typeof monthFixture>;
  let germany: string;
  let austria: string;

  beforeAll(async () => {
    api = await startTestApi();
    app = await createTestApp(api.database);
    second = await app.startApi();
    month = monthFixture(api.database.db);
    germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    austria = await month.distributor({ code: 'AT', currency: 'EUR', country: 'AT' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
  }, 120_000);

  afterAll(async () => {
    await app.stop();
    await api.close();
  });

  /** An MSP with a site that serves some of its customers, each of which used so many mailboxes in a month. */
  const msp = async (name: string, used: Record<string, number>, period = '2026-03') => {
    const mspId = await month.msp({ name, distributorId: germany });
    const site = await month.site({ mspId, name: `Server of ${name}`, tenants: Object.keys(used) });
    const lines = Object.entries(used).map(([tenant, peak]) => ({ tenant, meter: MAILBOX, peak }) as const);
    await month.report(site, { period, lines });
    return { mspId, site, token: await api.token('service_provider', { companyId: mspId }) };
  };
  const tenantsOf = async (token: string) => {
    const { json } = await api.call('GET', '/v1/tenants', { token });
    return json.items.map((one: { mspName: string; name: string }) => `${one.name} at ${one.mspName}`);
  };
  const usageOf = async (token: string, mspId: string, period = '2026-03') => {
    const { status, json } = await api.call('GET', `/v1/msps/${mspId}/usage?period=${period}`, { token });
    return status === 200 ? json.items.map((row: Seen) => [row.tenantName, row.reported]) : status;
  };
  const link = async (of: { mspId: string; token: string }, ref: string, customerId: string) => {
    const { json } = await api.call('GET', `/v1/msps/${of.mspId}/tenants`, { token: of.token });
    const { id } = json.items.find((one: { ref: string }) => one.ref === ref);
    const path = `/v1/msps/${of.mspId}/tenants/${id}/customer`;
    expect((await api.call('PUT', path, { token: of.token, body: { customerId } })).status).toBe(200);
    return id as string;
  };
  const customer = async () => {
    const companyId = await month.company('customer');
    return { companyId, token: await api.token('customer', { companyId }) };
  };
  const integrator = async () => {
    const companyId = await month.company('system_integrator');
    return { companyId, token: await api.token('system_integrator', { companyId }) };
  };
  const ask = async (token: string, customerId: string, until?: Date) => {
    const body = { customerId, ...(until === undefined ? {} : { until: until.toISOString() }) };
    const { status, json } = await api.call('POST', '/v1/mandates', { token, body });
    expect([status, json.state]).toEqual([201, 'asked']);
    return `/v1/mandates/${json.id}`;
  };

  describe('an expert with two tenants of two MSPs', () => {
    it('sees the numbers of these two, and of none of their neighbours', async () => {
      const alpha = await msp('MSP Alpha', { bakery: 12, butcher: 80 });
      const beta = await msp('MSP Beta', { florist: 5, jeweller: 40 });
      const [bakery, florist, expert] = [await customer(), await customer(), await integrator()];
      await link(alpha, 'bakery', bakery.companyId);
      const floristId = await link(beta, 'florist', florist.companyId);

      const mandates = [await ask(expert.token, bakery.companyId), await ask(expert.token, florist.companyId)];
      expect(await tenantsOf(expert.token)).toEqual([]);
      for (const [index, { token }] of [bakery, florist].entries()) {
        const { json } = await api.call('POST', `${mandates[index]}/consent`, { token });
        expect(json.state).toBe('agreed');
      }

      expect(await tenantsOf(expert.token)).toEqual(['Tenant bakery at MSP Alpha', 'Tenant florist at MSP Beta']);
      expect(await usageOf(expert.token, alpha.mspId)).toEqual([['Tenant bakery', 12]]);
      expect(await usageOf(expert.token, beta.mspId)).toEqual([['Tenant florist', 5]]);
      expect(await usageOf(bakery.token, beta.mspId)).toBe(404);
      expect(await usageOf(alpha.token, alpha.mspId)).toEqual([
        ['Tenant bakery', 12],
        ['Tenant butcher', 80],
      ]);

      // One colleague is to look after the florist alone.
      const colleague = { companyId: expert.companyId, tenantIds: [floristId] };
      expect(await tenantsOf(await api.token('system_integrator', colleague))).toEqual(['Tenant florist at MSP Beta']);
    });
  });

  describe('an integrator whose consent ends in mid-month', () => {
    const statusIn = async (process: { url: string }, token: string, mspId: string) =>
      (
        await fetch(`${process.url}/v1/msps/${mspId}/usage?period=2026-03`, {
          headers: { authorization: `Bearer ${token}` },
        })
      ).status;

    it('sees nothing from the next request on, in every process, while the customer goes on to see its numbers', async () => {
      const gamma = await msp('MSP Gamma', { dentist: 9, surgeon: 30 });
      const [dentist, firm] = [await customer(), await integrator()];
      await link(gamma, 'dentist', dentist.companyId);
      const mandate = await ask(firm.token, dentist.companyId);
      await api.call('POST', `${mandate}/consent`, { token: dentist.token });
      for (const process of [api, second]) expect(await statusIn(process, firm.token, gamma.mspId)).toBe(200);

      expect((await api.call('POST', `${mandate}/end`, { token: dentist.token })).json.state).toBe('over');
      for (const process of [second, api]) expect(await statusIn(process, firm.token, gamma.mspId)).toBe(404);
      expect(await tenantsOf(firm.token)).toEqual([]);
      expect(await usageOf(dentist.token, gamma.mspId)).toEqual([['Tenant dentist', 9]]);

      const partnerTeam = await api.token('vendor');
      const trail = await api.call('GET', `/v1/audit?subject=mandate:${mandate.split('/')[3]}`, { token: partnerTeam });
      expect(trail.json.items.map(({ action }: { action: string }) => action)).toEqual([
        'mandate.ended',
        'mandate.consented',
        'mandate.asked',
      ]);
    });

    it('and one that was given until a day runs out by itself', async () => {
      const delta = await msp('MSP Delta', { notary: 4 });
      const [notary, firm] = [await customer(), await integrator()];
      await link(delta, 'notary', notary.companyId);
      const until = new Date(Date.now() + 3_000);
      const mandate = await ask(firm.token, notary.companyId, until);
      await api.call('POST', `${mandate}/consent`, { token: notary.token });
      expect(await usageOf(firm.token, delta.mspId)).toEqual([['Tenant notary', 4]]);
      await new Promise((resolve) => setTimeout(resolve, until.getTime() - Date.now() + 100));
      expect(await usageOf(firm.token, delta.mspId)).toBe(404);
      const { json } = await api.call('GET', '/v1/mandates', { token: notary.token });
      expect(json.items.map(({ state }: { state: string }) => state)).toEqual(['over']);
      await ask(firm.token, notary.companyId);
    });

    it('only a person who sees all of the customer consents, and only the two sides end', async () => {
      const epsilon = await msp('MSP Epsilon', { school: 3, museum: 2 });
      const [town, firm, stranger] = [await customer(), await integrator(), await integrator()];
      const school = await link(epsilon, 'school', town.companyId);
      await link(epsilon, 'museum', town.companyId);
      const mandate = await ask(firm.token, town.companyId);
      const again = await api.call('POST', '/v1/mandates', { token: firm.token, body: { customerId: town.companyId } });
      expect([again.json.code, again.json.errors[0].field]).toEqual(['STATE_CONFLICT', '/customerId']);
      const machine = await api.token('customer', { companyId: town.companyId, kind: 'service_account' });
      const headmaster = await api.token('customer', { companyId: town.companyId, tenantIds: [school] });
      for (const token of [machine, headmaster, firm.token]) {
        expect((await api.call('POST', `${mandate}/consent`, { token })).json.code).toBe('FORBIDDEN');
      }
      expect((await api.call('POST', `${mandate}/end`, { token: stranger.token })).json.code).toBe('NOT_FOUND');
      expect((await api.call('POST', `${mandate}/refuse`, { token: town.token })).json).toMatchObject({
        state: 'over',
        consentedAt: null,
      });
      expect((await api.call('POST', `${mandate}/consent`, { token: town.token })).json.code).toBe('STATE_CONFLICT');
      expect(await tenantsOf(firm.token)).toEqual([]);
    });
  });

  describe("a distributor changed at a period's start", () => {
    it('keeps its documents and the months it billed; the present is the new one’s', async () => {
      const zeta = await msp('MSP Zeta', { winery: 10 }, '2026-01');
      await month.report(zeta.site, { period: '2026-02', lines: [{ tenant: 'winery', meter: MAILBOX, peak: 11 }] });
      await month.run(
        `insert into participation_distributor (msp_id, programme_code, from_period, distributor_id)
         values (:mspId, 'msp', '2026-02', :austria)`,
        { mspId: zeta.mspId, austria },
      );
      for (const period of ['2026-01', '2026-02']) await month.close(period);

      const seenBy = async (companyId: string) => {
        const token = await api.token('distributor', { companyId });
        const list = async (path: string) => {
          const { status, json } = await api.call('GET', path, { token });
          return status === 200 ? (json.items as Record<string, string>[]) : status;
        };
        const of = `/v1/msps/${zeta.mspId}`;
        const statements = await list(`/v1/statements?mspId=${zeta.mspId}`);
        const lines = await list(`${of}/usage-lines`);
        const sites = await list(`${of}/sites`);
        const tenants = await list(`${of}/tenants`);
        return {
          statementsOf: typeof statements === 'number' ? statements : statements.map(({ period }) => period),
          linesOf: typeof lines === 'number' ? lines : lines.map(({ period }) => period),
          january: await usageOf(token, zeta.mspId, '2026-01'),
          february: await usageOf(token, zeta.mspId, '2026-02'),
          sites: typeof sites === 'number' ? sites : sites.map(({ name }) => name),
          tenants: typeof tenants === 'number' ? tenants : tenants.map(({ name }) => name),
          msp: (await api.call('GET', of, { token })).status,
        };
      };
      expect(await seenBy(germany)).toEqual({
        statementsOf: ['2026-01'],
        linesOf: ['2026-01'],
        january: [['Tenant winery', 10]],
        february: 404,
        sites: 404,
        tenants: 404,
        msp: 404,
      });
      expect(await seenBy(austria)).toEqual({
        statementsOf: ['2026-02'],
        linesOf: ['2026-02'],
        january: [],
        february: [['Tenant winery', 11]],
        sites: ['Server of MSP Zeta'],
        tenants: ['Tenant winery'],
        msp: 200,
      });
    });

    it('of an MSP that left it keeps documents and months; what comes afterwards is not its business', async () => {
      const theta = await msp('MSP Theta', { bakery: 10 }, '2026-01');
      await month.report(theta.site, { period: '2026-03', lines: [{ tenant: 'bakery', meter: MAILBOX, peak: 11 }] });
      await month.close('2026-03');
      const token = await api.token('distributor', { companyId: germany });
      const of = `/v1/msps/${theta.mspId}`;
      const statusOf = async (path: string) => (await api.call('GET', path, { token })).status;
      const reportOf = (period: string) => `/v1/programmes/msp/msps/${theta.mspId}/usage-reports/${period}/csv`;
      expect([await statusOf(of), await statusOf(`${of}/sites`)]).toEqual([200, 200]);
      expect([await statusOf(reportOf('2026-03')), await statusOf(reportOf('2026-05'))]).toEqual([200, 200]);
      const partnerTeam = await api.token('vendor');
      const left = await api.call('POST', `/v1/programmes/msp/participations/${theta.mspId}/leave`, {
        token: partnerTeam,
        body: { lastPeriod: '2026-04', reason: 'Sold' },
      });
      expect(left.json).toMatchObject({ state: 'left' });
      await month.report(theta.site, { period: '2026-05', lines: [{ tenant: 'bakery', meter: MAILBOX, peak: 12 }] });

      expect(await usageOf(token, theta.mspId, '2026-03')).toEqual([['Tenant bakery', 11]]);
      expect(await usageOf(token, theta.mspId, '2026-05')).toBe(404);
      expect([await statusOf(reportOf('2026-03')), await statusOf(reportOf('2026-05'))]).toEqual([200, 404]);
      expect([await statusOf(of), await statusOf(`${of}/sites`), await statusOf(`${of}/tenants`)]).toEqual([
        404, 404, 404,
      ]);
      const statements = await api.call('GET', `/v1/statements?period=2026-03`, { token });
      expect(statements.json.items.map(({ mspId }: { mspId: string }) => mspId)).toContain(theta.mspId);
      const own = await api.token('service_provider', { companyId: theta.mspId });
      expect(await usageOf(own, theta.mspId, '2026-05')).toEqual([['Tenant bakery', 12]]);
      expect(await usageOf(partnerTeam, theta.mspId, '2026-05')).toEqual([['Tenant bakery', 12]]);
    });

    it('one that bills an MSP in one programme sees nothing of another programme of the same MSP', async () => {
      const eta = await msp('MSP Eta', { hotel: 6 });
      await month.programme({ code: 'endpoints' });
      await month.participation({ mspId: eta.mspId, distributorId: austria, programme: 'endpoints' });
      await month.site({ mspId: eta.mspId, name: 'Camera site', programme: 'endpoints', tenants: ['cinema'] });
      const namesFor = async (companyId: string, list: string) => {
        const token = await api.token('distributor', { companyId });
        const { json } = await api.call('GET', `/v1/msps/${eta.mspId}/${list}`, { token });
        return json.items.map(({ name }: { name: string }) => name);
      };
      expect([await namesFor(germany, 'sites'), await namesFor(germany, 'tenants')]).toEqual([
        ['Server of MSP Eta'],
        ['Tenant hotel'],
      ]);
      expect([await namesFor(austria, 'sites'), await namesFor(austria, 'tenants')]).toEqual([
        ['Camera site'],
        ['Tenant cinema'],
      ]);
    });
  });
});

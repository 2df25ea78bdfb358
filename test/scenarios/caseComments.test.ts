import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rows, type Scope } from '../../db/connect.js';
import type { View } from '../../domain/access/views.js';
import type { TokenSpec } from '../support/access.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const ALL_WHO_SEE = ['anna', 'mario', 'expert', 'cora', 'firm'] as const;

interface Comment {
  id: string;
  audience: string;
  text: string | null;
  writtenBy: { name: string } | null;
}

/** A case of the tenant north of MSP Alpha, which has reached its customer; one of the tenant south has not left the MSP. */
describe('what is said of a case', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let alpha: string;
  let north: string;
  let southId: string;
  const tokens: Record<string, string> = {};

  const call = (method: string, path: string, who: string, body?: object, headers: Record<string, string> = {}) =>
    api.call(method, path, { token: tokens[who] ?? '', headers, ...(body === undefined ? {} : { body }) });
  const say = (who: string, audience: string, text: string, id = north, headers = {}) =>
    call('POST', `/v1/cases/${id}/comments`, who, { audience, text }, headers);
  const read = async (who: string, id = north): Promise<Comment[] | number> => {
    const { status, json } = await call('GET', `/v1/cases/${id}/comments`, who);
    return status === 200 ? json.items : status;
  };
  const texts = async (who: string, id = north) => {
    const found = await read(who, id);
    return typeof found === 'number' ? found : found.map(({ text }) => text).reverse();
  };
  const hand = async (who: string, id: string, to: string) => {
    const { status } = await call('POST', `/v1/cases/${id}/hand-over`, who, { to, note: 'Who is right?' });
    expect(status).toBe(201);
  };
  const desk = (active: boolean) => call('PUT', `/v1/msps/${alpha}/service-desk`, 'mario', { active });
  const inDatabase = (scope: Scope) =>
    api.database.db.transaction(scope, async (trx) =>
      (await rows<{ text: string }>(trx, 'select text from case_comment order by written_at, text')).map((c) => c.text),
    );

  beforeAll(async () => {
    api = await startTestApi({ temporalAddress: '127.0.0.1:1' });
    month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    alpha = await month.msp({ name: 'MSP Alpha', distributorId });
    const beta = await month.msp({ name: 'MSP Beta', distributorId });
    for (const ref of ['north', 'south']) {
      const site = await month.site({ mspId: alpha, name: `Server ${ref}`, tenants: [ref] });
      await month.report(site, { period: '2026-03', lines: [{ tenant: ref, meter: MAILBOX, peak: 10 }] });
      await month.checkIn(site, { at: '2026-03-15T10:00:00Z', tenant: ref, meter: MAILBOX, count: 30 });
    }
    await month.openAndReconcile('2026-03');
    await month.run(`update run_shard set review_until = '2099-01-01' where period = '2026-03' returning 1`);
    const found = await month.run<{ id: string; ref: string; tenantId: string }>(
      `select id, tenant_ref as ref, tenant_id as "tenantId" from discrepancy where kind = 'report_mismatch'`,
    );
    const of = (ref: string) => found.find((one) => one.ref === ref);
    [north, southId] = [of('north')?.id ?? '', of('south')?.id ?? ''];
    const customer = await month.company('customer');
    const integrator = await month.company('system_integrator');
    await month.run('update tenant set customer_id = :customer returning id', { customer });
    await month.run(
      `insert into mandate (id, integrator_id, customer_id, from_at, asked_at, asked_by, consented_at, consented_by)
       values (gen_random_uuid(), :integrator, :customer, now() - interval '1 day', now(), '{}', now(), '{}')`,
      { integrator, customer },
    );
    const people: Record<string, [View, TokenSpec]> = {
      anna: ['vendor', { name: 'Anna', level: 'operator' }],
      ben: ['vendor', { name: 'Ben', level: 'reader' }],
      mario: ['service_provider', { name: 'Mario', companyId: alpha }],
      expert: ['service_provider', { name: 'Expert', companyId: alpha, tenantIds: [of('north')?.tenantId ?? ''] }],
      sue: ['service_provider', { name: 'Sue', companyId: alpha, tenantIds: [of('south')?.tenantId ?? ''] }],
      cora: ['customer', { name: 'Cora', companyId: customer }],
      carl: ['customer', { name: 'Carl', companyId: customer, tenantIds: [of('south')?.tenantId ?? ''] }],
      firm: ['system_integrator', { name: 'Firm', companyId: integrator }],
      beta: ['service_provider', { name: 'Bert', companyId: beta }],
      distributor: ['distributor', { name: 'Dora', companyId: distributorId }],
      admin: ['vendor', { name: 'Admin' }],
    };
    for (const [who, [view, spec]] of Object.entries(people)) tokens[who] = await api.token(view, spec);
  }, 120_000);
  afterAll(() => api.close());

  it('is the partner team’s own affair until the case is handed over', async () => {
    expect((await say('anna', 'internal', 'anna before')).status).toBe(201);
    for (const who of ['mario', 'expert', 'cora', 'firm', 'beta', 'sue']) {
      expect([who, await read(who), (await say(who, 'shared', 'x')).status]).toEqual([who, 404, 404]);
    }
    expect([await read('distributor'), (await say('distributor', 'shared', 'x')).status]).toEqual([403, 403]);
    expect((await say('ben', 'shared', 'x')).status).toBe(403);
    await hand('anna', north, 'msp');
    await hand('anna', southId, 'msp');
    await desk(true);
    expect([await texts('mario'), await texts('ben'), await read('cora')]).toEqual([[], ['anna before'], 404]);
    await hand('mario', north, 'customer');
  });

  it('reaches all who see the case where it is shared, and else the author’s own company alone', async () => {
    for (const who of ALL_WHO_SEE) {
      for (const audience of ['internal', 'shared']) {
        expect((await say(who, audience, `${who} ${audience}`)).status).toBe(201);
      }
    }
    const shared = ALL_WHO_SEE.map((who) => `${who} shared`);
    const inside: Record<string, string[]> = {
      anna: ['anna before', 'anna internal'],
      ben: ['anna before', 'anna internal'],
      // What members say who are limited to tenants is said in the MSP's house; not the other way round.
      mario: ['mario internal', 'expert internal'],
      expert: ['expert internal'],
      cora: ['cora internal'],
      firm: ['firm internal'],
    };
    for (const [who, own] of Object.entries(inside)) {
      const found = (await texts(who)) as string[];
      expect([who, [...found].sort()]).toEqual([who, [...own, ...shared].sort()]);
    }
    for (const who of ['sue', 'carl', 'beta']) expect([who, await read(who)]).toEqual([who, 404]);
    // The names of the partner team stay there.
    const byAnna = (await read('mario')) as Comment[];
    expect(byAnna.find(({ text }) => text === 'anna shared')?.writtenBy).toBeNull();
    expect(byAnna.find(({ text }) => text === 'cora shared')?.writtenBy).toMatchObject({ name: 'Cora' });
  });

  it('is told apart by the database itself, whatever a route asks for', async () => {
    const msp = await inDatabase({ kind: 'msp', mspId: alpha });
    expect(msp).toEqual(expect.arrayContaining(['mario internal', 'expert internal', 'anna shared']));
    expect(msp.filter((text) => /^(anna|cora|firm) (internal|before)/.test(text))).toEqual([]);
    const [tenant] = await month.run<{ id: string }>(`select id from tenant where ref = 'north'`);
    const limited = await inDatabase({ kind: 'tenants', companyId: alpha, tenantIds: [tenant?.id ?? ''] });
    expect(limited.filter((text) => text.includes('internal'))).toEqual(['expert internal']);
    expect(await inDatabase({ kind: 'tenants', companyId: alpha, tenantIds: [] })).toEqual([]);
  });

  it('is gone for customers and experts once the MSP switches that off', async () => {
    await desk(false);
    for (const who of ['expert', 'cora', 'firm']) {
      expect([who, await read(who), (await say(who, 'shared', 'x')).status]).toEqual([who, 404, 404]);
    }
    expect(await texts('mario')).toContain('cora shared');
    await desk(true);
    expect(await texts('cora')).toContain('cora internal');
  });

  it('is withdrawn by its author alone, and leaves a trace', async () => {
    const { json } = await say('mario', 'shared', 'Ten are mine');
    const path = `/v1/cases/${north}/comments/${json.id}/withdraw`;
    for (const who of ['anna', 'expert', 'cora'])
      expect([who, (await call('POST', path, who)).status]).toEqual([who, 403]);
    expect((await call('POST', path, 'beta')).status).toBe(404);
    expect((await call('POST', `/v1/cases/${southId}/comments/${json.id}/withdraw`, 'mario')).status).toBe(404);
    const gone = await call('POST', path, 'mario');
    expect(gone.json).toMatchObject({ id: json.id, text: null, writtenBy: { name: 'Mario' } });
    expect((await call('POST', path, 'mario')).json).toEqual(gone.json);
    for (const who of ['anna', 'cora']) {
      const found = ((await read(who)) as Comment[]).find(({ id }) => id === json.id);
      expect([who, found?.text]).toEqual([who, null]);
    }
    await expect(api.database.asOwner(`update case_comment set text = 'other'`)).rejects.toThrow('nothing changes but');
    await expect(api.database.asOwner('update case_comment set withdrawn_at = null')).rejects.toThrow(
      'nothing changes',
    );
    await expect(api.database.asOwner('delete from case_comment')).rejects.toThrow('nothing changes but');
    const trail = await call('GET', `/v1/audit?subject=case:${north}&limit=200`, 'admin');
    expect(trail.json.items[0]).toMatchObject({ action: 'case.commentWithdrawn', actor: { name: 'Mario' } });
    expect(JSON.stringify(trail.json)).not.toMatch(/mario internal|Ten are mine/);
  });

  it('is text that people wrote: bounded, without what shows nothing, in pages, once for each request', async () => {
    for (const [text, field] of [
      ['', '/text'],
      ['a\u0007b', '/text'],
      ['a\u202Eb', '/text'],
      ['x'.repeat(4001), '/text'],
    ] as const) {
      const refused = await say('mario', 'shared', text);
      expect([refused.status, refused.json.errors[0].field]).toEqual([422, field]);
    }
    expect([400, 422]).toContain((await say('mario', 'shared', 'a\u0000b')).status);
    expect((await say('mario', 'everybody', 'x')).json.errors[0].field).toBe('/audience');
    const key = { 'idempotency-key': 'c1' };
    const first = await say('mario', 'shared', 'Line one\r\nline  two', southId, key);
    expect(first.json.text).toBe('Line one\nline two');
    expect((await say('mario', 'shared', 'Line one\r\nline  two', southId, key)).json).toEqual(first.json);
    await say('anna', 'shared', 'Second', southId);
    expect(await texts('mario', southId)).toEqual(['Line one\nline two', 'Second']);
    const page = await call('GET', `/v1/cases/${southId}/comments?limit=1`, 'mario');
    const next = await call('GET', `/v1/cases/${southId}/comments?limit=1&after=${page.json.next}`, 'mario');
    expect([page.json.items[0].text, next.json.items[0].text, next.json.next]).toEqual([
      ...['Second', 'Line one\nline two', null],
    ]);
  });

  it('has an end: a company writes so much about one case', async () => {
    await month.run(
      `insert into case_comment (id, case_id, msp_id, tenant_id, company_id, side, audience, text, written_at, written_by)
       select gen_random_uuid(), c.case_id, c.msp_id, c.tenant_id, c.company_id, c.side, 'internal', 'x', now(), '{}'
       from (select * from case_comment where case_id = :southId and side = 'msp' limit 1) c, generate_series(1, 499)`,
      { southId },
    );
    expect((await say('mario', 'shared', 'One more', southId)).json.code).toBe('STATE_CONFLICT');
    expect((await say('anna', 'shared', 'Go on', southId)).status).toBe(201);
  });
});

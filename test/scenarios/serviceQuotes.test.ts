import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { View } from '../../domain/access/views.js';
import { dayOf, nextPeriod, periodOf } from '../../domain/period.js';
import { messagesFor } from '../../locales/index.js';
import { quoteWorkflowId } from '../../workflows/quote.js';
import { readPdf } from '../statements/readPdf.js';
import { recordHistory } from '../support/histories.js';
import { monthFixture } from '../support/month.js';
import { createProgramme, eventually, type Answer, type Programme } from '../support/programme.js';

const AGENT = 'backup.server_agent';
const ZONE = 'Europe/Rome';
const inDays = (days: number) => dayOf(new Date(Date.now() + days * 86_400_000), ZONE);
const now = periodOf(new Date(), ZONE);
const next = nextPeriod(now);

describe('a service quote, which binds nobody', () => {
  let programme: Programme;
  let month: ReturnType<typeof monthFixture>;
  let mspId: string;
  let token: string;
  let siteId: string;
  const tokens: Partial<Record<View, string>> = {};

  beforeAll(async () => {
    programme = await createProgramme();
    month = monthFixture(programme.database.db);
    ({ mspId, token } = await programme.approvedMsp());
    await pricePlan('24.00', '2026-01');
    const site = { programme: 'msp', name: 'Head office', product: 'backup', tenantRefs: [] };
    siteId = (await programme.call('POST', `/v1/msps/${mspId}/sites`, site, token)).json.siteId;
    for (const view of ['customer', 'system_integrator', 'reseller', 'partner'] as const) {
      tokens[view] = await programme.token(view, { companyId: await month.company(view) });
    }
    tokens.distributor = await programme.token('distributor', { companyId: programme.distributorId });
  });
  afterAll(() => programme.stop());

  async function pricePlan(unitPrice: string, fromPeriod: string) {
    const plan = {
      ...{ programme: 'msp', name: `List ${unitPrice}`, currency: 'EUR', fromPeriod, firstMonth: 'billed' },
      prices: { [AGENT]: { model: 'per_unit', unitPrice: '4.00' } },
      termPrices: { [AGENT]: { unitPrice, billing: 'whole' } },
    };
    expect((await programme.call('POST', '/v1/price-plans', plan)).status).toBe(201);
  }
  const ask = (as = token, over: object = {}) =>
    programme.call(
      'POST',
      '/v1/quotes',
      { programme: 'msp', product: 'backup', wish: 'Ten servers for a year', quantity: 10, years: 1, ...over },
      as,
    );
  const asked = async (as = token): Promise<string> => {
    const { status, json } = await ask(as);
    expect([status, json.state]).toEqual([201, 'requested']);
    return json.id;
  };
  const LINE = { text: 'Server agents, one year', quantity: 10, unitPrice: '24.00' };
  const answer = (id: string, over: object = {}, as?: string) =>
    programme.call('POST', `/v1/quotes/${id}/answer`, { lines: [LINE], validUntil: inDays(30), ...over }, as);
  const licence = () => ({ kind: 'licence', siteId, meter: AGENT, count: 10, years: 1 });
  /** Asked for by the MSP, and answered with an order behind it. */
  const orderable = async () => {
    const id = await asked();
    const answered = await answer(id, { order: licence() });
    expect([answered.status, answered.json.code]).toEqual([200, undefined]);
    return id;
  };
  const show = (id: string, as = token) => programme.call('GET', `/v1/quotes/${id}`, undefined, as);
  const end = (id: string, how: 'accept' | 'decline', as = token) =>
    programme.call('POST', `/v1/quotes/${id}/${how}`, how === 'accept' ? undefined : {}, as);
  const withdraw = (id: string, as?: string) =>
    programme.call('POST', `/v1/quotes/${id}/withdraw`, { reason: 'No longer sold' }, as);
  const refusal = ({ status, json }: Answer) => [status, json.code, json.errors?.[0]?.field];
  const ended = (id: string) => programme.app.client.workflow.getHandle(quoteWorkflowId(id)).result();
  const started = (id: string) =>
    eventually(
      () => programme.query<{ at: Date | null }>('select workflow_started_at as at from quote where id = :id', { id }),
      ([row]) => row !== undefined && row.at !== null,
    );
  const mailed = (id: string, all: readonly string[]) =>
    eventually(
      async () =>
        (
          await programme.query<{ kind: string; state: string }>(
            `select kind, state from outbox where message_id like '%' || :id || '%' order by id`,
            { id },
          )
        ).map(({ kind, state }) => `${kind} ${state}`),
      (found) => JSON.stringify(found) === JSON.stringify(all),
    );
  const orders = async () => (await programme.call('GET', `/v1/msps/${mspId}/orders`, undefined, token)).json.items;

  it('is asked for, answered with a number of its own series, and accepted becomes an order at its price', async () => {
    const id = await asked();
    await mailed(id, ['quoteAsked sent']);
    const answered = await answer(id, { order: licence(), note: 'With support' });
    expect(answered.json).toMatchObject({
      state: 'answered',
      answer: {
        number: `MSP-${inDays(0).slice(0, 4)}-Q000001`,
        total: { amount: '240.00', currency: 'EUR' },
        lines: [{ ...LINE, amount: { amount: '240.00', currency: 'EUR' } }],
        ...{ validUntil: inDays(30), note: 'With support', isOrder: true },
      },
    });
    await mailed(id, ['quoteAsked sent', 'quoteAnswered sent']);
    expect((await show(id)).json.answer.answeredBy).toBeNull();
    await started(id);
    const accepted = await end(id, 'accept');
    expect(accepted.json).toMatchObject({ state: 'accepted', endedBy: { kind: 'person' } });
    const { orderId } = accepted.json;
    expect(await orders()).toEqual([
      expect.objectContaining({ id: orderId, state: 'placed', price: { amount: '240.00', currency: 'EUR' } }),
    ]);
    const approve = (as?: string) =>
      programme.call('POST', `/v1/msps/${mspId}/orders/${orderId}/decision`, { decision: 'approve' }, as);
    // Rule 18: whoever answered the quote has made the order.
    expect((await approve()).json.code).toBe('FOUR_EYES_REQUIRED');
    const second = await programme.token('vendor', { name: 'Second person', level: 'administrator' });
    expect((await approve(second)).json.state).toBe('approved');
    expect(await ended(id)).toEqual({ state: 'accepted' });
    await recordHistory(programme.app.client, quoteWorkflowId(id), 'quote-accepted');
    expect(refusal(await end(id, 'decline'))).toEqual([409, 'ALREADY_DECIDED', undefined]);
    expect(refusal(await withdraw(id))).toEqual([409, 'ALREADY_DECIDED', undefined]);
  });

  it('is answered once, with lines that come to the price of its order', async () => {
    const id = await asked();
    expect(refusal(await end(id, 'accept'))).toEqual([409, 'STATE_CONFLICT', undefined]);
    const cheaper = await answer(id, { lines: [{ ...LINE, quantity: 9 }], order: licence() });
    expect(refusal(cheaper)).toEqual([409, 'PRICE_NOT_CONFIRMED', '/lines']);
    expect(cheaper.json.detail).toContain('240.00 EUR');
    expect(refusal(await answer(id, { validUntil: inDays(-1) }))).toEqual([422, 'VALIDATION_FAILED', '/validUntil']);
    expect(refusal(await answer(id, { validUntil: inDays(400) }))).toEqual([422, 'VALIDATION_FAILED', '/validUntil']);
    const huge = { lines: [{ ...LINE, quantity: 10_000_000, unitPrice: '999999999999.99' }] };
    expect(refusal(await answer(id, huge))).toEqual([422, 'VALIDATION_FAILED', '/lines']);
    expect((await answer(id)).json.answer).toMatchObject({ isOrder: false });
    expect(refusal(await answer(id))).toEqual([409, 'ALREADY_DECIDED', undefined]);
    expect((await end(id, 'accept')).json).toMatchObject({ state: 'accepted', orderId: null });
  });

  it('is on paper once it is answered, the same bytes each time, in the language of who asked', async () => {
    const id = await asked();
    const paper = async (as = token) => {
      const response = await fetch(`${programme.apiUrl}/v1/quotes/${id}/pdf`, {
        headers: { authorization: `Bearer ${as}` },
      });
      return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    expect((await paper()).status).toBe(404);
    const { number } = (await answer(id)).json.answer;
    const [first, second] = [await paper(), await paper(await programme.token('vendor'))];
    expect(first.status).toBe(200);
    expect(second.bytes.equals(first.bytes)).toBe(true);
    const { text } = readPdf(first.bytes);
    const { quote: words } = messagesFor('it');
    for (const said of [words.documentName, words.bindsNobody, number, 'MSP Alpha', LINE.text])
      expect(text).toContain(said);
    expect((await paper(tokens.customer)).status).toBe(404);
  });

  it.each([
    ['quantity', 0],
    ['quantity', 1e9],
    ['quantity', 1.5],
    ['years', 6],
    ['wish', ''],
    ['product', 'teapot'],
  ])('refuses %s %p', async (field, value) => {
    expect(refusal(await ask(token, { [field]: value }))).toEqual([422, 'VALIDATION_FAILED', `/${field}`]);
  });

  it('of two who accept at once one does, and one order is placed', async () => {
    const id = await orderable();
    const colleague = await programme.token('service_provider', { companyId: mspId });
    const before: number = (await orders()).length;
    const answers = await Promise.all([end(id, 'accept'), end(id, 'accept', colleague)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.json.code).toBe('ALREADY_DECIDED');
    expect(await orders()).toHaveLength(before + 1);
  });

  it('places no order for somebody who may not order', async () => {
    const id = await orderable();
    const operator = await programme.token('service_provider', { companyId: mspId, level: 'operator' });
    expect(refusal(await end(id, 'accept', operator))).toEqual([403, 'FORBIDDEN', undefined]);
    expect((await show(id)).json.state).toBe('answered');
    expect((await end(id, 'decline', operator)).json.state).toBe('declined');
  });

  it('is withdrawn by the partner team, answered or not, and declined by who asked', async () => {
    const open = await asked();
    expect((await withdraw(open)).json).toMatchObject({ state: 'withdrawn', reason: 'No longer sold' });
    expect(refusal(await answer(open))).toEqual([409, 'ALREADY_DECIDED', undefined]);
    const answered = await orderable();
    await started(answered);
    expect((await withdraw(answered)).json.state).toBe('withdrawn');
    expect(await ended(answered)).toEqual({ state: 'withdrawn' });
    expect(refusal(await end(answered, 'accept'))).toEqual([409, 'ALREADY_DECIDED', undefined]);
    expect((await end(await asked(), 'decline')).json.state).toBe('declined');
  });

  /** The same quote once more, that ends in so many seconds. */
  const copyEndingIn = async (id: string, seconds: number) => {
    const copy = randomUUID();
    await programme.query(
      `insert into quote select (jsonb_populate_record(q, jsonb_build_object('id', :copy::text, 'number', :copy::text,
         'workflow_started_at', null, 'remind_at', now() + make_interval(secs => :seconds::float / 2),
         'expires_at', now() + make_interval(secs => :seconds::float)))).* from quote q where id = :id`,
      { id, copy, seconds },
    );
    return copy;
  };

  it('reminds who asked once, expires with its last day, and is not accepted afterwards', async () => {
    const id = await orderable();
    const copy = await copyEndingIn(id, 4);
    await orderable();
    await started(copy);
    await mailed(copy, ['quoteAnswered sent']);
    expect(await ended(copy)).toEqual({ state: 'expired' });
    expect((await show(copy)).json).toMatchObject({ state: 'expired', endedBy: { kind: 'kontor' }, orderId: null });
    expect(refusal(await end(copy, 'accept'))).toEqual([409, 'ALREADY_DECIDED', undefined]);
    await recordHistory(programme.app.client, quoteWorkflowId(copy), 'quote-expired');
    // Over, though no workflow has said so yet.
    const over = await copyEndingIn(id, -1);
    expect([(await end(over, 'accept')).status, (await show(over)).json.orderId]).toEqual([409, null]);
  });

  it('is asked for in every view but partner, and only an MSP orders by accepting', async () => {
    for (const view of ['customer', 'system_integrator', 'reseller', 'distributor'] as const) {
      const id = await asked(tokens[view]);
      expect(refusal(await answer(id, { order: licence() }))).toEqual([422, 'VALIDATION_FAILED', '/order']);
      expect((await answer(id)).status).toBe(200);
      expect((await end(id, 'accept', tokens[view])).json).toMatchObject({ state: 'accepted', orderId: null, view });
    }
    expect((await ask(tokens.partner)).status).toBe(403);
    const team = await programme.token('vendor');
    expect(refusal(await ask(team))).toEqual([422, 'VALIDATION_FAILED', '/companyId']);
    expect((await ask(team, { companyId: mspId })).json).toMatchObject({ companyId: mspId, view: 'service_provider' });
    expect(refusal(await ask(token, { companyId: programme.distributorId }))).toEqual([
      ...[422, 'VALIDATION_FAILED'],
      '/companyId',
    ]);
    expect(refusal(await ask(token, { programme: 'nowhere' }))).toEqual([404, 'NOT_FOUND', '/programme']);
  });

  it('is seen by the company that asked and by the partner team; of an MSP by nobody who is limited to tenants', async () => {
    const id = await orderable();
    const tenant = await programme.call('POST', `/v1/msps/${mspId}/tenants`, { ref: 'a', name: 'A' }, token);
    const limited = await programme.token('service_provider', { companyId: mspId, tenantIds: [tenant.json.id] });
    const foreign = (await programme.approvedMsp()).token;
    const unknown = await show(randomUUID());
    for (const as of [foreign, limited, tokens.customer ?? '', tokens.distributor ?? '']) {
      const seen = await show(id, as);
      expect(seen.status).toBe(404);
      expect({ ...seen.json, instance: '' }).toEqual({ ...unknown.json, instance: '' });
      expect((await end(id, 'accept', as)).status).toBe(404);
      expect((await end(id, 'decline', as)).status).toBe(404);
    }
    expect((await ask(limited)).status).toBe(403);
    expect((await answer(id, {}, token)).status).toBe(403);
    expect((await withdraw(id, token)).status).toBe(403);
    const listed = async (as?: string) =>
      (await programme.call('GET', '/v1/quotes?state=answered', undefined, as)).json.items;
    expect((await listed(token)).map((one: { id: string }) => one.id)).toContain(id);
    expect((await listed()).map((one: { id: string }) => one.id)).toContain(id);
    expect(await listed(foreign)).toEqual([]);
    const page = (await programme.call('GET', '/v1/quotes?limit=1', undefined, token)).json;
    const rest = await programme.call('GET', `/v1/quotes?limit=1&after=${page.next}`, undefined, token);
    expect(rest.json.items[0].id).not.toBe(page.items[0].id);
  });

  it('over a month’s end is refused where its order costs something else by then, and stays open', async () => {
    const id = await orderable();
    await pricePlan('30.00', next);
    const before = (await orders()).length;
    expect((await show(id)).json.answer.total.amount).toBe('240.00');
    await month.close(now, new Date(`${next}-20T12:00:00Z`));
    const refused = await end(id, 'accept');
    expect(refusal(refused)).toEqual([409, 'PRICE_NOT_CONFIRMED', undefined]);
    expect(refused.json.detail).toMatch(/240\.00 EUR.*300\.00 EUR/);
    expect([(await show(id)).json.state, (await orders()).length]).toEqual(['answered', before]);
  });
});

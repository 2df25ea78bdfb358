import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dayOf, nextPeriod, parsePeriod, periodOf } from '../../domain/period.js';
import { orderWorkflowId } from '../../workflows/order.js';
import { recordHistory } from '../support/histories.js';
import { monthFixture } from '../support/month.js';
import { createProgramme, eventually, seconds, type Programme } from '../support/programme.js';

const AGENT = 'backup.server_agent';
const ZONE = 'Europe/Rome';

describe('an order (rule 21)', () => {
  let programme: Programme;
  let mspId: string;
  let token: string;
  let siteId: string;
  const today = dayOf(new Date(), ZONE);
  beforeAll(async () => {
    programme = await createProgramme();
    ({ mspId, token } = await programme.approvedMsp());
    const plan = {
      ...{ programme: 'msp', name: 'List', currency: 'EUR', fromPeriod: '2026-01', firstMonth: 'billed' },
      prices: { [AGENT]: { model: 'per_unit', unitPrice: '4.00' } },
      termPrices: { [AGENT]: { unitPrice: '24.00', billing: 'whole' } },
    };
    expect((await programme.call('POST', '/v1/price-plans', plan)).status).toBe(201);
    const site = { programme: 'msp', name: 'Head office', product: 'backup', tenantRefs: [] };
    siteId = (await programme.call('POST', `/v1/msps/${mspId}/sites`, site, token)).json.siteId;
  });
  afterAll(() => programme.stop());

  const path = () => `/v1/msps/${mspId}/orders`;
  const wanted = (over: object = {}) => ({ kind: 'licence', siteId, meter: AGENT, count: 10, years: 1, ...over });
  const quote = (order: object, as = token) => programme.call('POST', `${path()}/quote`, { order }, as);
  const place = async (order: object, as = token) => {
    const quoted = await quote(order, as);
    expect([quoted.status, quoted.json.code]).toEqual([200, undefined]);
    return programme.call('POST', path(), { order, confirmedPrice: quoted.json.price }, as);
  };
  const show = async (id: string) => (await programme.call('GET', `${path()}/${id}`, undefined, token)).json;
  const decide = (id: string, body: object) => programme.call('POST', `${path()}/${id}/decision`, body);
  const licences = async () =>
    (await programme.call('GET', `/v1/msps/${mspId}/term-licences`, undefined, token)).json.items;
  const ended = (id: string) => programme.app.client.workflow.getHandle(orderWorkflowId(id)).result();
  const mails = async (id: string) =>
    (
      await programme.query<{ kind: string; state: string }>(
        `select kind, state from outbox where message_id like '%' || :id || '%' order by id`,
        { id },
      )
    ).map(({ kind, state }) => `${kind} ${state}`);

  /** A drain beside that of the order's workflow may have claimed the last letter: it is sent a moment later. */
  const mailed = (id: string, all: readonly string[]) =>
    eventually(
      () => mails(id),
      (found) => found.length === all.length && found.every((mail) => mail.endsWith(' sent')),
    );

  it('is approved by a rule up to its amount, and expires where nobody decides', async () => {
    const rule = { view: 'service_provider', product: 'backup', currency: 'EUR', amount: '240.00' };
    await programme.settings({ orders: { approveUpTo: [rule], expireAfterDays: seconds(3) } });
    expect((await quote(wanted())).json.approvedByRule).toBe(true);
    const { id } = (await place(wanted())).json;
    await eventually(
      () => show(id),
      ({ state }) => state === 'approved',
    );
    expect(await show(id)).toMatchObject({ decidedBy: { kind: 'kontor' }, decidedHow: 'rule' });
    await ended(id);
    expect(await mailed(id, ['orderApproved sent'])).toEqual(['orderApproved sent']);
    await recordHistory(programme.app.client, orderWorkflowId(id), 'order-by-rule');
    const dearer = (await place(wanted({ count: 11 }))).json;
    await eventually(
      () => show(dearer.id),
      ({ state }) => state === 'expired',
    );
    expect(await ended(dearer.id)).toEqual({ state: 'expired' });
    expect(await mailed(dearer.id, ['orderPlaced sent', 'orderExpired sent'])).toEqual([
      'orderPlaced sent',
      'orderExpired sent',
    ]);
    await recordHistory(programme.app.client, orderWorkflowId(dearer.id), 'order-expired');
    await programme.settings({});
  });

  it('of a product enables it, where the programme asks for an order; every other is open to all', async () => {
    await programme.settings({ orders: { enabledByOrder: ['endpoint'] } });
    const site = (product: string, name: string) =>
      programme.call('POST', `/v1/msps/${mspId}/sites`, { programme: 'msp', name, product, tenantRefs: [] }, token);
    const refused = await site('endpoint', 'Branch');
    expect([refused.status, refused.json.code, refused.json.errors[0].field]).toEqual([
      ...[409, 'STATE_CONFLICT'],
      '/product',
    ]);
    expect((await site('firewall', 'Open')).status).toBe(201);
    const placed = await place({ kind: 'product', programme: 'msp', product: 'endpoint' });
    expect(placed.json.price).toEqual({ amount: '0.00', currency: 'EUR' });
    expect((await decide(placed.json.id, { decision: 'approve' })).json.state).toBe('approved');
    expect((await site('endpoint', 'Branch')).status).toBe(201);
    await programme.settings({});
  });

  it('is priced, confirmed, approved by the partner team, and billed with the month in which it starts', async () => {
    const quoted = await quote(wanted());
    expect(quoted.json).toMatchObject({
      price: { amount: '240.00', currency: 'EUR' },
      firstDay: today,
      approvedByRule: false,
      licence: { unitPrice: '24.00', billing: 'whole' },
    });
    const cheaper = { order: wanted(), confirmedPrice: { amount: '1.00', currency: 'EUR' } };
    expect((await programme.call('POST', path(), cheaper, token)).json).toMatchObject({
      code: 'PRICE_NOT_CONFIRMED',
      errors: [{ field: '/confirmedPrice', message: '240.00 EUR' }],
    });
    const placed = await place(wanted());
    expect(placed).toMatchObject({ status: 202, json: { state: 'placed', price: { amount: '240.00' } } });
    const { id } = placed.json;
    expect(await licences()).toHaveLength(1);
    // The partner team is asked first; a decision that comes before has no need of that letter.
    await mailed(id, ['orderPlaced sent']);
    expect(await decide(id, { decision: 'approve' })).toMatchObject({ status: 200, json: { state: 'approved' } });
    expect((await decide(id, { decision: 'refuse', reason: 'No' })).json.code).toBe('ALREADY_DECIDED');
    expect(await licences()).toContainEqual(
      expect.objectContaining({ orderId: id, count: 10, startsOn: today, unitPrice: '24.00' }),
    );
    expect(await ended(id)).toEqual({ state: 'approved' });
    expect(await mailed(id, ['orderPlaced sent', 'orderApproved sent'])).toEqual([
      'orderPlaced sent',
      'orderApproved sent',
    ]);
    await recordHistory(programme.app.client, orderWorkflowId(id), 'order-approved');

    const month = monthFixture(programme.database.db);
    const period = periodOf(new Date(), ZONE);
    const [statement] = await month.close(period, new Date(`${nextPeriod(parsePeriod(period))}-20T12:00:00Z`));
    const billed = statement?.lines.map((line) => ('licenceId' in line ? [line.kind, line.amountMinor] : null));
    // With the one that a rule has approved.
    expect(billed).toEqual([
      ['term', 240_00n],
      ['term', 240_00n],
    ]);
  });

  it('never starts in a month that was opened, whatever it wishes (rule 19)', async () => {
    const period = nextPeriod(periodOf(new Date(), ZONE));
    const wished = await quote(wanted({ startsOn: today }));
    expect([wished.json.code, wished.json.errors[0].field]).toEqual(['PERIOD_OPENED', '/startsOn']);
    expect((await quote(wanted())).json.firstDay).toBe(`${period}-01`);
    const over = await quote(wanted({ startsOn: '2026-01-01', count: 10_000_000 }));
    expect([over.status, over.json.errors[0].field]).toEqual([422, '/startsOn']);
  });

  it('without a price is refused: nothing can be ordered for nothing', async () => {
    const unpriced = await quote(wanted({ meter: 'backup.workstation_agent' }));
    expect([unpriced.json.code, unpriced.json.errors[0].field]).toEqual(['PRICE_MISSING', '/meter']);
    const foreign = await quote(wanted({ meter: 'mail-server.mailbox' }));
    expect(foreign.json.code).toBe('METER_UNKNOWN');
    const direct = await programme.call('POST', `/v1/msps/${mspId}/term-licences`, wanted(), token);
    expect([404, 405]).toContain(direct.status);
  });

  it('is refused with a reason, which the MSP reads', async () => {
    const { id } = (await place(wanted())).json;
    await mailed(id, ['orderPlaced sent']);
    expect((await decide(id, { decision: 'refuse' })).json.code).toBe('REASON_REQUIRED');
    expect((await decide(id, { decision: 'refuse', reason: 'No contract yet' })).json.state).toBe('refused');
    expect(await show(id)).toMatchObject({ state: 'refused', reason: 'No contract yet', decidedHow: 'person' });
    await ended(id);
    expect(await mailed(id, ['orderPlaced sent', 'orderRefused sent'])).toEqual([
      'orderPlaced sent',
      'orderRefused sent',
    ]);
    await recordHistory(programme.app.client, orderWorkflowId(id), 'order-refused');
  });

  it('is withdrawn by who ordered; nothing is left to decide', async () => {
    const { id } = (await place(wanted())).json;
    const withdrawn = await programme.call('POST', `${path()}/${id}/withdraw`, {}, token);
    expect(withdrawn.json).toMatchObject({ state: 'withdrawn' });
    expect((await decide(id, { decision: 'approve' })).json.code).toBe('ALREADY_DECIDED');
    expect(await licences()).toHaveLength(2);
    await ended(id);
    await recordHistory(programme.app.client, orderWorkflowId(id), 'order-withdrawn');
  });

  /** An order whose API was killed right after its commit: kept, and without a workflow. */
  const keptAlone = async () => {
    const { id } = (await place(wanted())).json;
    const copy = randomUUID();
    await programme.query(
      `insert into purchase_order select (jsonb_populate_record(o, jsonb_build_object('id', :copy::text, 'state', 'placed',
         'decided_at', null, 'workflow_started_at', null))).* from purchase_order o where id = :id`,
      { id, copy },
    );
    return copy;
  };

  it('that was kept and not started gets its workflow with the next that is kept, once', async () => {
    const id = await keptAlone();
    await place(wanted());
    const started = await eventually(
      () =>
        programme.query<{ at: Date | null }>('select workflow_started_at as at from purchase_order where id = :id', {
          id,
        }),
      ([row]) => row !== undefined && row.at !== null,
    );
    expect(started).toHaveLength(1);
    expect((await programme.app.client.workflow.getHandle(orderWorkflowId(id)).describe()).status.name).toBe('RUNNING');
    expect((await decide(id, { decision: 'refuse', reason: 'No' })).json.state).toBe('refused');
    expect(await ended(id)).toEqual({ state: 'refused' });
  });

  it('that was kept and not started is decided all the same', async () => {
    const id = await keptAlone();
    expect((await decide(id, { decision: 'refuse', reason: 'No' })).json.state).toBe('refused');
    expect(await ended(id)).toEqual({ state: 'refused' });
  });

  it('rule 18: of the partner team is approved by another person than the one who placed it', async () => {
    const own = await programme.token('vendor');
    const { id } = (await place(wanted(), own)).json;
    expect((await programme.call('POST', `${path()}/${id}/decision`, { decision: 'approve' }, own)).json.code).toBe(
      'FOUR_EYES_REQUIRED',
    );
    expect((await show(id)).state).toBe('placed');
  });

  it('of two decisions at once one counts', async () => {
    const { id } = (await place(wanted())).json;
    const answers = await Promise.all([
      decide(id, { decision: 'approve' }),
      decide(id, { decision: 'refuse', reason: 'No' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('extends a licence at its price for the days that are left, and renews it from the day it ends', async () => {
    const [licence] = await licences();
    const extension = await quote({ kind: 'extension', licenceId: licence.id, count: 5 });
    expect(extension.json).toMatchObject({ endsOn: licence.endsOn, licence: { unitPrice: '24.00', count: 5 } });
    expect(Number(extension.json.price.amount)).toBeLessThan(120);
    const renewal = await quote({ kind: 'renewal', licenceId: licence.id, years: 2 });
    expect(renewal.json).toMatchObject({ firstDay: licence.endsOn, price: { amount: '480.00' } });
    const early = await quote({ kind: 'renewal', licenceId: licence.id, years: 2, startsOn: today });
    expect(early.json.errors[0].field).toBe('/startsOn');
  });

  it('its licence can be ended early with a reason, not in a month that was opened', async () => {
    const [licence] = await licences();
    const end = (endsOn: string) =>
      programme.call('POST', `/v1/msps/${mspId}/term-licences/${licence.id}/end`, { endsOn, reason: 'Site closed' });
    expect((await end(today)).json.code).toBe('PERIOD_OPENED');
    const day = `${nextPeriod(nextPeriod(periodOf(new Date(), ZONE)))}-10`;
    expect(await end(day)).toMatchObject({ status: 200, json: { endsOn: day, endReason: 'Site closed' } });
    const billed = { count: 5, reason: 'Typing error' };
    const path = `/v1/msps/${mspId}/term-licences/${licence.id}`;
    expect((await programme.call('PATCH', path, billed)).json.code).toBe('PERIOD_OPENED');
    expect((await programme.call('PATCH', `/v1/msps/${mspId}/term-licences/${mspId}`, billed)).status).toBe(404);
  });
});

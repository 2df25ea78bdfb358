import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settle } from '../../activities/orders/settle.js';
import { quoteOrder } from '../../api/orders/quoteOrder.js';
import { ALL } from '../../db/connect.js';
import { insertOrder } from '../../db/orders/orderStore.js';
import { findTermLicence } from '../../db/prices/termLicenceStore.js';
import { PARTNER_TEAM } from '../../db/parties/companyStore.js';
import { TERMINAL, type Actor } from '../../domain/access/actor.js';
import { termEnd } from '../../domain/licences/term.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const USER: Actor = { kind: 'person', id: 'msp', name: 'MSP' };
const TEAM: Actor = { kind: 'person', id: 'team', name: 'Partner team' };

/** Half up, by whole numbers alone: an amount in minor units. */
const halfUp = (numerator: bigint, denominator: bigint) => (2n * numerator + denominator) / (2n * denominator);

describe('orders that are late, doubled, foreign or overtaken', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let distributorId: string;
  let planId: string;
  let mspId: string;
  let site: Awaited<ReturnType<typeof month.site>>;

  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    planId = await month.pricePlan({
      currency: 'EUR',
      prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } },
      termPrices: { [MAILBOX]: { unitPrice: '23.50', billing: 'whole' } },
    });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    site = await month.site({ mspId, name: 'branch' });
  });
  afterAll(() => database.drop());

  type Ordered = Parameters<typeof quoteOrder>[1];
  const at = (text: string) => new Date(text.length === 10 ? `${text}T10:00:00Z` : text);
  const quote = (day: string, ordered: Ordered, of = mspId) =>
    database.db.transaction(ALL, (trx) =>
      quoteOrder(trx, ordered, { mspId: of, view: 'service_provider', at: at(day) }),
    );
  const place = async (day: string, ordered: Ordered, of = mspId, placedBy = USER) => {
    const id = randomUUID();
    const { order } = await quote(day, ordered, of);
    await database.db.transaction(ALL, (trx) =>
      insertOrder(trx, {
        ...{ ...order, mspId: of, id, state: 'placed', placedAt: at(day), placedBy, placedView: 'service_provider' },
        ...{ decidedAt: null, decidedBy: null, decidedHow: null, reason: null },
      }),
    );
    return { id, amountMinor: order.amountMinor };
  };
  const approve = (day: string, orderId: string, of = mspId, actor = TEAM) =>
    database.db.transaction(ALL, (trx) =>
      settle(trx, {
        ...{ mspId: of, orderId, end: 'approve', reason: null, how: 'person', actor },
        at: at(day).toISOString(),
      }),
    );
  const licence = async (id: string, of = mspId) => {
    const found = await database.db.transaction(ALL, (trx) => findTermLicence(trx, of, id));
    if (found === undefined) throw new Error('there is no such licence');
    return found;
  };
  const wanted = (over: object = {}): Ordered => ({
    ...{ kind: 'licence', siteId: site.siteId, meter: MAILBOX, count: 7, years: 3 },
    ...over,
  });
  const made = async (day: string, over: object = {}) => {
    const { id } = await place(day, wanted(over));
    await approve(day, id);
    return id;
  };
  const code = (expected: string) => expect.objectContaining({ code: expected });
  const unitPrice = (price: string) =>
    month.run('update price_plan set term_prices = :prices where id = :planId', {
      planId,
      prices: JSON.stringify({ [MAILBOX]: { unitPrice: price, billing: 'whole' } }),
    });

  it('an extension costs its days of all days, the leap day among them, rounded once: 7 × 23.50 × 3 × 1077 / 1096', async () => {
    // 10 February 2026 to 10 February 2029: 365 + 365 + 366 days. 18 days of February and 1 March are gone: 19.
    const id = await made('2026-02-10', { count: 2 });
    const { amountMinor } = await quote('2026-03-01', { kind: 'extension', licenceId: id, count: 7 }).then(
      ({ order }) => order,
    );
    expect(amountMinor).toBe(halfUp(7n * 2350n * 3n * 1077n, 1096n));
    expect(amountMinor).toBe(484_94n);
  });

  it('half a cent is rounded up, once: 1 × 1.825 × 319 / 365 is 1.595', async () => {
    await unitPrice('1.825');
    const { id, amountMinor } = await place('2026-01-15', wanted({ count: 1, years: 1 }));
    expect(amountMinor).toBe(1_83n);
    await approve('2026-01-15', id);
    const { order } = await quote('2026-03-02', { kind: 'extension', licenceId: id, count: 1 });
    expect(order.amountMinor).toBe(1_60n);
    await unitPrice('23.50');
  });

  it('an extension that is approved later than it was quoted covers fewer days, and costs no more', async () => {
    const id = await made('2026-02-10', { years: 1 });
    const late = await place('2026-03-01', { kind: 'extension', licenceId: id, count: 5 });
    // 346 of 365 days from 1 March, 337 from 10 March.
    expect(late.amountMinor).toBe(halfUp(5n * 2350n * 346n, 365n));
    await approve('2026-03-10', late.id);
    expect(await licence(late.id)).toMatchObject({ startsOn: '2026-03-10', endsOn: '2027-02-10', years: 1 });
    const month3 = await month.close('2026-03', at('2026-04-20'));
    const line = month3[0]?.lines.find((one) => 'licenceId' in one && one.licenceId === late.id);
    expect(line?.amountMinor).toBe(halfUp(5n * 2350n * 337n, 365n));
    expect(line?.amountMinor).toBeLessThan(late.amountMinor);
  });

  it('two extensions of one licence at once are two, each for what is left', async () => {
    const id = await made('2026-05-01');
    const both = await Promise.all(
      [1, 2].map(() => place('2026-06-01', { kind: 'extension', licenceId: id, count: 5 })),
    );
    await Promise.all(both.map((one) => approve('2026-06-01', one.id)));
    for (const one of both) expect(await licence(one.id)).toMatchObject({ extends: id, endsOn: '2029-05-01' });
  });

  it('no extension outlives its term, or begins once that is over or was ended', async () => {
    const id = await made('2026-05-01', { years: 1 });
    const beyond = quote('2026-06-01', { kind: 'extension', licenceId: id, count: 5, startsOn: '2027-05-01' });
    await expect(beyond).rejects.toThrow(code('STATE_CONFLICT'));
    const overtaken = await place('2027-04-30', { kind: 'extension', licenceId: id, count: 5 });
    await expect(approve('2027-05-01', overtaken.id)).rejects.toThrow(code('STATE_CONFLICT'));
    const ended = await made('2026-05-01', { years: 1 });
    const waiting = await place('2026-06-01', { kind: 'extension', licenceId: ended, count: 5 });
    await month.run(`update term_licence set ends_on = '2026-09-01', ended_at = now() where id = :ended`, { ended });
    await expect(approve('2026-06-02', waiting.id)).rejects.toThrow(code('STATE_CONFLICT'));
    const [order] = await month.run<{ state: string }>('select state from purchase_order where id = :id', waiting);
    expect(order).toEqual({ state: 'placed' });
  });

  it('a licence is renewed once: of two renewals the second is refused, whether quoted or approved', async () => {
    const id = await made('2026-05-01', { years: 1 });
    const renewal = { kind: 'renewal', licenceId: id, years: 1 } as const;
    const [first, second] = [await place('2027-04-01', renewal), await place('2027-04-01', renewal)];
    const approvals = await Promise.allSettled([approve('2027-04-02', first.id), approve('2027-04-02', second.id)]);
    expect(approvals.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(quote('2027-04-03', renewal)).rejects.toThrow(code('STATE_CONFLICT'));
  });

  it('a renewal follows without a gap, and after the end from the day of approval; additions are not renewed alone', async () => {
    const id = await made('2026-05-01', { years: 1 });
    const renewal = { kind: 'renewal', licenceId: id, years: 1 } as const;
    expect(await quote('2027-04-30', renewal)).toMatchObject({ firstDay: '2027-05-01', endsOn: '2028-05-01' });
    expect(await quote('2027-06-15', renewal)).toMatchObject({ firstDay: '2027-06-15', endsOn: '2028-06-15' });
    const overlap = quote('2027-04-01', { ...renewal, startsOn: '2027-04-15' });
    await expect(overlap).rejects.toThrow(code('VALIDATION_FAILED'));
    const extension = await place('2026-06-01', { kind: 'extension', licenceId: id, count: 5 });
    await approve('2026-06-01', extension.id);
    const alone = quote('2026-07-01', { ...renewal, licenceId: extension.id });
    await expect(alone).rejects.toThrow(code('VALIDATION_FAILED'));
  });

  it('a year from 29 February ends on 28 February, and its renewal begins there', async () => {
    const id = await made('2028-02-29', { years: 1 });
    expect(await licence(id)).toMatchObject({ startsOn: '2028-02-29', endsOn: '2029-02-28' });
    const renewal = await quote('2029-02-01', { kind: 'renewal', licenceId: id, years: 1 });
    expect(renewal).toMatchObject({ firstDay: '2029-02-28', endsOn: '2030-02-28' });
    expect([termEnd('2028-02-29', 4), termEnd('2027-02-28', 1)]).toEqual(['2032-02-29', '2028-02-28']);
  });

  it.each([
    ['Pacific/Kiritimati', '2026-12-31T10:30:00Z', '2027-01-01', '2028-01-01'],
    ['Pacific/Honolulu', '2027-01-01T09:00:00Z', '2026-12-31', '2027-12-31'],
  ])('a year is a year of the zone %s', async (zone, instant, startsOn, endsOn) => {
    const far = await month.msp({ name: zone, distributorId, zone });
    const { siteId } = await month.site({ mspId: far, name: 'far' });
    const { id } = await place(instant, wanted({ siteId, years: 1 }), far);
    await approve(instant, id, far);
    expect(await licence(id, far)).toMatchObject({ startsOn, endsOn });
  });

  it('starts within 24 months; a renewal at the latest when the licence ends that it follows', async () => {
    const field = { fields: [{ field: '/startsOn' }] };
    expect((await quote('2026-05-15', wanted({ startsOn: '2028-05-15' }))).firstDay).toBe('2028-05-15');
    await expect(quote('2026-05-15', wanted({ startsOn: '2028-05-16' }))).rejects.toMatchObject(field);
    await expect(quote('2026-05-15', wanted({ startsOn: '9999-12-31' }))).rejects.toMatchObject(field);
    const id = await made('2026-05-15', { years: 5 });
    const renewal = { kind: 'renewal', licenceId: id, years: 1 } as const;
    expect((await quote('2026-05-16', renewal)).firstDay).toBe('2031-05-15');
    await expect(quote('2026-05-16', { ...renewal, startsOn: '2031-05-16' })).rejects.toMatchObject(field);
  });

  it('the price is the one that was confirmed, whatever the plan says when it is approved', async () => {
    const { id, amountMinor } = await place('2026-05-01', wanted({ years: 1 }));
    await unitPrice('99.00');
    await approve('2026-05-10', id);
    await unitPrice('23.50');
    expect([(await licence(id)).unitPrice, amountMinor]).toEqual(['23.50', 164_50n]);
  });

  it('of an MSP that is suspended, leaves or has left meanwhile nothing is approved; nor for a retired site', async () => {
    const beta = await month.msp({ name: 'MSP Beta', distributorId });
    const { siteId } = await month.site({ mspId: beta, name: 'beta' });
    const { id } = await place('2026-05-01', wanted({ siteId }), beta);
    const participation = (set: string) => month.run(`update participation set ${set} where msp_id = :beta`, { beta });
    for (const set of [
      `state = 'suspended'`,
      `state = 'left', left_period = '2026-04'`,
      `state = 'approved', left_period = '2026-04'`,
    ]) {
      await participation(set);
      await expect(approve('2026-05-02', id, beta)).rejects.toThrow(code('STATE_CONFLICT'));
    }
    await participation(`left_period = null`);
    await month.run(`update site set state = 'retired' where id = :siteId`, { siteId });
    await expect(approve('2026-05-02', id, beta)).rejects.toThrow(code('STATE_CONFLICT'));
    await month.run(`update site set state = 'active' where id = :siteId`, { siteId });
    await approve('2026-05-02', id, beta);
    expect((await licence(id, beta)).startsOn).toBe('2026-05-02');
  });

  it('another MSP’s site, tenant, licence or order is one that does not exist', async () => {
    const gamma = await month.msp({ name: 'MSP Gamma', distributorId });
    const theirs = await month.site({ mspId: gamma, name: 'theirs', tenants: ['secret'] });
    const id = await made('2026-06-01');
    const answer = (ordered: Ordered, of: string) =>
      quote('2026-06-01', ordered, of).then(
        () => 'quoted',
        (error: unknown) => (error instanceof Error ? [error.message, (error as { errors?: unknown }).errors] : error),
      );
    const unknown = randomUUID();
    expect(await answer(wanted({ siteId: theirs.siteId }), mspId)).toEqual(
      await answer(wanted({ siteId: unknown }), mspId),
    );
    expect(await answer(wanted({ tenantRef: 'secret' }), mspId)).toEqual(
      await answer(wanted({ tenantRef: 'x' }), mspId),
    );
    for (const kind of ['extension', 'renewal'] as const) {
      const foreign = { kind, licenceId: id, count: 1, years: 1 } as Ordered;
      const none = { kind, licenceId: unknown, count: 1, years: 1 } as Ordered;
      expect(await answer(foreign, gamma)).toEqual(await answer(none, gamma));
    }
    const { id: orderId } = await place('2026-06-01', wanted());
    await expect(approve('2026-06-01', orderId, gamma)).rejects.toThrow(code('NOT_FOUND'));
  });

  describe('rule 18: an order', () => {
    const account = async (table: 'person' | 'service_account', by: Actor = TERMINAL): Promise<Actor> => {
      const id = randomUUID();
      const [columns, values] =
        table === 'person'
          ? ['email, locale, zone, state', `'${id}@people.example', 'en', 'UTC', 'active'`]
          : ['company_id', `'${PARTNER_TEAM}'`];
      await database.asOwner(
        `insert into ${table} (id, name, created_at, created_by, ${columns}) values ($1::uuid, $1::text, now(), $2, ${values})`,
        [id, JSON.stringify(by)],
      );
      return { kind: table, id, name: id };
    };
    const refused = async (orders: Actor, approves: Actor) => {
      const { id } = await place('2026-06-01', wanted(), mspId, orders);
      await expect(approve('2026-06-02', id, mspId, approves)).rejects.toThrow(code('FOUR_EYES_REQUIRED'));
      await approve('2026-06-02', id);
    };

    it('is not approved by who placed it, nor through a service account of hers, in either direction', async () => {
      const anna = await account('person');
      const hers = await account('service_account', anna);
      await refused(anna, hers);
      await refused(hers, anna);
      await refused(anna, anna);
    });

    it('is not approved by an alias that the orderer has invited, nor by who has invited the orderer', async () => {
      const anna = await account('person');
      const alias = await account('person', anna);
      await refused(anna, alias);
      await refused(alias, anna);
      await refused(await account('service_account', anna), alias);
      await refused(anna, await account('person', await account('service_account', anna)));
    });

    it('is approved by no service account at all, whoever made it', async () => {
      await refused(await account('person'), await account('service_account', await account('person')));
      await refused(USER, await account('service_account'));
    });

    it('is approved by another person, also where one administrator has invited both', async () => {
      const administrator = await account('person');
      const [orders, approves] = [await account('person', administrator), await account('person', administrator)];
      const { id } = await place('2026-06-01', wanted(), mspId, orders);
      expect((await approve('2026-06-02', id, mspId, approves)).state).toBe('approved');
    });
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { watchContact } from '../../workflows/watchContact.js';
import { recordHistory } from '../support/histories.js';
import { monthFixture } from '../support/month.js';
import { createProgramme, type Programme } from '../support/programme.js';

const MAILBOX = 'mail-server.mailbox';

describe('rule 22: the end of a term licence', () => {
  let programme: Programme;
  let month: ReturnType<typeof monthFixture>;
  let mspId: string;
  beforeAll(async () => {
    programme = await createProgramme();
    ({ mspId } = await programme.approvedMsp());
    month = monthFixture(programme.database.db);
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2' } } });
  });
  afterAll(() => programme.stop());

  /** Ten mailboxes for a year that is over on 1 March 2026, at a site of that name. */
  const licence = async (name: string, of = mspId) => {
    const site = await month.site({ mspId: of, name });
    const term = { meter: MAILBOX, count: 10, from: '2025-03-01', until: '2026-03-01' } as const;
    return { site, id: await month.licence(site, term) };
  };
  const watch = async (now: string) => {
    const workflowId = `watch-contact-${randomUUID()}`;
    const { taskQueue, client } = programme.app;
    const { reminded } = await client.workflow.execute(watchContact, { workflowId, taskQueue, args: [{ now }] });
    return { workflowId, reminded };
  };
  const letters = async (id: string) =>
    (
      await programme.query<{ recipient: string; daysLeft: string }>(
        `select recipient, params ->> 'daysLeft' as "daysLeft" from outbox
         where kind = 'licenceEnds' and params ->> 'licenceId' = :id order by id`,
        { id },
      )
    ).map(({ recipient, daysLeft }) => `${recipient.startsWith('partners@') ? 'team' : 'msp'} ${daysLeft}`);

  it('is told 60, 30 and 7 days before, and when it has come, to the MSP; then to the partner team too: each once', async () => {
    const { id } = await licence('Told');
    const course: string[][] = [];
    for (const day of ['2025-12-31', '2026-01-30', '2026-02-22', '2026-02-28', '2026-03-01', '2026-03-02']) {
      await watch(`${day}T02:30:00Z`);
      await watch(`${day}T02:30:00Z`);
      course.push(await letters(id));
    }
    expect(course.map((told) => told.length)).toEqual([1, 2, 3, 3, 5, 5]);
    expect(course.at(-1)).toEqual(['msp 60', 'msp 30', 'msp 7', 'msp 0', 'team 0']);
    const [first] = await programme.query(
      `select locale, params - 'vendorName' - 'mspName' as params from outbox where params ->> 'licenceId' = :id
       order by id limit 1`,
      { id },
    );
    expect(first).toEqual({
      locale: 'it',
      params: {
        ...{ licenceId: id, productName: 'Mail server', siteName: 'Told', tenantName: null, count: 10 },
        ...{ lastDay: '2026-02-28', daysLeft: 60 },
      },
    });
  });

  it('comes by the days of the MSP’s own zone', async () => {
    const { id } = await licence('Midnight');
    await watch('2025-12-30T22:59:59Z');
    expect(await letters(id)).toEqual([]);
    await watch('2025-12-30T23:00:00Z');
    expect(await letters(id)).toEqual(['msp 60']);
  });

  it('is told by the step that is due: those that were missed are left out', async () => {
    const { id } = await licence('Late');
    await watch('2026-02-25T02:30:00Z');
    expect(await letters(id)).toEqual(['msp 4']);
    await watch('2026-03-10T02:30:00Z');
    expect(await letters(id)).toEqual(['msp 4', 'msp 0', 'team 0']);
  });

  it('counts what was added to it, which gets no letter of its own', async () => {
    const { id, site } = await licence('Extended');
    const extension = await month.licence(site, {
      ...{ meter: MAILBOX, count: 5, from: '2025-06-01', until: '2026-03-01' },
      extends: { id, from: '2025-03-01' },
    });
    await watch('2026-01-30T02:30:00Z');
    expect(await letters(extension)).toEqual([]);
    const [letter] = await programme.query(
      `select params ->> 'count' as count from outbox where params ->> 'licenceId' = :id`,
      { id },
    );
    expect(letter).toEqual({ count: '15' });
  });

  it('is no more told while its renewal is ordered, again where that is refused, and never once it is renewed', async () => {
    const { id, site } = await licence('Renewed');
    const renewal = randomUUID();
    const state = (to: string, decidedAt: string | null) =>
      programme.query(
        `insert into purchase_order select (jsonb_populate_record(o, jsonb_build_object('id', :renewal::text, 'kind', 'renewal',
           'licence_id', id, 'state', :to::text, 'decided_at', :decidedAt::text, 'workflow_started_at', now()))).*
         from purchase_order o where id = :id
         on conflict (msp_id, id) do update set state = excluded.state, decided_at = excluded.decided_at`,
        { id, renewal, to, decidedAt },
      );
    await state('placed', null);
    await watch('2026-01-30T02:30:00Z');
    expect(await letters(id)).toEqual([]);
    await state('refused', '2026-01-31T00:00:00Z');
    await watch('2026-01-31T02:30:00Z');
    expect(await letters(id)).toEqual(['msp 29']);
    const next = await month.licence(site, { meter: MAILBOX, count: 10, from: '2026-03-01', until: '2027-03-01' });
    await programme.query('update term_licence set renews = :id where id = :next', { id, next });
    await watch('2026-03-01T02:30:00Z');
    expect(await letters(id)).toEqual(['msp 29']);
  });

  it('is not told of a licence that was ended early, of a retired site, or of an MSP that has left', async () => {
    const early = await licence('Ended early');
    await programme.query(`update term_licence set ends_on = '2026-01-15', ended_at = now() where id = :id`, early);
    const retired = await licence('Retired');
    await programme.query(`update site set state = 'retired' where id = :siteId`, retired.site);
    const left = await month.msp({ name: 'Left', distributorId: programme.distributorId, left: '2025-12' });
    const gone = await licence('Gone', left);
    await watch('2026-01-30T02:30:00Z');
    await watch('2026-03-01T02:30:00Z');
    for (const { id } of [early, retired, gone]) expect(await letters(id)).toEqual([]);
  });

  it('is told on the days that the programme sets', async () => {
    await programme.settings({ termLicences: { remindBeforeEndDays: [90] } });
    const { id } = await licence('Ninety');
    const { workflowId, reminded } = await watch('2025-12-01T02:30:00Z');
    expect(reminded).toBeGreaterThan(0);
    await watch('2026-01-30T02:30:00Z');
    expect(await letters(id)).toEqual(['msp 90']);
    await programme.settings({});
    await recordHistory(programme.app.client, workflowId, 'watchContact-licence-ends');
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decideCase } from '../../activities/decideCase.js';
import { insertDecision } from '../../db/access/decisionStore.js';
import { insertPerson } from '../../db/access/personStore.js';
import { insertServiceAccount } from '../../db/access/serviceAccountStore.js';
import { ALL } from '../../db/connect.js';
import { PARTNER_TEAM } from '../../db/parties/companyStore.js';
import { TERMINAL, type Actor } from '../../domain/access/actor.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const PERIOD = '2026-03';
const NOW = '2026-04-06T10:00:00.000Z';

/** February came to 20.00, March comes to 40.00: the MSP is parked until a second person confirms. */
describe('rule 18: a total that moved is confirmed by a second person', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let mspId: string;
  let caseId: string;

  const person = async (name: string, by: Actor = TERMINAL): Promise<Actor> => {
    const id = randomUUID();
    const who = { id, name, email: `${id}@people.example`, locale: 'en', zone: 'UTC', state: 'active' } as const;
    await database.db.transaction(ALL, (trx) => insertPerson(trx, who, { at: new Date(NOW), by }));
    return { kind: 'person', id, name };
  };
  const serviceAccount = async (name: string, by: Actor): Promise<Actor> => {
    const id = randomUUID();
    const account = { id, companyId: PARTNER_TEAM, name, at: new Date(NOW), by };
    await database.db.transaction(ALL, (trx) => insertServiceAccount(trx, account));
    return { kind: 'service_account', id, name };
  };
  const openedBy = (actor: Actor) =>
    month.run(`update billing_run set opened_by = :actor where period = :period`, {
      actor: JSON.stringify(actor),
      period: PERIOD,
    });

  /** As the API does: keeps the decision, then tells the workflow's activity its id. */
  const decide = async (
    actor: Actor,
    of: { caseId: string; decision: string; quantity?: number; seen?: string | null },
  ) => {
    const id = randomUUID();
    const { decision, quantity = null, seen = null } = of;
    const content = { decision, quantity, reason: 'said so', seenResolvedAt: seen };
    const subject = `case:${of.caseId}`;
    await database.db.transaction(ALL, (trx) =>
      insertDecision(trx, { id, kind: 'case', subject, content, actor, at: new Date(NOW) }),
    );
    return tell(of.caseId, id);
  };
  const tell = (of: string, decisionId: string) =>
    decideCase(database)({ programme: 'msp', period: PERIOD, mspId, caseId: of, decisionId, now: NOW });
  const confirm = (actor: Actor) => decide(actor, { caseId, decision: 'confirm' });

  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const site = await month.site({ mspId, name: 'site' });
    await month.report(site, { period: '2026-02', lines: [{ tenant: 'main', meter: MAILBOX, peak: 20 }] });
    await month.report(site, { period: PERIOD, lines: [{ tenant: 'main', meter: MAILBOX, peak: 40 }] });
    await month.checkIn(site, { at: '2026-03-15T10:00:00Z', tenant: 'main', meter: MAILBOX, count: 45 });
    await month.close('2026-02');
    await month.openAndReconcile(PERIOD);
    await month.endReviewAndIssue(PERIOD);
    caseId = (await month.cases(PERIOD)).find(({ kind }) => kind === 'total_moved')?.id ?? '';
  });
  afterAll(() => database.drop());

  const refused = { code: 'FOUR_EYES_REQUIRED' };

  it('not by who opened the run, under whatever name of the day', async () => {
    const opener = await person('Opener');
    await openedBy(opener);
    await expect(confirm(opener)).rejects.toMatchObject(refused);
    await expect(confirm({ ...opener, name: 'Renamed' })).rejects.toMatchObject(refused);
  });

  it('not by a service account, nor by who made the service account that opened the run', async () => {
    const opener = await person('Opener');
    const machine = await serviceAccount('Nightly', opener);
    await openedBy(machine);
    await expect(confirm(machine)).rejects.toMatchObject(refused);
    await expect(confirm(await serviceAccount('Other', TERMINAL))).rejects.toMatchObject(refused);
    await expect(confirm(opener)).rejects.toMatchObject(refused);
  });

  it('not by an alias that the opener made, directly or by a service account, nor by who made the opener', async () => {
    const maker = await person('Maker');
    const opener = await person('Opener', maker);
    await openedBy(opener);
    await expect(confirm(await person('Alias', opener))).rejects.toMatchObject(refused);
    const machine = await serviceAccount('Account maker', opener);
    await expect(confirm(await person('Second alias', machine))).rejects.toMatchObject(refused);
    await expect(confirm(maker)).rejects.toMatchObject(refused);
  });

  it('not by an alias of who made the service account that opened the run', async () => {
    const opener = await person('Opener');
    await openedBy(await serviceAccount('Nightly for the alias', opener));
    await expect(confirm(await person('Alias', opener))).rejects.toMatchObject(refused);
  });

  it('not on a decision that nobody made over the API, or that was made on another case', async () => {
    await expect(tell(caseId, randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const second = await person('Second');
    const id = randomUUID();
    const content = { decision: 'confirm', quantity: null, reason: null, seenResolvedAt: null };
    const elsewhere = { id, kind: 'case', subject: `case:${randomUUID()}`, content, actor: second } as const;
    await database.db.transaction(ALL, (trx) => insertDecision(trx, { ...elsewhere, at: new Date(NOW) }));
    await expect(tell(caseId, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('case 59: of two opposite decisions on one case at once the second is told of the first', async () => {
    const [first, second] = [await person('First'), await person('Second')];
    const mismatch = (await month.cases(PERIOD)).find(({ kind }) => kind === 'report_mismatch')?.id ?? '';
    await month.run(`update discrepancy set state = 'open', resolved_by = null, resolved_at = null where id = :id`, {
      id: mismatch,
    });
    await decide(first, { caseId: mismatch, decision: 'accept_reported' });
    const opposite = { caseId: mismatch, decision: 'accept_observed' };
    await expect(decide(second, opposite)).rejects.toMatchObject({ code: 'REVIEW_ENDED' });
    await month.run(`update run_participant set state = 'open' where period = :period`, { period: PERIOD });
    await month.run(`update run_shard set stage = 'review' where period = :period`, { period: PERIOD });
    await expect(decide(second, opposite)).rejects.toMatchObject({ code: 'ALREADY_DECIDED' });
    expect(await decide(second, { ...opposite, seen: NOW })).toMatchObject({ state: 'settled' });
    await month.run(`update run_participant set state = 'parked' where period = :period`, { period: PERIOD });
    await expect(confirm(second)).rejects.toMatchObject(refused);
  });

  it('but by another person, whose id the audit trail names', async () => {
    const another = await person('Another');
    expect(await confirm(another)).toMatchObject({ state: 'settled' });
    const [event] = await month.run<{ actor: Actor }>(
      `select actor from audit_event where subject = :subject order by id desc limit 1`,
      { subject: `case:${caseId}` },
    );
    expect(event?.actor).toEqual(another);
  });
});

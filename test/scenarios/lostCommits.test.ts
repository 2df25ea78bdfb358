import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applyDefaults } from '../../activities/applyDefaults.js';
import { issueStatements } from '../../activities/issueStatements.js';
import { sealPeriod } from '../../activities/sealPeriod.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const PERIOD = '2026-03';
const run = { programme: 'msp', period: PERIOD, now: '2026-04-08T12:00:00Z' };
const shard = { ...run, shard: 1 };

/** As after a failover to a replica that was a moment behind: what was confirmed is gone, and Temporal goes on. */
describe('a close whose database has lost what it confirmed', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({
      currency: 'EUR',
      minimumMinor: 0n,
      prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2' } },
    });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const site = await month.site({ mspId, name: 'one' });
    await month.report(site, { period: PERIOD, lines: [{ tenant: null, meter: MAILBOX, peak: 10 }] });
    await month.openAndReconcile(PERIOD);
  });
  afterAll(() => database.drop());

  const stands = async () => ({
    stages: (await month.run<{ stage: string }>('select stage from run_shard')).map(({ stage }) => stage),
    statements: (await month.run('select number from statement')).length,
    state: (await month.run<{ state: string }>('select state from billing_run'))[0]?.state,
  });
  const lostAt = (stage: string) => month.run('update run_shard set stage = :stage returning shard', { stage });

  it('does not end the review of a shard that it has not got as reconciled', async () => {
    await lostAt('reconcile');
    await expect(applyDefaults(database)(shard)).rejects.toMatchObject({ code: 'DATABASE_BEHIND', retryable: false });
    expect(await stands()).toEqual({ stages: ['reconcile'], statements: 0, state: 'open' });
  });

  it('issues nothing of a shard whose review has not ended', async () => {
    await lostAt('review');
    await expect(issueStatements(database)({ ...shard, from: 0, to: 1 })).rejects.toMatchObject({
      code: 'DATABASE_BEHIND',
    });
    expect(await stands()).toEqual({ stages: ['review'], statements: 0, state: 'open' });
  });

  it('is not sealed while an MSP is neither issued nor parked, and says what to do', async () => {
    await expect(sealPeriod(database)(run)).rejects.toThrow(
      '1 MSPs are neither issued nor parked: the database has lost what it had confirmed. Once it is whole, start the ' +
        'close of msp:2026-03 again (`kontor close`): it does what is missing, and nothing twice.',
    );
    expect(await stands()).toMatchObject({ statements: 0, state: 'open' });
  });

  it('is sealed once that is done', async () => {
    await month.endReviewAndIssue(PERIOD);
    await sealPeriod(database)(run);
    expect(await stands()).toMatchObject({ statements: 1, state: 'sealed' });
  });

  it('case 48: its seal is over the audit trail with the event that tells of it', async () => {
    const [sealed] = await month.run<{ id: string }>(
      `select id from audit_event where action = 'run.sealed' and subject = 'run:msp:2026-03'`,
    );
    const [anchored] = await month.run<{ id: string }>(`select audit_head ->> 'id' as id from billing_run`);
    expect(anchored).toEqual(sealed);
  });
});

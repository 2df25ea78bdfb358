import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL } from '../../db/connect.js';
import { completenessOf } from '../../db/closing/completeness.js';
import { nextPeriod, parsePeriod } from '../../domain/period.js';
import type { Statement } from '../../domain/statement.js';
import { verifyAll } from '../../verify/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const SCAN = 'scanner.scan';

/** Site, tenant and meter of each usage line, with what it came to. */
function lines(statements: readonly Statement[]) {
  return statements.flatMap((statement) =>
    statement.lines.flatMap((line) =>
      line.kind === 'usage' ? [{ site: line.siteName, peak: line.peak, basis: line.basis }] : [],
    ),
  );
}

describe('installations in the close', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let mspId: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const prices = {
      [MAILBOX]: { model: 'per_unit', unitPrice: '2' },
      [SCAN]: { model: 'per_unit', unitPrice: '2' },
    } as const;
    await month.pricePlan({ currency: 'EUR', prices });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
  });
  afterEach(() => database.drop());

  const seen = (of: Awaited<ReturnType<typeof month.site>>, at: string, count: number, installation?: string) =>
    month.checkIn(of, {
      at,
      tenant: 'main',
      meter: MAILBOX,
      count,
      ...(installation === undefined ? {} : { installation }),
    });
  const reported = (of: Awaited<ReturnType<typeof month.site>>, period: string, peak: number, installation?: string) =>
    month.report(of, {
      period,
      lines: [{ tenant: 'main', meter: MAILBOX, peak }],
      ...(installation === undefined ? {} : { installation }),
    });
  /** Activates one more installation of a site, under a key of its own where one is given. */
  const install = async (of: Awaited<ReturnType<typeof month.site>>, at: string, keyId = of.keyId) => {
    const id = randomUUID();
    await month.run(
      `insert into installation (msp_id, site_id, id, metered_key_id, enrolled_by, product_version, activated_at)
       values (:mspId, :siteId, :id, :keyId, 'key', '20.0.0', :at)`,
      { mspId, siteId: of.siteId, id, keyId, at },
    );
    return id;
  };
  const replace = (installation: string, by: string, at: string, forFree = true) =>
    month.run(
      'update installation set replaced_by = :by, replaced_at = :at, replaced_for_free = :forFree where id = :installation',
      { installation, by, at, forFree },
    );

  it('case 12: of two installations with 40 and 10 the first falls silent: 50, of which its 40 are estimated', async () => {
    const site = await month.site({ mspId, name: 'two', installations: 2 });
    const [first, second] = site.installations;
    await reported(site, '2026-04', 40, first);
    await reported(site, '2026-04', 10, second);
    await month.close('2026-04');
    await reported(site, '2026-05', 10, second);
    expect(lines(await month.close('2026-05'))).toEqual([{ site: 'two', peak: 50, basis: 'estimated' }]);
    const missing = (await month.cases('2026-05')).find(({ kind }) => kind === 'missing_report');
    expect(missing?.evidence).toEqual({ installations: 2, silent: 1 });
  });

  it('case 12, a relative: one reports 10 and is seen with 51 while the other is silent: 91, of which its 40 are estimated', async () => {
    const site = await month.site({ mspId, name: 'two', installations: 2 });
    const [first, second] = site.installations;
    await reported(site, '2026-04', 40, first);
    await reported(site, '2026-04', 10, second);
    // Large enough that nothing here moves the total by a quarter.
    const large = await month.site({ mspId, name: 'large' });
    for (const period of ['2026-04', '2026-05']) await reported(large, period, 500);
    await month.close('2026-04');
    await reported(site, '2026-05', 10, second);
    await seen(site, '2026-05-20T10:00:00Z', 51, second);
    const ofTwo = lines(await month.close('2026-05')).filter(({ site: name }) => name === 'two');
    expect(ofTwo).toEqual([{ site: 'two', peak: 91, basis: 'estimated' }]);
  });

  it('case 12: both silent and unseen: what each was last known to use, and nothing of one that was retired', async () => {
    const site = await month.site({ mspId, name: 'two', installations: 2 });
    const [first, second] = site.installations;
    await reported(site, '2026-04', 40, first);
    await reported(site, '2026-04', 10, second);
    // Large enough that nothing here moves the total by a quarter.
    const large = await month.site({ mspId, name: 'large' });
    for (const period of ['2026-04', '2026-05', '2026-06']) await reported(large, period, 500);
    const ofTwo = async (period: string) => lines(await month.close(period)).filter(({ site: name }) => name === 'two');
    await ofTwo('2026-04');
    expect(await ofTwo('2026-05')).toEqual([{ site: 'two', peak: 50, basis: 'estimated' }]);
    await month.run(`update installation set retired_at = '2026-05-31T12:00:00Z' where id = :first`, {
      first: first ?? '',
    });
    expect(await ofTwo('2026-06')).toEqual([{ site: 'two', peak: 10, basis: 'estimated' }]);
  });

  it('case 16: a key revoked as of 15 May, rotated; its installation goes on, a new one reports 5: 10, and a case', async () => {
    const site = await month.site({ mspId, name: 'stolen', revokedAt: '2026-05-15T00:00:00Z' });
    await seen(site, '2026-05-10T10:00:00Z', 5);
    await seen(site, '2026-05-20T10:00:00Z', 90);
    const keyId = randomUUID();
    await month.run(
      `insert into metered_key (msp_id, id, kind, site_id, key_hash, state, issued_at)
       values (:mspId, :keyId, 'metered', :siteId, decode(md5(:keyId), 'hex'), 'active', '2026-05-25T00:00:00Z')`,
      { mspId, siteId: site.siteId, keyId },
    );
    const next = await install(site, '2026-05-25T10:00:00Z', keyId);
    await seen(site, '2026-05-26T10:00:00Z', 5, next);
    await reported(site, '2026-05', 5, next);
    expect(lines(await month.close('2026-05'))).toMatchObject([{ site: 'stolen', peak: 10 }]);
    const found = (await month.cases('2026-05')).filter(({ kind }) => kind === 'usage_after_revocation');
    expect(found.map(({ evidence }) => evidence)).toEqual([
      { revokedAt: '2026-05-15T00:00:00.000Z', usedOn: '2026-05-20', upToRevocation: 10 },
    ]);
  });

  it.each([
    ['which is silent: an estimate', false, 'estimated'],
    ['which reports: seen', true, 'observed'],
  ])('a key revoked as of 15 May, used on, beside a new installation %s', async (_case, reports, basis) => {
    const site = await month.site({ mspId, name: 'stolen', revokedAt: '2026-05-15T00:00:00Z' });
    await seen(site, '2026-05-10T10:00:00Z', 5);
    await seen(site, '2026-05-20T10:00:00Z', 90);
    const keyId = randomUUID();
    await month.run(
      `insert into metered_key (msp_id, id, kind, site_id, key_hash, state, issued_at)
       values (:mspId, :keyId, 'metered', :siteId, decode(md5(:keyId), 'hex'), 'active', '2026-05-25T00:00:00Z')`,
      { mspId, siteId: site.siteId, keyId },
    );
    const next = await install(site, '2026-05-25T10:00:00Z', keyId);
    await seen(site, '2026-05-26T10:00:00Z', 7, next);
    if (reports) await reported(site, '2026-05', 7, next);
    expect(lines(await month.close('2026-05'))).toEqual([{ site: 'stolen', peak: 12, basis }]);
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-08-20T00:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I6: 'holds' });
  });

  it('case 17: an MSP revokes its own key, the site goes on: billed by default, a case', async () => {
    const site = await month.site({ mspId, name: 'own', revokedAt: '2026-05-15T00:00:00Z', revokedBy: 'msp' });
    await seen(site, '2026-05-10T10:00:00Z', 5);
    await seen(site, '2026-05-20T10:00:00Z', 90);
    await seen(site, '2026-06-20T10:00:00Z', 80);
    expect(lines(await month.close('2026-05'))).toMatchObject([{ site: 'own', peak: 90 }]);
    const found = (await month.cases('2026-05')).filter(({ kind }) => kind === 'usage_after_revocation');
    expect(found.map(({ evidence }) => evidence)).toEqual([
      { revokedAt: '2026-05-15T00:00:00.000Z', usedOn: '2026-05-20', upToRevocation: 5 },
    ]);
    expect(lines(await month.close('2026-06'))).toMatchObject([{ site: 'own', peak: 80 }]);
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-08-20T00:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I6: 'holds' });
  });

  /** So much beside it that nothing moves the total by a quarter. */
  const steady = async (mailboxes = 500) => {
    const large = await month.site({ mspId, name: 'large' });
    for (const period of ['2026-05', '2026-06']) await reported(large, period, mailboxes);
  };

  it('case 16: what a site only reports of months after its revocation is a case, billed as it was up to then: nothing', async () => {
    const site = await month.site({ mspId, name: 'reports only', revokedAt: '2026-05-15T00:00:00Z' });
    await seen(site, '2026-05-10T10:00:00Z', 5);
    await reported(site, '2026-05', 5);
    await reported(site, '2026-06', 80);
    await steady();
    expect(lines(await month.close('2026-05'))).toContainEqual({ site: 'reports only', peak: 5, basis: 'reported' });
    expect(lines(await month.close('2026-06'))).toContainEqual({ site: 'reports only', peak: 0, basis: 'observed' });
    const found = (await month.cases('2026-06')).filter(({ kind }) => kind === 'usage_after_revocation');
    expect(found.map(({ evidence }) => evidence)).toEqual([
      { revokedAt: '2026-05-15T00:00:00.000Z', usedOn: '2026-06-01', upToRevocation: 0 },
    ]);
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-08-20T00:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I6: 'holds' });
  });

  it('case 17: what an MSP that revoked its own key goes on to report is billed, and a case', async () => {
    const site = await month.site({ mspId, name: 'own report', revokedAt: '2026-05-15T00:00:00Z', revokedBy: 'msp' });
    await seen(site, '2026-05-10T10:00:00Z', 5);
    await reported(site, '2026-05', 5);
    await reported(site, '2026-06', 80);
    await steady();
    await month.close('2026-05');
    expect(lines(await month.close('2026-06'))).toContainEqual({ site: 'own report', peak: 80, basis: 'reported' });
    expect((await month.cases('2026-06')).map(({ kind }) => kind)).toContain('usage_after_revocation');
  });

  const afterRevocation = async (period: string) =>
    (await month.cases(period)).filter(({ kind }) => kind === 'usage_after_revocation').map(({ evidence }) => evidence);
  const holds = async () => {
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-08-20T00:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I6: 'holds' });
  };

  it('case 16: what a site only reports, unseen, of the very month of its revocation is a case: nothing without a person', async () => {
    const site = await month.site({ mspId, name: 'reports only', revokedAt: '2026-05-15T10:00:00Z' });
    await reported(site, '2026-05', 80);
    await steady();
    expect(lines(await month.close('2026-05'))).toContainEqual({ site: 'reports only', peak: 0, basis: 'observed' });
    expect(await afterRevocation('2026-05')).toEqual([
      { revokedAt: '2026-05-15T10:00:00.000Z', usedOn: '2026-05-15', upToRevocation: 0 },
    ]);
    await holds();
  });

  it('case 16: 5 seen up to the revocation, 80 reported after it: 5 without a person; what was seen is billed as reported', async () => {
    const more = await month.site({ mspId, name: 'more', revokedAt: '2026-05-15T10:00:00Z' });
    const same = await month.site({ mspId, name: 'same', revokedAt: '2026-05-15T10:00:00Z' });
    for (const site of [more, same]) await seen(site, '2026-05-10T10:00:00Z', 5);
    await reported(more, '2026-05', 80);
    await reported(same, '2026-05', 5);
    await steady();
    const may = lines(await month.close('2026-05'));
    expect(may).toContainEqual({ site: 'more', peak: 5, basis: 'observed' });
    expect(may).toContainEqual({ site: 'same', peak: 5, basis: 'reported' });
    expect(await afterRevocation('2026-05')).toEqual([
      { revokedAt: '2026-05-15T10:00:00.000Z', usedOn: '2026-05-15', upToRevocation: 5 },
    ]);
    await holds();
  });

  it('case 16: what a site had reported before its revocation is billed, and no case', async () => {
    const site = await month.site({ mspId, name: 'reported before', revokedAt: '2026-05-31T12:00:00Z' });
    await month.report(site, {
      ...{ period: '2026-05', receivedAt: '2026-05-31T10:00:00Z' },
      lines: [{ tenant: 'main', meter: MAILBOX, peak: 80 }],
    });
    await steady();
    expect(lines(await month.close('2026-05'))).toContainEqual({
      site: 'reported before',
      peak: 80,
      basis: 'reported',
    });
    expect(await afterRevocation('2026-05')).toEqual([]);
    await holds();
  });

  it('case 17: what an MSP that revoked its own key reports of that very month is billed, and a case', async () => {
    const site = await month.site({ mspId, name: 'own', revokedAt: '2026-05-15T10:00:00Z', revokedBy: 'msp' });
    await reported(site, '2026-05', 80);
    await steady();
    expect(lines(await month.close('2026-05'))).toContainEqual({ site: 'own', peak: 80, basis: 'reported' });
    expect(await afterRevocation('2026-05')).toHaveLength(1);
    await holds();
  });

  it('case 16: a key that is revoked later, as of a day before the report came: what was billed by it is taken back', async () => {
    const site = await month.site({ mspId, name: 'found out' });
    await reported(site, '2026-05', 80);
    await steady(1000);
    await month.close('2026-05', new Date('2026-06-04T12:00:00Z'));
    await month.run(
      `update metered_key set state = 'revoked', ended_how = 'revoked', ended_by = 'vendor',
         ended_at = '2026-05-15T10:00:00Z', end_noted_at = '2026-06-10T10:00:00Z' where id = :keyId`,
      { keyId: site.keyId },
    );
    const [june] = await month.close('2026-06', new Date('2026-07-04T12:00:00Z'));
    expect(june?.lines.flatMap((line) => (line.kind === 'correction' ? [line.amountMinor] : []))).toEqual([-160_00n]);
    await holds();
  });

  it('case 16: an installation that went on under a new key is judged by the revoked one only while it used it', async () => {
    const site = await month.site({ mspId, name: 'renewed' });
    const [installation] = site.installations;
    const old = randomUUID();
    await month.run(
      `insert into metered_key (msp_id, id, kind, site_id, key_hash, state, issued_at, ended_how, ended_at, ended_by)
       values (:mspId, :old, 'metered', :siteId, decode(md5(:old), 'hex'), 'destroyed', '2026-01-15T00:00:00Z', 'revoked',
         '2026-05-15T00:00:00Z', 'vendor')`,
      { mspId, siteId: site.siteId, old },
    );
    await month.run(
      `insert into former_key (msp_id, site_id, installation_id, metered_key_id, until_at)
       values (:mspId, :siteId, :installation, :old, '2026-05-25T00:00:00Z')`,
      { mspId, siteId: site.siteId, installation: installation ?? '', old },
    );
    await seen(site, '2026-05-10T10:00:00Z', 5);
    await seen(site, '2026-05-20T10:00:00Z', 90);
    await seen(site, '2026-05-28T10:00:00Z', 7);
    await reported(site, '2026-05', 90);
    expect(lines(await month.close('2026-05'))).toMatchObject([{ peak: 7 }]);
  });

  it('rule 6: new hardware that replaces the old for free counts as one with it, and only one reports', async () => {
    const site = await month.site({ mspId, name: 'moved' });
    const [old] = site.installations;
    await seen(site, '2026-05-03T10:00:00Z', 40);
    const next = await install(site, '2026-05-12T10:00:00Z');
    await replace(old ?? '', next, '2026-05-12T10:00:00Z');
    await seen(site, '2026-05-13T10:00:00Z', 38, next);
    await reported(site, '2026-05', 40, next);
    expect(lines(await month.close('2026-05'))).toEqual([{ site: 'moved', peak: 40, basis: 'reported' }]);
    expect((await month.cases('2026-05')).map(({ kind }) => kind)).toEqual([]);
    await reported(site, '2026-06', 39, next);
    expect(lines(await month.close('2026-06'))).toEqual([{ site: 'moved', peak: 39, basis: 'reported' }]);
    expect((await month.cases('2026-06')).map(({ kind }) => kind)).toEqual([]);
  });

  it('rule 6: new hardware that reports a month in place of the old, which it replaced after its end, is one with it', async () => {
    const site = await month.site({ mspId, name: 'moved after the month' });
    const [old] = site.installations;
    await seen(site, '2026-05-03T10:00:00Z', 40);
    const next = await install(site, '2026-06-02T10:00:00Z');
    await replace(old ?? '', next, '2026-06-02T10:00:00Z');
    await reported(site, '2026-05', 40, next);
    expect(lines(await month.close('2026-05'))).toEqual([
      { site: 'moved after the month', peak: 40, basis: 'reported' },
    ]);
    expect((await month.cases('2026-05')).map(({ kind }) => kind)).toEqual([]);
  });

  it.each(['2026-06-02T12:00:00Z', '2026-06-21T12:00:00Z'])(
    'rule 6: hardware replaced twice after the month, and the second successor reports it on %s: the three are one',
    async (receivedAt) => {
      await month.run(`update programme set first_period = '2026-05'`);
      const site = await month.site({ mspId, name: 'replaced twice' });
      const [old = ''] = site.installations;
      await seen(site, '2026-05-05T10:00:00Z', 10);
      // Large enough that nothing here moves the total by a quarter.
      const large = await month.site({ mspId, name: 'large' });
      for (const period of ['2026-05', '2026-06']) await reported(large, period, 1_000);
      const statements: Statement[] = [];
      const close = async (period: string, now: string) => {
        statements.push(...(await month.close(period, new Date(now))));
      };
      if (receivedAt > '2026-06-04') await close('2026-05', '2026-06-04T12:00:00Z');
      const [second, third] = [
        await install(site, '2026-06-01T10:00:00Z'),
        await install(site, '2026-06-02T10:00:00Z'),
      ];
      await replace(old, second, '2026-06-01T10:00:00Z');
      await replace(second, third, '2026-06-02T10:00:00Z');
      const main = [{ tenant: 'main', meter: MAILBOX, peak: 14 } as const];
      await month.report(site, { period: '2026-05', lines: main, installation: third, receivedAt });
      await reported(site, '2026-06', 14, third);
      if (receivedAt < '2026-06-04') await close('2026-05', '2026-06-04T12:00:00Z');
      await close('2026-06', '2026-07-04T12:00:00Z');
      // 1,014 at 2.00 for each month, whenever they became known.
      expect(statements.reduce((sum, { totalMinor }) => sum + totalMinor, 0n)).toBe(2n * 1_014n * 2_00n);
      const { programmes } = await verifyAll(database.db, { now: new Date('2026-07-20T00:00:00Z') });
      expect(programmes.msp).toMatchObject({ I2: 'holds', I6: 'holds' });
    },
  );

  it('rule 6: hardware that is replaced for free once its month was billed by an estimate: the estimate is corrected', async () => {
    const at = (instant: string) => new Date(instant);
    const site = await month.site({ mspId, name: 'two', installations: 2 });
    const [first, second] = site.installations;
    await reported(site, '2026-04', 40, first);
    await reported(site, '2026-04', 10, second);
    const large = await month.site({ mspId, name: 'large' });
    for (const period of ['2026-04', '2026-05', '2026-06']) await reported(large, period, 500);
    await month.close('2026-04', at('2026-05-04T12:00:00Z'));
    // The first one is dead; what it did is the other's, who reports it, but nobody has said so yet.
    await reported(site, '2026-05', 50, second);
    const may = await month.close('2026-05', at('2026-06-04T12:00:00Z'));
    expect(lines(may).filter(({ site: name }) => name === 'two')).toEqual([
      { site: 'two', peak: 90, basis: 'estimated' },
    ]);
    await replace(first ?? '', second ?? '', '2026-06-11T10:00:00Z');
    await reported(site, '2026-06', 50, second);
    const [june] = await month.close('2026-06', at('2026-07-04T12:00:00Z'));
    const corrected = june?.lines.flatMap((line) => (line.kind === 'correction' ? [line.amountMinor] : []));
    expect(corrected).toEqual([-80_00n]);
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-08-20T00:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I3: 'holds', I6: 'holds' });
  });

  it('rule 6: a key that is rotated expects nothing of the months in which the one before had ended', async () => {
    const at = (instant: string) => new Date(instant);
    const site = await month.site({ mspId, name: 'back again', installations: 2 });
    const [first, second] = site.installations;
    await reported(site, '2026-04', 40, first);
    await reported(site, '2026-04', 10, second);
    await month.close('2026-04', at('2026-05-04T12:00:00Z'));
    await month.run(
      `update metered_key set state = 'revoked', ended_how = 'revoked', ended_at = '2026-05-01T10:00:00Z', ended_by = 'vendor'
       where id = :keyId`,
      { keyId: site.keyId },
    );
    await month.close('2026-05', at('2026-06-04T12:00:00Z'));
    const june = await month.close('2026-06', at('2026-07-04T12:00:00Z'));
    expect(lines(june)).toEqual([]);
    const keyId = randomUUID();
    await month.run(
      `insert into metered_key (msp_id, id, kind, site_id, key_hash, state, issued_at)
       values (:mspId, :keyId, 'metered', :siteId, decode(md5(:keyId), 'hex'), 'active', '2026-07-10T00:00:00Z')`,
      { mspId, siteId: site.siteId, keyId },
    );
    await month.run(
      `with moved as (update installation set metered_key_id = :keyId where id = :first returning msp_id, site_id, id)
       insert into former_key (msp_id, site_id, installation_id, metered_key_id, until_at)
       select msp_id, site_id, id, :old, '2026-07-10T00:00:00Z' from moved`,
      { keyId, first: first ?? '', old: site.keyId },
    );
    // June is rated again, since the other one was used in it after all; the first one is not estimated for it.
    const late = { tenant: 'main', meter: MAILBOX, count: 3, installation: second ?? '' } as const;
    await month.checkIn(site, { ...late, at: '2026-06-20T10:00:00Z', receivedAt: '2026-07-12T10:00:00Z' });
    await reported(site, '2026-07', 40, first);
    const [july] = await month.close('2026-07', at('2026-08-04T12:00:00Z'));
    expect(july?.lines.flatMap((line) => (line.kind === 'correction' ? [line.amountMinor] : []))).toEqual([]);
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-08-20T00:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I3: 'holds', I6: 'holds' });
  });

  it('rule 6: new hardware of the next month expects nothing of the one in which the old was retired', async () => {
    const site = await month.site({ mspId, name: 'retired' });
    await reported(site, '2026-04', 20);
    await month.close('2026-04', new Date('2026-05-04T12:00:00Z'));
    await month.run(`update installation set retired_at = '2026-05-20T10:00:00Z' where site_id = :siteId`, {
      siteId: site.siteId,
    });
    await install(site, '2026-06-01T10:00:00Z');
    expect(lines(await month.close('2026-05', new Date('2026-06-04T12:00:00Z')))).toEqual([]);
  });

  it('a revision takes the place of the one before: verify does not miss what only the first one named', async () => {
    const site = await month.site({ mspId, name: 'revised' });
    await month.report(site, { period: '2026-05', lines: [{ tenant: 'other', meter: MAILBOX, peak: 5 }] });
    await month.report(site, { period: '2026-05', revision: 2, lines: [{ tenant: 'main', meter: MAILBOX, peak: 5 }] });
    await month.close('2026-05');
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-08-20T00:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I3: 'holds', I6: 'holds' });
  });

  it('rule 6: old hardware that reported its month before it was replaced stands for it', async () => {
    const site = await month.site({ mspId, name: 'reported before' });
    const [old] = site.installations;
    await reported(site, '2026-05', 40);
    await replace(old ?? '', await install(site, '2026-06-02T10:00:00Z'), '2026-06-02T10:00:00Z');
    expect(lines(await month.close('2026-05'))).toEqual([{ site: 'reported before', peak: 40, basis: 'reported' }]);
  });

  it('rule 6: an old installation that goes on after it was replaced is a second one', async () => {
    const site = await month.site({ mspId, name: 'both' });
    const [old] = site.installations;
    const next = await install(site, '2026-05-12T10:00:00Z');
    await replace(old ?? '', next, '2026-05-12T10:00:00Z');
    await seen(site, '2026-05-20T10:00:00Z', 40);
    await reported(site, '2026-05', 30, next);
    expect(lines(await month.close('2026-05'))).toMatchObject([{ peak: 70 }]);
    expect((await month.cases('2026-05')).map(({ kind }) => kind)).toContain('two_installations');
  });

  describe('rule 6: an old installation that goes on after it was replaced on 12 May', () => {
    let site: Awaited<ReturnType<typeof month.site>>;
    let old: string;
    let next: string;
    beforeEach(async () => {
      // Large enough that nothing here moves the total by a quarter.
      const large = await month.site({ mspId, name: 'large' });
      for (const period of ['2026-05', '2026-06', '2026-07']) await reported(large, period, 10_000);
      site = await month.site({ mspId, name: 'site' });
      old = site.installations[0] ?? '';
      next = await install(site, '2026-05-12T10:00:00Z');
      await replace(old, next, '2026-05-12T10:00:00Z');
    });
    const closed = async (period: string): Promise<unknown[]> => {
      const statements = await month.close(period, new Date(`${nextPeriod(parsePeriod(period))}-06T12:00:00Z`));
      await reportsHold();
      return statements.flatMap(({ lines: all }) =>
        all.flatMap((line): unknown[] => {
          if (line.kind === 'usage' && line.siteName === 'site') return [line.peak];
          return line.kind === 'correction' ? [['corrected', line.newQuantity]] : [];
        }),
      );
    };
    const reportsHold = async () => {
      const { programmes } = await verifyAll(database.db, { now: new Date('2026-08-20T00:00:00Z') });
      expect(programmes.msp).toMatchObject({ I2: 'holds', I3: 'holds', I6: 'holds' });
    };

    it('alone, seen with 40 and reporting 40, its successor never seen: 40', async () => {
      await seen(site, '2026-05-20T10:00:00Z', 40, old);
      await reported(site, '2026-05', 40, old);
      expect(await closed('2026-05')).toEqual([40]);
    });

    it('seen with 40 before and after: 40', async () => {
      for (const day of ['05', '20']) await seen(site, `2026-05-${day}T10:00:00Z`, 40, old);
      await reported(site, '2026-05', 40, old);
      expect(await closed('2026-05')).toEqual([40]);
    });

    it('both report, 40 and 30, and both are seen: 70; what the old one reports late corrects nothing', async () => {
      await seen(site, '2026-05-20T10:00:00Z', 40, old);
      await seen(site, '2026-05-20T10:00:00Z', 30, next);
      await reported(site, '2026-05', 30, next);
      expect(await closed('2026-05')).toEqual([70]);
      const lines = [{ tenant: 'main', meter: MAILBOX, peak: 40 }] as const;
      await month.report(site, {
        ...{ period: '2026-05', installation: old, lines: [...lines] },
        receivedAt: '2026-06-20T00:00:00Z',
      });
      await reported(site, '2026-06', 30, next);
      expect(await closed('2026-06')).toEqual([30]);
    });

    it('in June, a month after it: both report, 40 and 30, seen or not: 70', async () => {
      await reported(site, '2026-05', 30, next);
      await closed('2026-05');
      await reported(site, '2026-06', 40, old);
      await reported(site, '2026-06', 30, next);
      expect(await closed('2026-06')).toEqual([70]);
      await seen(site, '2026-07-10T10:00:00Z', 40, old);
      await reported(site, '2026-07', 40, old);
      await reported(site, '2026-07', 30, next);
      expect(await closed('2026-07')).toEqual([70]);
    });

    it('not seen any more, it stands for its part of the month alone: reports of 40 and 30 are one of 40', async () => {
      await seen(site, '2026-05-05T10:00:00Z', 40, old);
      await reported(site, '2026-05', 40, old);
      await reported(site, '2026-05', 30, next);
      expect(await closed('2026-05')).toEqual([40]);
    });
  });

  it('rule 6: what a retired installation was seen to use counts, without a report and without an estimate', async () => {
    const site = await month.site({ mspId, name: 'retired' });
    await seen(site, '2026-05-03T10:00:00Z', 12);
    await month.run(`update installation set retired_at = '2026-05-20T10:00:00Z' where site_id = :siteId`, {
      siteId: site.siteId,
    });
    expect(lines(await month.close('2026-05'))).toEqual([{ site: 'retired', peak: 12, basis: 'observed' }]);
    expect((await month.cases('2026-05')).map(({ kind }) => kind)).not.toContain('missing_report');
  });

  it('rule 6: sites whose only installation was replaced or retired are not expected to be heard', async () => {
    const [gone, here] = [await month.site({ mspId, name: 'gone' }), await month.site({ mspId, name: 'here' })];
    await month.run(`update installation set retired_at = '2026-05-20T10:00:00Z' where site_id = :siteId`, {
      siteId: gone.siteId,
    });
    await month.openAndReconcile('2026-05');
    const { expected, missing } = await database.db.transaction(ALL, (trx) =>
      completenessOf(trx, { programme: 'msp', period: parsePeriod('2026-05'), shard: 1 }),
    );
    expect([expected, missing.map(({ siteId }) => siteId)]).toEqual([1, [here.siteId]]);
  });

  it('rule 2: scans are a sum over the days of the zone; a day is absolute, its highest count stands', async () => {
    const site = await month.site({ mspId, name: 'scans', product: 'scanner' });
    const scan = (at: string, count: number) => month.checkIn(site, { at, tenant: 'main', meter: SCAN, count });
    await scan('2026-05-10T08:00:00Z', 30);
    await scan('2026-05-10T20:00:00Z', 45);
    // 11 May in Berlin.
    await scan('2026-05-10T22:30:00Z', 10);
    await scan('2026-05-12T08:00:00Z', 20);
    await month.report(site, { period: '2026-05', lines: [{ tenant: 'main', meter: SCAN, peak: 75 }] });
    expect(lines(await month.close('2026-05'))).toEqual([{ site: 'scans', peak: 75, basis: 'reported' }]);
    expect((await month.cases('2026-05')).map(({ kind }) => kind)).toEqual([]);
  });

  it('rule 2: a site that counts scans and stays silent is estimated by the sum of its days', async () => {
    const site = await month.site({ mspId, name: 'scans', product: 'scanner' });
    for (const day of ['05', '06', '07']) {
      await month.checkIn(site, { at: `2026-05-${day}T08:00:00Z`, tenant: 'main', meter: SCAN, count: 11 });
    }
    expect(lines(await month.close('2026-05'))).toEqual([{ site: 'scans', peak: 33, basis: 'estimated' }]);
  });

  it('rule 19: a reference stands for the unit it was assigned to in that month', async () => {
    const site = await month.site({ mspId, name: 'assigned', tenants: ['main', 'other'] });
    const other = `(select id from tenant where ref = 'other')`;
    await month.run(`update site_tenant set until_period = '2026-05' where reference = 'main'`);
    await month.run(
      `insert into site_tenant (msp_id, site_id, reference, tenant_id, from_period)
       values (:mspId, :siteId, 'main', ${other}, '2026-05')`,
      { mspId, siteId: site.siteId },
    );
    const tenantsOf = (statements: readonly Statement[]) =>
      statements.flatMap(({ lines: of }) => of.flatMap((line) => (line.kind === 'usage' ? [line.tenantName] : [])));
    await reported(site, '2026-04', 5);
    expect(tenantsOf(await month.close('2026-04'))).toEqual(['Tenant main']);
    await reported(site, '2026-05', 5);
    expect(tenantsOf(await month.close('2026-05'))).toEqual(['Tenant other']);
  });
});

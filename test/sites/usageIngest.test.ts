import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { periodOf } from '../../domain/period.js';
import {
  checkIns,
  CHECK_INS,
  MAILBOX,
  REPORTS,
  report,
  SIGNING_KEYS,
  startIngest,
  type Installation,
} from './ingestFixture.js';
import { destroyKey } from '../support/destroyKey.js';

const DAY_MS = 86_400_000;
const NOON = new Date('2026-03-10T12:00:00Z');

/** JSON as no serializer would write it. */
function withCount(text: string): string {
  return JSON.stringify(checkIns(0)).replace('"count":0', `"count":${text}`);
}

describe('usage that sites push', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let site: Installation;

  beforeAll(async () => {
    ingest = await startIngest();
    site = await ingest.installed();
  });
  afterAll(() => ingest.api.close());

  const stored = (installation: Installation, table = 'check_in') =>
    ingest.sql<{ n: number }>(`select count(*)::int as n from ${table} where installation_id = $1`, [
      installation.installationId,
    ]);
  const batch = (counts: number[], first = NOON) => ({
    sentAt: new Date(),
    checkIns: counts.map((count, index) => ({
      observedAt: new Date(first.getTime() + index * DAY_MS),
      counts: [{ tenant: 'main', meter: MAILBOX, count }],
    })),
  });

  it('takes a backlog at once, and gives a repeat the same answer', async () => {
    const other = await ingest.installed();
    const first = await other.send(CHECK_INS, batch([1, 2, 3]));
    const again = await other.send(CHECK_INS, batch([1, 2, 3, 4]));
    expect(first.json).toMatchObject({ accepted: 3, repeated: 0, keyState: 'active' });
    expect(again.json).toMatchObject({ accepted: 1, repeated: 3 });
    expect(Math.abs(first.json.nextCheckInSeconds - 86_400)).toBeLessThanOrEqual(1_800);
    expect(await stored(other)).toEqual([{ n: 4 }]);
  });

  it('refuses the same check-in with other content, names it, and stores nothing of its batch', async () => {
    const other = await ingest.installed();
    await other.send(CHECK_INS, batch([1, 2]));
    const answer = await other.send(CHECK_INS, batch([1, 5, 7, 8]));
    expect([answer.status, answer.json.code]).toEqual([409, 'ID_REUSED_WITH_OTHER_CONTENT']);
    expect(answer.json.errors.map(({ field }: { field: string }) => field)).toEqual(['/checkIns/1']);
    expect(await stored(other)).toEqual([{ n: 2 }]);
  });

  it('takes the order of counts and the clock of a repeat for what they are: nothing new', async () => {
    const other = await ingest.installed();
    const counts = ['a', 'b'].map((tenant) => ({ tenant, meter: MAILBOX, count: 1 }));
    const item = (list: typeof counts) => ({ sentAt: new Date(), checkIns: [{ observedAt: NOON, counts: list }] });
    await other.send(CHECK_INS, item(counts));
    expect((await other.send(CHECK_INS, item(counts.toReversed()))).json).toMatchObject({ accepted: 0, repeated: 1 });
  });

  it('counts fifty identical reports at once as one (fault 21)', async () => {
    const other = await ingest.installed();
    const answers = await Promise.all(Array.from({ length: 50 }, () => other.send(REPORTS, report(9))));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status, json }) => status === 200 && json.repeated === true)).toHaveLength(49);
    expect(await stored(other, 'usage_report')).toEqual([{ n: 1 }]);
  });

  it('refuses the same revision of a report with other content, and takes the next one', async () => {
    const other = await ingest.installed();
    expect((await other.send(REPORTS, report(9))).json).toMatchObject({ repeated: false, late: false });
    expect((await other.send(REPORTS, report(10))).status).toBe(409);
    expect((await other.send(REPORTS, report(10, { revision: 2 }))).status).toBe(201);
  });

  it('fails one bad message of many that arrive together, and no other', async () => {
    const installations = await Promise.all(Array.from({ length: 20 }, () => ingest.installed()));
    await installations[7]?.send(CHECK_INS, batch([3]));
    const answers = await Promise.all(installations.map((one) => one.send(CHECK_INS, batch([4, 4]))));
    expect(answers.map(({ status }) => status)).toEqual(installations.map((_, index) => (index === 7 ? 409 : 200)));
  });

  it.each([
    ['negative', 'QUANTITY_INVALID', withCount('-1')],
    ['fractional', 'QUANTITY_INVALID', withCount('1.5')],
    ['text', 'QUANTITY_INVALID', withCount('"5"')],
    ['exponent text', 'QUANTITY_INVALID', withCount('"1e3"')],
    ['1e308', 'QUANTITY_INVALID', withCount('1e308')],
    ['beyond every number', 'QUANTITY_INVALID', withCount('1e999')],
    ['2^53+1', 'QUANTITY_INVALID', withCount('9007199254740993')],
    ['more than any meter counts', 'QUANTITY_INVALID', withCount('10000001')],
    ['nothing', 'QUANTITY_INVALID', withCount('null')],
    ['NaN', 'BODY_MALFORMED', withCount('NaN')],
  ])('refuses a count that is %s (fault 29)', async (_what, code, message) => {
    const answer = await site.send(CHECK_INS, message);
    expect(answer.json.code).toBe(code);
    if (code === 'QUANTITY_INVALID') expect(answer.json.errors[0].field).toBe('/checkIns/0/counts/0/count');
    expect(await stored(site)).toEqual([{ n: 0 }]);
  });

  it.each([
    ['a meter no product counts', 'METER_UNKNOWN', JSON.stringify(checkIns(1)).replace(MAILBOX, 'fax.page')],
    ["another product's meter", 'METER_UNKNOWN', JSON.stringify(checkIns(1)).replace(MAILBOX, 'scanner.node')],
    ['an MSP of its choice', 'VALIDATION_FAILED', { ...checkIns(1), mspId: 'x' }],
    ['a prototype', 'VALIDATION_FAILED', withCount('1,"__proto__":{"x":1}')],
    ['a tenant with a line break', 'VALIDATION_FAILED', JSON.stringify(checkIns(1)).replace('main', 'ma\\nin')],
    ['a tenant without a name', 'VALIDATION_FAILED', JSON.stringify(checkIns(1)).replace('main', '')],
    ['no check-in at all', 'VALIDATION_FAILED', batch([])],
    [
      '1,001 check-ins',
      'BATCH_TOO_LARGE',
      batch(
        Array.from({ length: 1_001 }, () => 1),
        new Date('2022-01-01'),
      ),
    ],
    ['an observation of the day after tomorrow', 'OBSERVED_IN_FUTURE', checkIns(1, new Date(Date.now() + 2 * DAY_MS))],
    ['an observation older than what is kept', 'OBSERVED_TOO_OLD', checkIns(1, new Date(Date.now() - 731 * DAY_MS))],
    ['a clock nobody can use', 'CLOCK_UNUSABLE', checkIns(1, NOON, new Date(Date.now() + 8 * DAY_MS))],
    ['a body of a hundred thousand brackets', 'BODY_TOO_DEEP', '['.repeat(100_000)],
  ])('refuses a message with %s', async (_what, code, message) => {
    const answer = await site.send(CHECK_INS, message);
    expect(answer.json.code).toBe(code);
    expect(answer.status).toBeLessThan(500);
    expect((await ingest.refusals()).at(-1)).toMatchObject({ code, msp_id: ingest.mspId });
  });

  it('refuses a tenant and meter counted twice at one instant, and an instant observed twice', async () => {
    const [item] = checkIns(1).checkIns;
    const twice = { ...item, counts: [...(item?.counts ?? []), ...(item?.counts ?? [])] };
    expect((await site.send(CHECK_INS, { sentAt: new Date(), checkIns: [twice] })).json.code).toBe('VALIDATION_FAILED');
    const both = await site.send(CHECK_INS, { sentAt: new Date(), checkIns: [item, item] });
    expect(both.json.errors[0].field).toBe('/checkIns/1/observedAt');
  });

  it.each([
    [0, 0],
    [23, 0],
    [36, 36],
    [-36, -36],
  ])('counts what a clock %i hours ahead observed %i hours earlier (rule 3)', async (ahead, moved) => {
    const other = await ingest.installed();
    const sentAt = new Date(Date.now() + ahead * 3_600_000);
    expect((await other.send(CHECK_INS, checkIns(1, NOON, sentAt))).status).toBe(200);
    const [row] = await ingest.sql<{ counted_at: Date; clock_offset_seconds: number }>(
      'select counted_at, clock_offset_seconds from check_in where installation_id = $1',
      [other.installationId],
    );
    expect(Math.round((NOON.getTime() - (row?.counted_at.getTime() ?? 0)) / 3_600_000)).toBe(moved);
    expect(Math.round((row?.clock_offset_seconds ?? 0) / 3_600)).toBe(ahead);
  });

  it('case 60: refuses a report for a month before the first of its site, and a check-in of it', async () => {
    const other = await ingest.installed('2026-03');
    const early = await other.send(REPORTS, report(9, { period: '2026-02' }));
    expect([early.status, early.json.code, early.json.errors[0].field]).toEqual([422, 'PERIOD_INVALID', '/period']);
    expect((await other.send(REPORTS, report(9))).status).toBe(201);
    const seen = await other.send(CHECK_INS, checkIns(1, new Date('2026-02-10T12:00:00Z')));
    expect([seen.status, seen.json.code]).toEqual([422, 'OBSERVED_TOO_OLD']);
    expect(seen.json.errors[0].field).toBe('/checkIns/0/observedAt');
  });

  it('case 60: takes twenty revisions of one month and not one more', async () => {
    const other = await ingest.installed();
    const last = await other.send(REPORTS, report(9, { revision: 20 }));
    const next = await other.send(REPORTS, report(9, { revision: 21 }));
    expect(last.status).toBe(201);
    expect([next.status, next.json.code, next.json.errors[0].field]).toEqual([422, 'TOO_MANY_REVISIONS', '/revision']);
    expect(await stored(other, 'usage_report')).toEqual([{ n: 1 }]);
  });

  it('takes a report from the last day of its period on, and none of a period to come', async () => {
    const next = new Date(Date.now() + 40 * DAY_MS).toISOString().slice(0, 7);
    const answer = await site.send(REPORTS, report(1, { period: next }));
    expect([answer.status, answer.json.code]).toEqual([409, 'PERIOD_NOT_OVER']);
  });

  it('calls a report late once its MSP is reconciled, keeps it, and says the same to a repeat (rule 7)', async () => {
    const [early, late] = [await ingest.installed(), await ingest.installed()];
    await early.send(REPORTS, report(3, { period: '2026-01' }));
    await ingest.sql(
      `insert into billing_run (programme_code, period, state, opened_at, opened_by, rules)
       values ('msp', '2026-01', 'open', now(), '{"kind": "kontor", "id": "kontor", "name": "test"}', '{}')`,
    );
    await ingest.sql(
      `insert into run_shard (programme_code, period, shard, zone, stage, month_end, collect_until, review_until,
         issue_from, mailed_by, statement_date)
       values ('msp', '2026-01', 1, 'UTC', 'review', now(), now(), now(), now(), now(), '2026-02-06')`,
    );
    await ingest.sql(
      `insert into run_participant (programme_code, period, msp_id, distributor_id, zone, month_end, shard, position, state)
       select 'msp', '2026-01', $1, id, 'UTC', now(), 1, 0, 'open' from distributor limit 1`,
      [ingest.mspId],
    );
    await ingest.sql(
      `insert into reconciled_site (programme_code, period, msp_id, site_id, facts, reconciled_at) values ('msp', '2026-01', $1, $2, '{}', now())`,
      [ingest.mspId, early.siteId],
    );
    const january = report(3, { period: '2026-01' });
    const told = (await late.send(REPORTS, january)).json;
    expect(told).toMatchObject({ repeated: false, late: true });
    // Case 11: the site is told that 90 days are over, too.
    expect(told.beyondReach).toBe(true);
    expect((await late.send(REPORTS, january)).json).toMatchObject({ repeated: true, late: true });
    expect((await early.send(REPORTS, january)).json).toMatchObject({
      repeated: true,
      late: false,
      beyondReach: false,
    });
  });

  it('lets a check-in lift what silence did to a site (rule 6)', async () => {
    const other = await ingest.installed();
    await ingest.sql(`update site set contact = 'disabled' where id = $1`, [other.siteId]);
    await ingest.sql(
      `update metered_key set state = 'disabled', ended_how = 'disabled', ended_at = now() where site_id = $1`,
      [other.siteId],
    );
    expect((await other.send(CHECK_INS, checkIns(1))).json.keyState).toBe('disabled');
    expect(
      await ingest.sql(
        `select contact, last_contact_at is not null as heard, k.state from site join metered_key k on k.site_id = site.id
         where site.id = $1`,
        [other.siteId],
      ),
    ).toEqual([{ contact: 'ok', heard: true, state: 'active' }]);
  });

  it('keeps what a site with a revoked key says, as evidence, and tells it', async () => {
    const other = await ingest.installed();
    await ingest.sql(
      `update metered_key set state = 'revoked', ended_how = 'revoked', ended_by = 'vendor', ended_at = '2026-03-20' where site_id = $1`,
      [other.siteId],
    );
    expect((await other.send(REPORTS, report(4))).json).toMatchObject({ repeated: false, keyState: 'revoked' });
  });

  it('case 18: takes what is said under a key that has been destroyed as under a revoked one, but no new signing key', async () => {
    const other = await ingest.installed();
    await ingest.sql(
      `update metered_key set state = 'destroyed', ended_how = 'destroyed', ended_by = 'msp', ended_at = '2026-03-20' where site_id = $1`,
      [other.siteId],
    );
    for (const [path, message, status] of [
      [REPORTS, report(4), 201],
      [REPORTS, report(4, { period: '2026-04' }), 201],
      [CHECK_INS, checkIns(4), 200],
    ] as const) {
      const answer = await other.send(path, message);
      expect([path, answer.status, answer.json.keyState]).toEqual([path, status, 'revoked']);
    }
    const answer = await other.send(SIGNING_KEYS, { publicKey: 'A'.repeat(43) });
    expect([answer.status, answer.json.code]).toEqual([403, 'KEY_REVOKED']);
  });

  it('case 17: is a case, by its own act, where an MSP destroyed its key and the site goes on', async () => {
    const { siteId, keyId, key } = await ingest.site();
    const site = await ingest.install(siteId, key);
    const token = await ingest.api.token('service_provider', { companyId: ingest.mspId });
    const destroyed = await destroyKey(
      (to, body) => ingest.api.call('POST', to, { token, body }),
      `/v1/msps/${ingest.mspId}/sites/${siteId}/keys/${keyId}`,
    );
    expect([destroyed.status, destroyed.json.state]).toEqual([200, 'destroyed']);
    expect(await site.send(CHECK_INS, checkIns(90))).toMatchObject({ status: 200, json: { keyState: 'revoked' } });
    const period = periodOf(new Date(), 'Europe/Berlin');
    await ingest.month.openAndReconcile(period, new Date());
    const found = await ingest.sql(
      `select d.evidence ->> 'upToRevocation' as "upTo", (r.facts -> 'usage' -> 0 -> 'installations' -> 0 ->> 'revokedByMsp')::boolean as "byMsp"
       from discrepancy d join reconciled_site r on r.site_id = d.site_id and r.period = d.period
       where d.site_id = $1 and d.kind = 'usage_after_revocation'`,
      [siteId],
    );
    expect(found).toEqual([{ upTo: '0', byMsp: true }]);
  });
});

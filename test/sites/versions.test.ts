import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { PROTOCOL_VERSION } from '../../sites/index.js';
import { CHECK_INS, MAILBOX, REPORTS, report, startIngest } from './ingestFixture.js';

const NOON = new Date('2026-03-10T12:00:00Z');

function batch(more: object, moreOfItem: object = {}, moreOfCount: object = {}) {
  const counts = [{ tenant: 'main', meter: MAILBOX, count: 5, ...moreOfCount }];
  return { sentAt: new Date(), checkIns: [{ observedAt: NOON, counts, ...moreOfItem }], ...more };
}

/** The answers as the first clients knew them; like every client they pass over members they do not know. */
const FIRST_ANSWER = {
  [CHECK_INS]: z.object({ accepted: z.number(), repeated: z.number(), nextCheckInSeconds: z.number() }),
  [REPORTS]: z.object({ period: z.string(), revision: z.number(), repeated: z.boolean(), late: z.boolean() }),
};
const NEWER = PROTOCOL_VERSION + 1;

describe('clients and servers of different versions', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;

  beforeAll(async () => {
    ingest = await startIngest();
  });
  afterAll(() => ingest.api.close());

  it.each<[string, typeof CHECK_INS | typeof REPORTS, object]>([
    ['an old client, which names no version', CHECK_INS, batch({})],
    ['an old client’s report', REPORTS, report(5)],
    ['a client of today', CHECK_INS, batch({ version: PROTOCOL_VERSION, productVersion: '9.0.1' })],
    ['a client of today’s report', REPORTS, { ...report(5), version: PROTOCOL_VERSION, productVersion: '9.0.1' }],
    ['a newer client that needs nothing new', CHECK_INS, batch({ version: NEWER })],
    ['a newer client with new members', CHECK_INS, batch({ version: NEWER, mood: 'fine' }, { colour: 'red' })],
    ['a newer client’s report with new members', REPORTS, { ...report(5), version: NEWER, mood: 'fine' }],
  ])('takes %s, and answers what old clients read', async (_who, path, message) => {
    const site = await ingest.installed();
    const answer = await site.send(path, message);
    expect(answer.status).toBeLessThan(300);
    expect(FIRST_ANSWER[path].safeParse(answer.json).success).toBe(true);
    expect(answer.json.protocolVersion).toBe(PROTOCOL_VERSION);
  });

  it.each<[string, object, string]>([
    ['an old client', batch({ mood: 'fine' }), '/mood'],
    ['a client of today', batch({ version: PROTOCOL_VERSION, mood: 'fine' }), '/mood'],
    ['a client of today, deep inside', batch({}, {}, { mood: 'fine' }), '/checkIns/0/counts/0/mood'],
    ['a client of no version at all', batch({ version: 0 }), '/version'],
    ['a newer client that left out what we need', { version: NEWER, sentAt: new Date() }, '/checkIns'],
    [
      'a newer client whose count is no number',
      batch({ version: NEWER }, {}, { count: 'many' }),
      '/checkIns/0/counts/0/count',
    ],
    ['a newer client with more than is kept', batch({ version: NEWER, mood: 'x'.repeat(40_000) }), '/version'],
  ])('refuses an unknown or broken member of %s and points at it', async (_who, message, field) => {
    const site = await ingest.installed();
    const answer = await site.send(CHECK_INS, message);
    expect(answer.status).toBe(422);
    expect(answer.json.errors.map((error: { field: string }) => error.field)).toContain(field);
  });

  it('keeps what a newer version added beside what it was said of, and counts the rest', async () => {
    const site = await ingest.installed();
    const [one] = batch({}, { colour: 'red' }, { shade: 2 }).checkIns;
    const two = { ...one, observedAt: new Date('2026-03-11T12:00:00Z') };
    const message = { version: NEWER, sentAt: new Date(), mood: { is: 'fine' }, checkIns: [one, two] };
    expect((await site.send(CHECK_INS, message)).json).toMatchObject({ accepted: 2, repeated: 0 });
    expect(
      await ingest.sql(
        `select extra, protocol_version as version, channel, quantities from check_in where installation_id = $1 order by observed_at`,
        [site.installationId],
      ),
    ).toEqual([
      {
        extra: { '/mood': { is: 'fine' }, '/checkIns/0/colour': 'red', '/checkIns/0/counts/0/shade': 2 },
        version: NEWER,
        channel: 'push',
        quantities: [5],
      },
      {
        extra: { '/checkIns/1/colour': 'red', '/checkIns/1/counts/0/shade': 2 },
        version: NEWER,
        channel: 'push',
        quantities: [5],
      },
    ]);
    // What we do not understand is no part of what was said: a repeat without it is a repeat.
    expect((await site.send(CHECK_INS, batch({}))).json).toMatchObject({ accepted: 0, repeated: 1 });
  });

  it('lets a newer client activate, whatever it adds', async () => {
    const { key } = await ingest.site();
    const { activation } = await ingest.installed();
    const answer = await ingest.activate({ ...activation, key, version: NEWER, mood: 'fine' });
    expect([answer.status, answer.json.minimumVersion]).toEqual([201, '8.0.0']);
  });

  it('remembers the version an installation names and when it was heard, and tells the minimum at each check-in', async () => {
    const site = await ingest.installed();
    const seen = () =>
      ingest.sql<{ version: string | null; heard: boolean }>(
        'select product_version_seen as version, last_heard_at is not null as heard from installation where id = $1',
        [site.installationId],
      );
    const first = await site.send(CHECK_INS, batch({ productVersion: '7.9' }));
    expect(first.json).toMatchObject({ minimumVersion: '8.0.0', belowMinimum: true });
    expect(await seen()).toEqual([{ version: '7.9', heard: true }]);
    const silentOnVersion = await site.send(REPORTS, report(5));
    expect(silentOnVersion.json).toMatchObject({ minimumVersion: '8.0.0', belowMinimum: true });
    const updated = await site.send(CHECK_INS, batch({ productVersion: '8.0.0' }));
    expect(updated.json).toMatchObject({ belowMinimum: false });
    expect(await seen()).toEqual([{ version: '8.0.0', heard: true }]);
  });

  it('keeps the state of backups with the check-in that told it', async () => {
    const site = await ingest.installed();
    const backups = { passed: 7, failed: 1, unknown: 2 };
    expect((await site.send(CHECK_INS, batch({}, { backups }))).status).toBe(200);
    expect(
      await ingest.sql(
        `select backups_passed as passed, backups_failed as failed, backups_unknown as unknown from check_in
         where installation_id = $1`,
        [site.installationId],
      ),
    ).toEqual([backups]);
  });
});

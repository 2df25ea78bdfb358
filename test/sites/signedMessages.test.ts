import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkIns, CHECK_INS, REPORTS, report, startIngest, type Installation, type Twist } from './ingestFixture.js';

function withHeader(change: Record<string, unknown>): (signature: string) => string {
  return (signature) => {
    const [header = '', , value = ''] = signature.split('.');
    const claims = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
    return `${Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url')}..${value}`;
  };
}

const hourAgo = Math.floor(Date.now() / 1000) - 3_600;

describe('signatures of what sites send (faults 27 and 28)', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let site: Installation;
  let other: Installation;

  beforeAll(async () => {
    ingest = await startIngest();
    site = await ingest.installed();
    other = await ingest.installed();
  });
  afterAll(() => ingest.api.close());

  const counted = async () => (await ingest.sql<{ n: number }>('select count(*)::int as n from check_in'))[0]?.n;

  const claimsOf = async (code: string) =>
    (await ingest.claims()).reduce((sum, one) => sum + (one.code === code ? one.attempts : 0), 0);

  it('takes a message that is signed as agreed', async () => {
    const answer = await site.send(CHECK_INS, checkIns(5, new Date('2026-03-01T10:00:00Z')));
    expect([answer.status, answer.json.accepted]).toEqual([200, 1]);
  });

  it.each<[string, string, Twist]>([
    ['with another body', 'SIGNATURE_INVALID', { body: (body) => body.replace('"count":5', '"count":1') }],
    ['with a body cut short', 'SIGNATURE_INVALID', { body: (body) => body.slice(0, -2) }],
    ['with a signature cut short', 'SIGNATURE_INVALID', { signature: (text) => text.slice(0, -20) }],
    ['with a header cut short', 'SIGNATURE_MALFORMED', { signature: (text) => text.slice(10) }],
    ['with the body in the header', 'SIGNATURE_MALFORMED', { signature: (text) => text.replace('..', '.e30.') }],
    ['with words instead', 'SIGNATURE_MALFORMED', { signature: () => 'trust me' }],
    ['without an algorithm', 'ALGORITHM_NOT_ALLOWED', { signature: withHeader({ alg: 'none' }) }],
    ['by a shared secret', 'ALGORITHM_NOT_ALLOWED', { signature: withHeader({ alg: 'HS256' }) }],
    ['over the encoded body', 'SIGNATURE_MALFORMED', { signature: withHeader({ b64: true }) }],
    ['with a claim added', 'SIGNATURE_MALFORMED', { signature: withHeader({ admin: true }) }],
    ['with a claim changed', 'SIGNATURE_INVALID', { signature: withHeader({ period: '2026-01' }) }],
    ['for another site', 'SIGNATURE_INVALID', { claims: { site: randomUUID() } }],
    ['for another path', 'SIGNATURE_INVALID', { claims: { path: REPORTS } }],
    ['an hour ago', 'SIGNATURE_EXPIRED', { claims: { iat: hourAgo } }],
    ['in an hour', 'SIGNATURE_EXPIRED', { claims: { iat: hourAgo + 7_200 } }],
    ['by a key nobody registered', 'UNKNOWN_KEY', { claims: { kid: 'sk_of-nobody-at-all' } }],
  ])('refuses a message signed %s, counts it, and has no other effect', async (_how, code, twist) => {
    const [before, claimsBefore] = [await counted(), await claimsOf(code)];
    const answer = await site.send(CHECK_INS, checkIns(5), twist);
    expect(answer.json.code).toBe(code);
    expect(await claimsOf(code)).toBe(claimsBefore + 1);
    expect(await ingest.refusals()).toEqual([]);
    expect(await counted()).toBe(before);
  });

  it('refuses a message signed for another month, and shows it: its sender is proven', async () => {
    const answer = await other.send(CHECK_INS, checkIns(5), { claims: { period: '2025-01' } });
    expect(answer.json.code).toBe('SIGNATURE_INVALID');
    expect(await ingest.refusals()).toEqual([
      { code: 'SIGNATURE_INVALID', claimed_period: '2025-01', claimed_site: other.siteId, msp_id: ingest.mspId },
    ]);
  });

  it("refuses a message signed with another site's key", async () => {
    const answer = await other.send(CHECK_INS, checkIns(5), { claims: { kid: site.signingKeyId, site: site.siteId } });
    expect(answer.json.code).toBe('SIGNATURE_INVALID');
  });

  it('asks for a signature where there is none, and keeps no record of it', async () => {
    const answer = await ingest.api.call('POST', CHECK_INS, { body: checkIns(5) });
    expect([answer.status, answer.json.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(await claimsOf('UNAUTHENTICATED')).toBe(0);
  });

  it('takes a captured message once, now and for as long as its signature lives', async () => {
    const nonce = randomUUID();
    const message = checkIns(7, new Date('2026-03-02T10:00:00Z'));
    expect((await site.send(CHECK_INS, message, { claims: { nonce } })).status).toBe(200);
    const replay = await site.send(CHECK_INS, message, { claims: { nonce } });
    expect([replay.status, replay.json.code]).toEqual([409, 'NONCE_REUSED']);
    expect(await claimsOf('NONCE_REUSED')).toBe(1);
  });

  it('counts messages of unknown signing keys under the period and the programme that they claim', async () => {
    const period = new Date().toISOString().slice(0, 7);
    const unknown = { kid: 'sk_of-nobody-at-all' };
    await site.send(REPORTS, report(5, { period }), { claims: unknown });
    await site.send(REPORTS, report(5, { period }), { claims: { ...unknown, site: randomUUID() } });
    await site.send(REPORTS, report(5, { period: '2001-02' }), { claims: unknown });
    const counted = (await ingest.claims()).filter(({ code }) => code === 'UNKNOWN_KEY');
    expect(counted).toEqual(
      expect.arrayContaining([
        { code: 'UNKNOWN_KEY', programme: null, period, attempts: 1 },
        { code: 'UNKNOWN_KEY', programme: 'msp', period: null, attempts: 1 },
      ]),
    );
  });
});

describe('case 40: messages under made-up signatures and key ids', () => {
  it('are counted, however many there are, and hide nothing of what a real site was refused', async () => {
    const ingest = await startIngest({ refusalsPerSitePerHour: 3 });
    try {
      const site = await ingest.installed();
      const other = await ingest.installed();
      const now = new Date();
      const period = now.toISOString().slice(0, 7);
      const before = new Date(now.getTime() - 35 * 86_400_000).toISOString().slice(0, 7);
      const forged = await Promise.all(
        Array.from({ length: 300 }, (_, index) =>
          site.send(REPORTS, report(5, { period: index % 2 === 0 ? period : before }), {
            claims: { kid: `sk_made-up-${index}`, site: index % 3 === 0 ? site.siteId : randomUUID() },
          }),
        ),
      );
      expect(new Set(forged.map(({ json }) => json.code))).toEqual(new Set(['UNKNOWN_KEY']));
      const counted = await ingest.claims();
      expect(counted).toHaveLength(4);
      expect(counted.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(300);
      expect(await ingest.refusals()).toEqual([]);

      // A site that is refused again and again, and another one beside it.
      for (let i = 0; i < 10; i += 1) await site.send(REPORTS, report(-1, { period: before }));
      await other.send(REPORTS, report(-1, { period: before }));
      const refused = await ingest.refusals();
      expect(refused.map(({ claimed_site: siteId }) => siteId)).toEqual([
        ...Array.from({ length: 3 }, () => site.siteId),
        other.siteId,
      ]);
      expect((await ingest.claims()).find(({ code }) => code === 'QUANTITY_INVALID')).toMatchObject({ attempts: 7 });
    } finally {
      await ingest.api.close();
    }
  });
});

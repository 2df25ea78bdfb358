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
    ['for another month', 'SIGNATURE_INVALID', { claims: { period: '2025-01' } }],
    ['an hour ago', 'SIGNATURE_EXPIRED', { claims: { iat: hourAgo } }],
    ['in an hour', 'SIGNATURE_EXPIRED', { claims: { iat: hourAgo + 7_200 } }],
    ['by a key nobody registered', 'UNKNOWN_KEY', { claims: { kid: 'sk_of-nobody-at-all' } }],
  ])('refuses a message signed %s, records it, and has no other effect', async (_how, code, twist) => {
    const [before, refusedBefore] = [await counted(), (await ingest.refusals()).length];
    const answer = await site.send(CHECK_INS, checkIns(5), twist);
    expect(answer.json.code).toBe(code);
    const refused = (await ingest.refusals()).slice(refusedBefore);
    expect(refused.map((one) => one.code)).toEqual([code]);
    expect(await counted()).toBe(before);
  });

  it("refuses a message signed with another site's key", async () => {
    const answer = await other.send(CHECK_INS, checkIns(5), { claims: { kid: site.signingKeyId, site: site.siteId } });
    expect(answer.json.code).toBe('SIGNATURE_INVALID');
  });

  it('asks for a signature where there is none, and keeps no record of it', async () => {
    const before = (await ingest.refusals()).length;
    const answer = await ingest.api.call('POST', CHECK_INS, { body: checkIns(5) });
    expect([answer.status, answer.json.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ingest.refusals()).toHaveLength(before);
  });

  it('takes a captured message once, now and for as long as its signature lives', async () => {
    const nonce = randomUUID();
    const message = checkIns(7, new Date('2026-03-02T10:00:00Z'));
    expect((await site.send(CHECK_INS, message, { claims: { nonce } })).status).toBe(200);
    const replay = await site.send(CHECK_INS, message, { claims: { nonce } });
    expect([replay.status, replay.json.code]).toEqual([409, 'NONCE_REUSED']);
  });

  it('shows a message of an unknown signing key under the period it was signed for', async () => {
    await site.send(REPORTS, report(5, { period: '2026-02' }), { claims: { kid: 'sk_of-nobody-at-all' } });
    expect((await ingest.refusals()).at(-1)).toEqual({
      code: 'UNKNOWN_KEY',
      claimed_period: '2026-02',
      claimed_site: site.siteId,
      msp_id: null,
    });
  });
});

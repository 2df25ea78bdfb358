import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newKey } from '../../api/newKey.js';
import { ALL } from '../../db/connect.js';
import { insertKey } from '../../db/sites/meteredKeyStore.js';
import { monthFixture } from '../support/month.js';
import { newPublicKey, startIngest } from './ingestFixture.js';

const TERM_KEY = 'TERM-1234-5678';

/** MSP Alpha's sites and one of MSP Beta: who is licensed otherwise is neither activated nor enrolled, and learns why. */
describe('an installation that is licensed otherwise', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let team: string;
  let msp: string;
  let beta: { mspId: string; siteId: string; keyId: string; key: string };

  beforeAll(async () => {
    ingest = await startIngest({ guessesPerMinute: 10_000 });
    team = await ingest.api.token('vendor');
    msp = await ingest.api.token('service_provider', { companyId: ingest.mspId });
    const distributorId = await ingest.month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    const mspId = await ingest.month.msp({ name: 'MSP Beta', distributorId });
    const { siteId } = await ingest.month.site({ mspId, name: 'Beta', installations: 0 });
    const { key, keyHash } = newKey();
    const keyId = randomUUID();
    await ingest.api.database.db.transaction(ALL, (trx) =>
      insertKey(trx, { mspId, siteId }, { keyId, kind: 'additional', keyHash, state: 'issued', at: new Date() }),
    );
    beta = { mspId, siteId, keyId, key };
  });
  afterAll(() => ingest.api.close());

  const saying = (more: object = {}) => ({
    ...{ installationId: randomUUID(), product: 'mail-server', productVersion: '8.1' },
    ...{ signingKey: { publicKey: newPublicKey() }, ...more },
  });
  const activate = async (key: string, more: object = {}) => ingest.activate({ key, ...saying(more) });
  const enrol = async (more: object = {}) => {
    const body = { programme: 'msp', product: 'mail-server' };
    const made = await ingest.api.call('POST', `/v1/msps/${ingest.mspId}/enrolment-tokens`, { token: msp, body });
    const { account, token } = made.json as { account: string; token: string };
    const siteName = `Site ${randomUUID()}`;
    return ingest.api.call('POST', '/v1/site/enrolments', { body: { account, token, siteName, ...saying(more) } });
  };
  const found = async () => {
    const { json } = await ingest.api.call('GET', '/v1/refused-messages?code=LICENSED_OTHERWISE', { token: team });
    return json.items[0] as { detail: string; mspId: string; claimedSite: string | null };
  };

  it.each([
    ['a term licence', { kind: 'term', key: TERM_KEY }],
    ['a licence of another kind', { kind: 'other' }],
  ])('says so of itself: %s; it is refused with what to do, and the partner team finds it', async (what, licence) => {
    const { siteId, key } = await ingest.site();
    for (const answer of [await activate(key, { licence }), await enrol({ licence })]) {
      expect([answer.status, answer.json.code, answer.json.errors[0].field]).toEqual([
        409,
        'LICENSED_OTHERWISE',
        '/licence',
      ]);
      expect(answer.json.detail).toContain(what);
      expect(answer.json.detail).toContain('install the product anew');
      const { detail, mspId } = await found();
      expect([detail, mspId]).toEqual([`${answer.json.detail} /licence`, ingest.mspId]);
    }
    expect(await ingest.sql('select state from site where id = $1', [siteId])).toEqual([{ state: 'created' }]);
    const kept = await ingest.sql('select m::text from refused_message m union all select a::text from audit_event a');
    expect(JSON.stringify([kept, ingest.api.logged()])).not.toContain(TERM_KEY);
  });

  it.each([
    ['a kind that nobody agreed on', { kind: 'free' }],
    ['a key beyond measure', { kind: 'term', key: 'x'.repeat(201) }],
    ['more than was agreed', { kind: 'term', until: '2027-01-01' }],
    ['nothing', {}],
  ])('says it as agreed: %s is refused as such', async (_what, licence) => {
    const { key } = await ingest.site();
    expect((await activate(key, { licence })).json.code).toBe('VALIDATION_FAILED');
  });

  it('is let in where it says that it is metered', async () => {
    const { key } = await ingest.site();
    expect((await activate(key, { licence: { kind: 'metered', key } })).status).toBe(201);
    expect((await enrol({ licence: { kind: 'metered' } })).status).toBe(201);
  });

  it('is in use under a key of another MSP, which it is told without a name, until that ends', async () => {
    const { key } = await ingest.site();
    const body = saying();
    expect((await ingest.activate({ key: beta.key, ...body })).status).toBe(201);
    for (const answer of [await ingest.activate({ key, ...body }), await enrol({ ...body })]) {
      expect([answer.status, answer.json.code, answer.json.errors[0].field]).toEqual([
        409,
        'LICENSED_OTHERWISE',
        '/installationId',
      ]);
      expect(JSON.stringify(answer.json)).not.toMatch(/Beta/);
      expect(JSON.stringify(answer.json)).not.toContain(beta.mspId);
    }
    expect((await found()).mspId).toBe(ingest.mspId);
    // What it has, it keeps.
    expect((await ingest.activate({ key: beta.key, ...body })).status).toBe(201);
    await ingest.sql('update installation set retired_at = now() where id = $1', [body.installationId]);
    expect((await ingest.activate({ key, ...body })).status).toBe(201);
  });

  it('is free once the other MSP’s key was revoked', async () => {
    const { key } = await ingest.site();
    const body = saying();
    await ingest.activate({ key: beta.key, ...body });
    const end = (state: string | null) =>
      ingest.sql(
        `update metered_key set state = coalesce($2, 'active'), ended_how = $2, ended_at = case when $2 is not null then now() end,
           ended_by = case when $2 = 'revoked' then 'vendor' end where id = $1`,
        [beta.keyId, state],
      );
    await end('disabled');
    expect((await ingest.activate({ key, ...body })).json.code).toBe('LICENSED_OTHERWISE');
    await end('revoked');
    expect((await ingest.activate({ key, ...body })).status).toBe(201);
    await end(null);
  });

  it('is bound to one of two MSPs that want it at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { key } = await ingest.site();
      const body = saying();
      const answers = await Promise.all([
        ingest.activate({ key, ...body }),
        ingest.activate({ key: beta.key, ...body }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    }
  });

  it('runs at a site with a term licence in force, which it is not taken from; within that site it is no switch', async () => {
    const month = monthFixture(ingest.api.database.db);
    const licensed = await ingest.site();
    const { key } = await ingest.site();
    const body = saying();
    await ingest.activate({ key: licensed.key, ...body });
    const free = await ingest.activate({ key, ...saying({ installationId: body.installationId }) });
    expect(free.status).toBe(201);
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    await month.pricePlan({
      currency: 'EUR',
      prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '2.00' } },
      termPrices: { 'mail-server.mailbox': { unitPrice: '12', billing: 'whole' } },
    });
    const owner = { mspId: ingest.mspId, siteId: licensed.siteId };
    await month.licence(owner, { meter: 'mail-server.mailbox', count: 5, from: day(-1), until: day(300) });
    const another = await ingest.site();
    expect((await ingest.activate({ key: another.key, ...body })).json).toMatchObject({
      code: 'LICENSED_OTHERWISE',
      errors: [{ field: '/installationId', message: expect.stringContaining('term licence') }],
    });
    expect((await ingest.activate({ key: licensed.key, ...body })).status).toBe(201);
    expect((await activate(licensed.key)).status).toBe(201);
  });
});

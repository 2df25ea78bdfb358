import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../db/connect.js';
import { startTestApi, type TestApi } from './testApi.js';

const distributor = (code: string) => ({
  code,
  name: `Distributor ${code}`,
  registrationNumber: '1',
  address: ['Street 1'],
  country: 'IT',
  email: `billing@${code.toLowerCase()}.example`,
  currency: 'EUR',
  locale: 'it',
  zone: 'Europe/Rome',
});

describe('a POST with an Idempotency-Key', () => {
  let api: TestApi;
  let token: string;
  beforeAll(async () => {
    api = await startTestApi();
    token = await api.token('vendor');
  });
  afterAll(() => api.close());

  const post = (path: string, body: unknown, key: string, as = token) =>
    api.call('POST', path, { token: as, body, headers: { 'idempotency-key': key } });

  it('gets the first answer again, and nothing is done twice', async () => {
    const first = await post('/v1/distributors', distributor('AA'), 'key-1');
    const second = await post('/v1/distributors', distributor('AA'), 'key-1');
    expect([first.status, second.status, second.json]).toEqual([201, 201, first.json]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it('is refused when its key was given to another request', async () => {
    await post('/v1/distributors', distributor('AB'), 'key-2');
    const other = await post('/v1/distributors', distributor('AC'), 'key-2');
    expect([other.status, other.json.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const elsewhere = await post('/v1/service-accounts', { name: 'x', level: 'reader' }, 'key-2');
    expect(elsewhere.json.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('shares its key with no other sender', async () => {
    await post('/v1/distributors', distributor('AD'), 'key-3');
    const other = await post('/v1/distributors', distributor('AE'), 'key-3', await api.token('vendor'));
    expect(other.status).toBe(201);
  });

  it('may be tried again under the same key after a failure', async () => {
    const failed = await post('/v1/distributors', { ...distributor('AA'), name: 'Taken' }, 'key-4');
    expect([failed.status, failed.json.code]).toEqual([409, 'NAME_TAKEN']);
    const again = await post('/v1/distributors', { ...distributor('AA'), name: 'Taken' }, 'key-4');
    expect(again.json.code).toBe('NAME_TAKEN');
  });

  it('sent many times at once is done once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => post('/v1/distributors', distributor('AF'), 'key-5')),
    );
    const ids = new Set(answers.filter(({ status }) => status === 201).map(({ json }) => json.id));
    expect(ids.size).toBe(1);
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    const rows = await api.database.asOwner('select id from distributor where code = $1', ['AF']);
    expect(rows).toHaveLength(1);
  });

  it('finds what a process that died before answering had made', async () => {
    const first = await post('/v1/distributors', distributor('AG'), 'key-6');
    await api.database.asOwner(
      `update idempotency_key set status = 0, body = '{}', created_at = now(), worked_on_by = 1 where key = 'key-6'`,
    );
    const second = await post('/v1/distributors', distributor('AG'), 'key-6');
    expect([second.status, second.json.id]).toEqual([201, first.json.id]);
  });

  it('that another process is answering waits for that one', async () => {
    const other = connect(api.database.appUrl, 1);
    try {
      await post('/v1/distributors', distributor('AI'), 'key-9');
      await api.database.asOwner(
        `update idempotency_key set status = 0, body = '{}', created_at = now(), worked_on_by = $1 where key = 'key-9'`,
        [await other.presence()],
      );
      const answer = await post('/v1/distributors', distributor('AI'), 'key-9');
      expect([answer.status, answer.json.code]).toEqual([409, 'STATE_CONFLICT']);
    } finally {
      await other.close();
    }
    const answer = await post('/v1/distributors', distributor('AI'), 'key-9');
    expect(answer.status).toBe(201);
  });

  it('that showed a secret shows it no second time, and nobody keeps it', async () => {
    const account = await post('/v1/service-accounts', { name: 'canary', level: 'reader' }, 'key-8');
    const body = { serviceAccountId: account.json.id, view: 'vendor', name: 'canary' };
    const first = await post('/v1/tokens', body, 'key-7');
    expect(first.json.token).toMatch(/^kontor_[A-Za-z0-9_-]{43}$/);
    const second = await post('/v1/tokens', body, 'key-7');
    expect([second.status, second.json.code]).toEqual([409, 'STATE_CONFLICT']);
    const kept = await api.database.asOwner(
      `select body::text from idempotency_key union all select after::text from audit_event union all select encode(token_hash, 'escape') from api_token`,
    );
    expect(JSON.stringify(kept)).not.toContain(first.json.token);
    expect(JSON.stringify(kept)).not.toContain(first.json.token.slice(-43));
  });

  it('has a key that can be read', async () => {
    const answer = await post('/v1/distributors', distributor('AH'), 'x'.repeat(201));
    expect([answer.status, answer.json.errors[0].field]).toEqual([422, 'Idempotency-Key']);
  });
});

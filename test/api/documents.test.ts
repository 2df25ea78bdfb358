import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

const PATH = '/v1/programmes/msp/documents';

describe('programme documents', () => {
  let api: TestApi;
  const tokens: Record<string, string> = {};
  beforeAll(async () => {
    api = await startTestApi();
    const month = monthFixture(api.database.db);
    const italy = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    const poland = await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL' });
    await month.programme({ code: 'other' });
    const alpha = await month.msp({ name: 'MSP Alpha', distributorId: italy });
    const beta = await month.msp({ name: 'MSP Beta', distributorId: poland, programme: 'other' });
    tokens.team = await api.token('vendor', { name: 'Partner One' });
    tokens.alpha = await api.token('service_provider', { companyId: alpha });
    tokens.beta = await api.token('service_provider', { companyId: beta });
    tokens.italy = await api.token('distributor', { companyId: italy });
    tokens.poland = await api.token('distributor', { companyId: poland });
  });
  afterAll(() => api.close());

  const get = (path: string, as: string) => api.call('GET', path, { token: tokens[as] ?? '' });
  const put = (name: string, content: Buffer, audience = 'msp', language = 'en') =>
    api.call('PUT', `${PATH}/${name}/${language}`, {
      token: tokens.team ?? '',
      body: { title: 'Guide', contentType: 'application/pdf', contentBase64: content.toString('base64'), audience },
    });

  it('have versions: the same content publishes nothing, other content the next one', async () => {
    const content = Buffer.alloc(1_000_000, 7);
    const first = await put('guide.pdf', content);
    expect([first.status, first.json]).toEqual([
      200,
      expect.objectContaining({
        name: 'guide.pdf',
        language: 'en',
        version: 1,
        publishedBy: expect.objectContaining({ kind: 'person', name: 'Partner One' }),
      }),
    ]);
    expect((await put('guide.pdf', content)).json).toEqual(first.json);
    expect((await put('guide.pdf', Buffer.from('second'))).json.version).toBe(2);
    expect((await put('guide.pdf', Buffer.from('zweite'), 'msp', 'de')).json.version).toBe(1);
    const file = await get(`${PATH}/guide.pdf/en`, 'alpha');
    expect([file.headers.get('content-type'), file.bytes.toString()]).toEqual(['application/pdf', 'second']);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="guide.pdf"');
    expect(file.headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/);
    expect((await get(`${PATH}/guide.pdf/en?version=1`, 'team')).bytes.equals(content)).toBe(true);
    expect((await get(`${PATH}/guide.pdf/en?version=1`, 'alpha')).status).toBe(403);
    const all = await get(`${PATH}?versions=all`, 'team');
    expect(all.json.items.map((item: { language: string; version: number }) => [item.language, item.version])).toEqual([
      ['de', 1],
      ['en', 2],
      ['en', 1],
    ]);
    const trail = (await get('/v1/audit?subject=programme:msp', 'team')).json.items;
    expect(trail.filter(({ action }: { action: string }) => action === 'programme.documentPublished')).toHaveLength(3);
  });

  it('are read by their audience alone, and by nobody without a token', async () => {
    await put('terms.pdf', Buffer.from('distributors'), 'distributor');
    await put('internal.pdf', Buffer.from('team'), 'partner_team');
    const names = async (as: string) => {
      const answer = await get(PATH, as);
      return answer.status === 200
        ? [...new Set(answer.json.items.map(({ name }: { name: string }) => name))]
        : answer.status;
    };
    expect(await names('team')).toEqual(expect.arrayContaining(['guide.pdf', 'internal.pdf', 'terms.pdf']));
    expect(await names('italy')).toEqual(['guide.pdf', 'terms.pdf']);
    expect(await names('alpha')).toEqual(['guide.pdf']);
    // They take part in another programme.
    expect([await names('beta'), await names('poland')]).toEqual([404, 404]);
    expect((await get(`${PATH}/terms.pdf/en`, 'alpha')).status).toBe(404);
    expect((await get(`${PATH}/internal.pdf/en`, 'italy')).status).toBe(404);
    expect((await get(`${PATH}/guide.pdf/en`, 'beta')).status).toBe(404);
    expect((await api.call('GET', PATH)).status).toBe(401);
  });

  it('are read by approved MSPs alone', async () => {
    await api.database.asOwner(`update participation set state = 'suspended' where programme_code = 'msp'`);
    expect((await get(PATH, 'alpha')).status).toBe(404);
    await api.database.asOwner(`update participation set state = 'approved' where programme_code = 'msp'`);
    expect((await get(PATH, 'alpha')).status).toBe(200);
  });

  it('that were withdrawn are there no more, and come back as a new version', async () => {
    await put('old.pdf', Buffer.from('old'));
    const remove = (path: string) => api.call('DELETE', path, { token: tokens.team ?? '' });
    expect((await remove(`${PATH}/old.pdf/en`)).status).toBe(204);
    expect((await remove(`${PATH}/old.pdf/en`)).status).toBe(404);
    expect((await get(`${PATH}/old.pdf/en`, 'alpha')).status).toBe(404);
    expect((await put('old.pdf', Buffer.from('old'))).json.version).toBe(2);
  });

  it('have names, never paths, and belong to a programme that there is', async () => {
    for (const name of ['..%2f..%2fetc%2fpasswd', '.env', 'a%00b', 'a%0d%0ab']) {
      expect((await get(`${PATH}/${name}/en`, 'team')).status).toBe(422);
    }
    const body = { title: 'x', contentType: 'text/plain', contentBase64: 'eA==', audience: 'msp' };
    const nowhere = await api.call('PUT', '/v1/programmes/nowhere/documents/x/en', { token: tokens.team ?? '', body });
    expect(nowhere.status).toBe(404);
  });
});

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LINK_MS, signDownload } from '../../api/releases/downloadLink.js';
import { LIMITS } from '../../api/http/limits.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { monthFixture } from '../support/month.js';

const RELEASES = '/v1/programmes/msp/releases';
const OCTETS = { 'content-type': 'application/octet-stream' };
const MAX_BYTES = 300_000;
const sha256Of = (content: Buffer) => createHash('sha256').update(content).digest('hex');

interface ReleaseSpec {
  product?: string;
  version?: string;
  fileName?: string;
  bytes?: number;
  sha256?: string;
}

/** Releases are published by the partner team and downloaded by those who have to do with the product; all over HTTP. */
describe('software download', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let team: string;
  let germany: string;
  let alpha: string;
  const tokens: Record<string, string> = {};
  const companies: Record<string, string> = {};
  let versions = 0;

  beforeAll(async () => {
    api = await startTestApi({ releaseMaxBytes: MAX_BYTES, limits: { arrivalMs: 700 } });
    month = monthFixture(api.database.db);
    await month.programme({ settings: { orders: { enabledByOrder: ['endpoint'] } } });
    await month.programme({ code: 'other' });
    germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const poland = await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL' });
    alpha = await month.msp({ name: 'MSP Alpha', distributorId: germany });
    const beta = await month.msp({ name: 'MSP Beta', distributorId: poland, programme: 'other' });
    const gone = await month.msp({ name: 'MSP Gamma', distributorId: germany, left: '2026-01' });
    await month.site({ mspId: alpha, name: 'North', product: 'backup', tenants: ['north'] });
    await month.site({ mspId: alpha, name: 'South', product: 'scanner', tenants: ['south'] });
    await month.site({ mspId: gone, name: 'East', product: 'backup', tenants: ['east'] });
    team = await api.token('vendor');
    tokens.team = team;
    tokens.alpha = await api.token('service_provider', { companyId: alpha });
    tokens.beta = await api.token('service_provider', { companyId: beta });
    tokens.gone = await api.token('service_provider', { companyId: gone });
    tokens.germany = await api.token('distributor', { companyId: germany });
    tokens.poland = await api.token('distributor', { companyId: poland });
    for (const view of ['customer', 'system_integrator', 'reseller', 'partner'] as const) {
      companies[view] = await month.company(view);
      tokens[view] = await api.token(view, { companyId: companies[view] });
    }
    for (const [name, ref, mspId] of [
      ['south', 'south', alpha],
      ['east', 'east', gone],
    ] as const) {
      companies[name] = await month.company('customer');
      tokens[name] = await api.token('customer', { companyId: companies[name] });
      await link(ref, companies[name], mspId);
    }
    await link('north', companies.customer ?? '', alpha);
  }, 120_000);
  afterAll(() => api.close());

  const link = (ref: string, companyId: string, mspId: string) =>
    month.run('update tenant set customer_id = :companyId where msp_id = :mspId and ref = :ref', {
      companyId,
      mspId,
      ref,
    });
  const announce = async (content: Buffer, spec: ReleaseSpec = {}) => {
    versions += 1;
    return api.call('POST', RELEASES, {
      token: team,
      body: {
        product: spec.product ?? 'backup',
        version: spec.version ?? `1.${versions}`,
        notes: 'First line\nSecond line',
        fileName: spec.fileName ?? 'backup.tar.gz',
        sha256: spec.sha256 ?? sha256Of(content),
        bytes: spec.bytes ?? content.length,
      },
    });
  };
  const upload = (id: string, body: Buffer, headers: Record<string, string> = OCTETS) =>
    api.call('PUT', `${RELEASES}/${id}/file`, { token: team, body, headers });
  const publish = async (content: Buffer, spec: ReleaseSpec = {}) => {
    const { status, json } = await announce(content, spec);
    expect(status).toBe(201);
    const published = await upload(json.id, content);
    expect(published.status).toBe(200);
    return published.json;
  };
  const listed = async (as: string, query = '') => {
    const { status, json } = await api.call('GET', `${RELEASES}${query}`, { token: tokens[as] ?? '' });
    return status === 200 ? json.items.map((one: { id: string }) => one.id) : status;
  };
  /** The path of a link, or the status. */
  const linkOf = async (id: string, as: string, token = tokens[as] ?? ''): Promise<string> => {
    const { status, json } = await api.call('POST', `${RELEASES}/${id}/link`, { token });
    return status === 201 ? String(json.url).replace(api.url, '') : String(status);
  };
  /** What a link says, to whoever has it. */
  const signed = (path: string) =>
    JSON.parse(Buffer.from(path.split('.')[1] ?? '', 'base64url').toString()) as [
      string,
      string,
      string,
      string,
      number,
    ];
  const download = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    api.call(method, path, { headers });
  const kept = () => readdir(api.releases.folder);
  const trailOf = async (id: string) => {
    const { json } = await api.call('GET', `/v1/audit?subject=release:${id}`, { token: team });
    return json.items as { action: string; actor: { name: string }; after: Record<string, unknown>; mspId: string }[];
  };
  /** Sends pieces one by one, so that the length is not said before; a piece that is null breaks off. */
  const sendPieces = (
    path: string,
    pieces: (Buffer | null)[],
    pauseMs = 50,
    headers: Record<string, string> = OCTETS,
  ) =>
    new Promise<{ status: number; code: string } | string>((resolve) => {
      const sent = request(`${api.url}${path}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${team}`, ...headers },
      });
      sent.on('error', (error) => {
        resolve(error.message);
      });
      sent.on('response', (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: res.statusCode ?? 0, code: text === '' ? '' : (JSON.parse(text).code ?? 'none') });
        });
      });
      void (async () => {
        for (const piece of pieces) {
          if (piece === null) {
            sent.destroy();
            return;
          }
          sent.write(piece);
          await new Promise((done) => setTimeout(done, pauseMs));
        }
        sent.end();
      })();
    });

  describe('a release', () => {
    it('is seen once its file has come, by those alone who have to do with its product', async () => {
      const content = randomBytes(200_000);
      const announced = await announce(content, { version: '21.4' });
      expect(announced.json).toMatchObject({ version: '21.4', publishedAt: null, bytes: 200_000 });
      const { id } = announced.json;
      expect([await listed('team'), await listed('alpha')]).toEqual([[id], []]);
      expect(await linkOf(id, 'alpha')).toBe('404');
      expect((await upload(id, content)).json).toMatchObject({ id, sha256: sha256Of(content) });
      expect(await kept()).toEqual([id]);

      for (const as of ['team', 'alpha', 'germany', 'customer']) expect([as, await listed(as)]).toEqual([as, [id]]);
      const named = (await api.call('GET', RELEASES, { token: tokens.alpha ?? '' })).json.items[0];
      expect(named).toMatchObject({ notes: 'First line\nSecond line', sha256: sha256Of(content), announcedBy: null });
      expect(await listed('alpha', '?product=scanner')).toEqual([]);
      // Of another product, of an MSP that has left, of another programme, and those that nothing ties to one.
      expect(await listed('south')).toEqual([]);
      for (const as of ['east', 'gone', 'beta', 'poland', 'system_integrator', 'reseller', 'partner']) {
        expect([as, await listed(as), await linkOf(id, as)]).toEqual([as, 404, '404']);
      }
      expect(await linkOf(id, 'south')).toBe('404');
      for (const as of ['alpha', 'customer', 'germany']) {
        const { json } = await api.call('POST', RELEASES, { token: tokens[as] ?? '', body: {} });
        expect([as, json.code]).toEqual([as, 'FORBIDDEN']);
      }
      expect((await trailOf(id)).map(({ action }) => action)).toEqual(['release.published', 'release.announced']);
    });

    it('of a product that an order enables is for MSPs for which it was enabled, while it is', async () => {
      const { id } = await publish(randomBytes(10), { product: 'endpoint' });
      expect([await listed('alpha', '?product=endpoint'), await linkOf(id, 'alpha')]).toEqual([[], '404']);
      const product = `/v1/msps/${alpha}/programmes/msp/products/endpoint`;
      const body = { reason: 'Contract of 1 March' };
      expect((await api.call('PUT', product, { token: team, body })).status).toBe(200);
      const path = await linkOf(id, 'alpha');
      expect((await download(path)).status).toBe(200);
      expect((await api.call('DELETE', product, { token: team })).status).toBe(204);
      expect((await download(path)).json.code).toBe('NOT_FOUND');
    });

    it('is listed page by page, the newest first', async () => {
      const ids: string[] = [];
      for (const version of ['1', '2', '3']) {
        ids.unshift((await publish(randomBytes(10), { product: 'scanner', version })).id);
      }
      expect(await listed('south')).toEqual(ids);
      const first = await api.call('GET', `${RELEASES}?limit=2`, { token: tokens.south ?? '' });
      expect(first.json.items.map((one: { id: string }) => one.id)).toEqual(ids.slice(0, 2));
      expect(await listed('south', `?limit=2&after=${first.json.next}`)).toEqual(ids.slice(2));
    });

    it('that was withdrawn is gone with its file and its links; its version is never given again', async () => {
      const content = randomBytes(10);
      const { id, version } = await publish(content);
      const path = await linkOf(id, 'alpha');
      const body = { reason: 'It deletes what it should keep' };
      const withdraw = () => api.call('POST', `${RELEASES}/${id}/withdraw`, { token: team, body });
      expect((await withdraw()).json).toMatchObject({ id, withdrawnReason: body.reason });
      expect([(await download(path)).json.code, await linkOf(id, 'alpha')]).toEqual(['NOT_FOUND', '404']);
      expect(await listed('alpha')).not.toContain(id);
      expect(await listed('team')).toContain(id);
      expect(await kept()).not.toContain(id);
      expect([(await withdraw()).status, (await upload(id, content)).status]).toEqual([409, 409]);
      expect((await announce(content, { version: `${version}.0` })).json.errors[0]).toMatchObject({
        field: '/version',
        code: 'STATE_CONFLICT',
      });
      for (const sql of ['notes = notes || $1', 'published_at = null', 'withdrawn_at = null']) {
        const changed = api.database.asOwner(`update software_release set ${sql.replace('$1', "'x'")}`, []);
        await expect(changed).rejects.toThrow('published once');
      }
      await expect(api.database.asOwner('delete from software_release', [])).rejects.toThrow(
        'never changed or deleted',
      );
    });
  });

  describe('an upload', () => {
    it('of other bytes than were announced leaves nothing behind, and can be sent again', async () => {
      const content = randomBytes(150_000);
      const { id } = (await announce(content)).json;
      const before = await kept();
      const path = `${RELEASES}/${id}/file`;
      const other = Buffer.from(content);
      other[70_000] = (other[70_000] ?? 0) ^ 1;
      expect((await upload(id, other)).json.errors[0]).toMatchObject({ field: 'body', code: 'CHECKSUM_DIFFERS' });
      expect((await upload(id, content.subarray(1))).json.errors[0].field).toBe('Content-Length');
      expect((await upload(id, Buffer.concat([content, content]))).json.errors[0].field).toBe('Content-Length');
      const half = content.subarray(0, 75_000);
      expect(await sendPieces(path, [half])).toEqual({ status: 422, code: 'VALIDATION_FAILED' });
      expect(await sendPieces(path, [content, Buffer.from('x')])).toEqual({ status: 413, code: 'BODY_TOO_LARGE' });
      expect(await sendPieces(path, [half, null])).toBe('socket hang up');
      for (const headers of [{ 'content-type': 'application/json' }, { ...OCTETS, 'content-encoding': 'gzip' }]) {
        expect((await upload(id, content, headers)).json.code).toBe('UNSUPPORTED_MEDIA_TYPE');
      }
      // The one that broke off is noticed a moment later.
      for (let tries = 0; tries < 40 && (await kept()).length > before.length; tries += 1) {
        await new Promise((done) => setTimeout(done, 50));
      }
      expect(await kept()).toEqual(before);
      expect((await listed('alpha')).includes(id)).toBe(false);

      expect(await sendPieces(path, [half, content.subarray(75_000)])).toEqual({ status: 200, code: 'none' });
      const again = await upload(id, content);
      expect([again.status, again.json.publishedAt]).toEqual([200, expect.any(String)]);
      expect((await upload(id, other)).status).toBe(422);
      expect((await download(await linkOf(id, 'alpha'))).bytes.equals(content)).toBe(true);
    });

    it('two at once of one version publish it once; two announcements of one version are one', async () => {
      const content = randomBytes(200_000);
      const both = await Promise.all([announce(content, { version: '30' }), announce(content, { version: '30.0' })]);
      expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
      const { id } = both.find(({ status }) => status === 201)?.json ?? {};
      const sent = await Promise.all([upload(id, content), upload(id, content), upload(id, content)]);
      expect(sent.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect((await trailOf(id)).filter(({ action }) => action === 'release.published')).toHaveLength(1);
      expect((await kept()).filter((name) => name.startsWith(id))).toEqual([id]);
    });

    it('and a withdrawal at once leave no file of a withdrawn release', async () => {
      const content = randomBytes(200_000);
      const { id } = (await announce(content)).json;
      const path = `${RELEASES}/${id}`;
      const [sent, withdrawn] = await Promise.all([
        sendPieces(`${path}/file`, [content.subarray(0, 10), content.subarray(10)], 200),
        api.call('POST', `${path}/withdraw`, { token: team, body: { reason: 'Wrong file' } }),
      ]);
      expect([sent, withdrawn.status]).toEqual([{ status: 409, code: 'STATE_CONFLICT' }, 200]);
      expect(await kept()).not.toContain(id);
      // Nobody had it: the version is free.
      expect((await announce(content, { version: withdrawn.json.version })).status).toBe(201);
    });

    it('takes its time, which other requests do not have', async () => {
      const content = randomBytes(30);
      const { id } = (await announce(content)).json;
      const pieces = [0, 10, 20].map((from) => content.subarray(from, from + 10));
      expect(await sendPieces(`${RELEASES}/${id}/file`, pieces, 400)).toEqual({ status: 200, code: 'none' });
      const json = { 'content-type': 'application/json' };
      expect(await sendPieces('/v1/programmes/msp/documents/a.pdf/en', pieces, 400, json)).toEqual({
        status: 408,
        code: '',
      });
      const nobody = { ...OCTETS, authorization: 'Bearer nobody' };
      expect(await sendPieces(`${RELEASES}/${id}/file`, pieces, 10, nobody)).toMatchObject({ status: 401 });
    });

    it('is bounded, and what a killed process left is removed with the next one', async () => {
      const content = randomBytes(10);
      const tooLong = await announce(content, { bytes: MAX_BYTES + 1 });
      expect(tooLong.json.errors[0]).toMatchObject({ field: '/bytes', code: 'VALIDATION_FAILED' });
      const names = [`${randomUUID()}.${randomUUID()}.part`, `${randomUUID()}.${randomUUID()}.part`];
      const [old = '', young = ''] = names.map((name) => join(api.releases.folder, name));
      for (const path of [old, young]) await writeFile(path, 'x');
      const long = new Date(Date.now() - 3 * LIMITS.uploadMs);
      await utimes(old, long, long);
      await publish(content);
      expect((await kept()).filter((name) => name.endsWith('.part'))).toEqual([names[1]]);
    });

    it('names no path: neither its file name nor its id leads out of the folder', async () => {
      const content = randomBytes(10);
      for (const fileName of ['../../etc/passwd', '/etc/passwd', '..', '.hidden', 'a/b', 'a\\b', 'a"b', 'a\r\nb', '']) {
        const { status, json } = await announce(content, { fileName });
        expect([fileName, status, json.errors[0].field]).toEqual([fileName, 422, '/fileName']);
      }
      for (const id of ['..%2f..%2fetc%2fpasswd', '%2e%2e%5c', 'x']) {
        expect([id, (await upload(id, content)).status]).toEqual([id, 422]);
      }
      expect((await upload(randomUUID(), content)).status).toBe(404);
    });

    it('and a link of another programme’s release are not found there', async () => {
      const { id } = await publish(randomBytes(10));
      const other = `/v1/programmes/other/releases/${id}`;
      const answers = [
        await api.call('PUT', `${other}/file`, { token: team, body: Buffer.from('x'), headers: OCTETS }),
        await api.call('POST', `${other}/withdraw`, { token: team, body: { reason: 'x' } }),
        await api.call('POST', `${other}/link`, { token: team }),
        await api.call('POST', `${other}/link`, { token: tokens.beta ?? '' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    });
  });

  describe('a link', () => {
    it('gives the file without a token, and ranges of it', async () => {
      const content = randomBytes(100_000);
      const { id, sha256 } = await publish(content, { fileName: 'backup-21.exe' });
      const path = await linkOf(id, 'alpha');
      const whole = await download(path);
      const headers = ['etag', 'content-disposition', 'content-type', 'accept-ranges', 'content-length'];
      expect([whole.status, ...headers.map((name) => whole.headers.get(name))]).toEqual([
        ...[200, `"${sha256}"`, 'attachment; filename="backup-21.exe"', 'application/octet-stream', 'bytes', '100000'],
      ]);
      expect(whole.bytes.equals(content)).toBe(true);

      const rest = await download(path, { range: 'bytes=60000-', 'if-range': `"${sha256}"` });
      expect([rest.status, rest.headers.get('content-range')]).toEqual([206, 'bytes 60000-99999/100000']);
      expect(rest.bytes.equals(content.subarray(60_000))).toBe(true);
      expect((await download(path, { range: 'bytes=-10' })).bytes.equals(content.subarray(-10))).toBe(true);
      const renewed = await download(path, { range: 'bytes=60000-', 'if-range': '"another"' });
      expect([renewed.status, renewed.bytes.length]).toEqual([200, 100_000]);
      const beyond = await download(path, { range: 'bytes=100000-' });
      expect([beyond.status, beyond.json.code, beyond.headers.get('content-range')]).toEqual([
        ...[416, 'RANGE_NOT_SATISFIABLE', 'bytes */100000'],
      ]);
      expect(beyond.headers.get('content-disposition')).toBeNull();
      for (const range of ['bytes=9-3', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,50-60']) {
        expect([range, [200, 416].includes((await download(path, { range })).status)]).toEqual([range, true]);
      }
      expect((await download(path, { 'if-match': '"another"' })).status).toBe(412);
      const head = await download(path, {}, 'HEAD');
      expect([head.status, head.headers.get('content-length'), head.bytes.length]).toEqual([200, '100000', 0]);
    });

    it('leaves each download in the audit trail, with who asked for it', async () => {
      const { id, version } = await publish(randomBytes(1_000));
      const name = 'Anna Example';
      const token = await api.token('service_provider', { companyId: alpha, name });
      const path = await linkOf(id, '', token);
      await download(path);
      await download(path, { range: 'bytes=500-' });
      await download(path, {}, 'HEAD');
      const got = (await trailOf(id)).filter(({ action }) => action === 'release.downloaded');
      const about = { programme: 'msp', product: 'backup', version, view: 'service_provider', companyId: alpha };
      expect(got.map(({ actor, after, mspId }) => [actor.name, mspId, after])).toEqual([
        [name, alpha, { ...about, range: 'bytes=500-' }],
        [name, alpha, { ...about, range: null }],
      ]);
    });

    it('that was changed, signed by others, or has expired is refused', async () => {
      const { id } = await publish(randomBytes(10));
      const path = await linkOf(id, 'alpha');
      const secret = path.replace('/v1/downloads/', '');
      const [key = '', content = '', mac = ''] = secret.split('.');
      const parts = signed(path);
      expect(parts[4] - Date.now()).toBeLessThanOrEqual(LINK_MS);
      const [, , membershipId] = parts;
      const forged = (at: number, value: unknown) =>
        Buffer.from(JSON.stringify(parts.with(at, value as string))).toString('base64url');
      const past = new Date(Date.now() - 1);
      const wrong = [
        `${key}.${forged(4, parts[4] + LINK_MS)}.${mac}`,
        `${key}.${forged(3, 'vendor')}.${mac}`,
        `${key}.${forged(1, randomUUID())}.${mac}`,
        `other.${content}.${mac}`,
        `${key}.${content}.${'A'.repeat(43)}`,
        `${key}.${content}`,
        secret.toUpperCase(),
        `${secret}A`,
        signDownload(api.releases.links, { releaseId: id, membershipId, view: 'service_provider' }, past),
        api.releases.links.sign('[]'),
      ];
      for (const one of wrong) {
        const { status, json } = await download(`/v1/downloads/${one}`);
        expect([one, status, json.code]).toEqual([one, 410, 'LINK_INVALID']);
      }
      expect((await download(path)).status).toBe(200);
      const soon = new Date(Date.now() + 60_000);
      const unknown = signDownload(
        api.releases.links,
        { releaseId: randomUUID(), membershipId, view: 'service_provider' },
        soon,
      );
      expect((await download(`/v1/downloads/${unknown}`)).status).toBe(404);
      // The view is one that the company does not hold.
      const other = signDownload(api.releases.links, { releaseId: id, membershipId, view: 'vendor' }, soon);
      expect((await download(`/v1/downloads/${other}`)).status).toBe(403);
    });

    it('ends with the membership of the one who asked, and with the company’s business', async () => {
      const { id } = await publish(randomBytes(10));
      const token = await api.token('service_provider', { companyId: alpha });
      const path = await linkOf(id, '', token);
      expect((await download(path)).status).toBe(200);
      const membershipId = signed(path)[2];
      const ended = await api.call('POST', `/v1/memberships/${membershipId}/end`, { token: tokens.alpha ?? '' });
      expect(ended.status).toBeLessThan(300);
      expect((await download(path)).json.code).toBe('FORBIDDEN');

      const held = await linkOf(id, 'customer');
      expect((await download(held)).status).toBe(200);
      const company = `/v1/companies/${companies.customer}`;
      const state = (to: string) => api.call('POST', `${company}/${to}`, { token: team, body: { reason: 'Unclear' } });
      expect((await state('suspend')).status).toBe(200);
      expect((await download(held)).json.code).toBe('FORBIDDEN');
      expect((await state('resume')).status).toBe(200);
      await link('north', companies.south ?? '', alpha);
      expect((await download(held)).json.code).toBe('NOT_FOUND');
      await link('north', companies.customer ?? '', alpha);
    });

    it('of an integrator ends with the mandate', async () => {
      const { id } = await publish(randomBytes(10));
      const token = tokens.system_integrator ?? '';
      const asked = await api.call('POST', '/v1/mandates', { token, body: { customerId: companies.customer } });
      const mandate = `/v1/mandates/${asked.json.id}`;
      expect(await linkOf(id, 'system_integrator')).toBe('404');
      await api.call('POST', `${mandate}/consent`, { token: tokens.customer ?? '' });
      const path = await linkOf(id, 'system_integrator');
      expect((await download(path)).status).toBe(200);
      await api.call('POST', `${mandate}/end`, { token: tokens.customer ?? '' });
      expect((await download(path)).json.code).toBe('NOT_FOUND');
    });

    it('whose file is lost says so, and the file can be sent again', async () => {
      const content = randomBytes(10);
      const { id } = await publish(content);
      const path = await linkOf(id, 'alpha');
      await rm(join(api.releases.folder, id));
      expect((await download(path)).json.code).toBe('STORED_DATA_UNREADABLE');
      await upload(id, content);
      expect((await download(path)).bytes.equals(content)).toBe(true);
    });
  });
});

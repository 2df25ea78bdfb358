import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL, rows } from '../../db/connect.js';
import { liftContact } from '../../db/sites/contact.js';
import { watchContact } from '../../workflows/watchContact.js';
import { recordHistory } from '../support/histories.js';
import { createProgramme, type Programme } from '../support/programme.js';
import { destroyKey } from '../support/destroyKey.js';

const LAST_CONTACT = '2026-01-01T12:00:00Z';

describe('rule 6: a site without contact', () => {
  let programme: Programme;
  let mspId: string;
  let token: string;
  beforeAll(async () => {
    programme = await createProgramme();
    ({ mspId, token } = await programme.approvedMsp());
  });
  afterAll(() => programme.stop());

  /** An active site, last heard at `heard`, or never since its activation then. */
  const site = async (name: string, heard = LAST_CONTACT, column = 'last_contact_at') => {
    const { json } = await programme.call(
      'POST',
      `/v1/msps/${mspId}/sites`,
      { programme: 'msp', name, product: 'backup' },
      token,
    );
    await programme.activate(json.key);
    await programme.query(`update site set ${column} = :heard where id = :siteId`, { heard, siteId: json.siteId });
    return json as { siteId: string; keyId: string; key: string };
  };
  const watch = async (now: string) => {
    const workflowId = `watch-contact-${randomUUID()}`;
    const { taskQueue, client } = programme.app;
    const result = await client.workflow.execute(watchContact, { workflowId, taskQueue, args: [{ now }] });
    return { workflowId, result };
  };
  const show = async (siteId: string) => {
    const { contact, keyState } = (await programme.call('GET', `/v1/msps/${mspId}/sites/${siteId}`)).json;
    return `${contact}, key ${keyState}`;
  };
  const lettersAbout = async (name: string) =>
    (
      await programme.query<{ kind: string }>(
        `select kind from outbox where params ->> 'siteName' = :name order by id`,
        {
          name,
        },
      )
    ).map(({ kind }) => kind);
  const lift = (siteId: string, at: string) =>
    programme.database.db.transaction(ALL, async (trx) => {
      await rows(trx, 'update site set last_contact_at = ? where id = ?', [at, siteId]);
      await liftContact(trx, [siteId]);
    });

  it('is warned after 7 days, blocked after 30, its key disabled after 60, each told once', async () => {
    const { siteId } = await site('Silent');
    const course: string[] = [];
    for (const now of [
      '2026-01-08T11:59:59Z',
      '2026-01-08T12:00:00Z',
      '2026-01-31T11:59:59Z',
      '2026-01-31T12:00:00Z',
    ]) {
      await watch(now);
      await watch(now);
      course.push(await show(siteId));
    }
    const { workflowId, result } = await watch('2026-03-02T12:00:00Z');
    expect(result.disabled).toBeGreaterThan(0);
    course.push(await show(siteId));
    expect(course).toEqual([
      'ok, key active',
      'warned, key active',
      'warned, key active',
      'blocked, key active',
      'disabled, key disabled',
    ]);
    expect(await lettersAbout('Silent')).toEqual(['contactWarning', 'contactBlocked', 'keyDisabled']);
    const trail = (await programme.call('GET', `/v1/audit?subject=site:${siteId}`)).json.items;
    expect(trail.map(({ action }: { action: string }) => action).slice(0, 3)).toEqual([
      'site.contactDisabled',
      'site.contactBlocked',
      'site.contactWarned',
    ]);
    await recordHistory(programme.app.client, workflowId, 'watchContact-disabled');
  });

  it('counts from its activation where it was never heard', async () => {
    const { siteId } = await site('Never heard', LAST_CONTACT, 'activated_at');
    await watch('2026-01-08T12:00:00Z');
    expect(await show(siteId)).toBe('warned, key active');
  });

  it('gets no new installation and no new key once it is blocked', async () => {
    const { siteId, key } = await site('Blocked');
    await watch('2026-02-01T00:00:00Z');
    expect((await programme.activate(key)).json.code).toBe('KEY_DISABLED');
    const rotated = await programme.call('POST', `/v1/msps/${mspId}/sites/${siteId}/keys/rotate`, undefined, token);
    expect(rotated.json.code).toBe('STATE_CONFLICT');
  });

  it('is lifted by a check-in, and a new silence is told anew', async () => {
    const { siteId } = await site('Back again');
    await watch('2026-03-05T00:00:00Z');
    expect(await show(siteId)).toBe('disabled, key disabled');
    await lift(siteId, '2026-03-05T06:00:00Z');
    expect(await show(siteId)).toBe('ok, key active');
    await watch('2026-03-06T00:00:00Z');
    expect(await show(siteId)).toBe('ok, key active');
    await watch('2026-03-13T00:00:00Z');
    expect(await lettersAbout('Back again')).toEqual(['keyDisabled', 'contactWarning']);
  });

  it('keeps a destroyed key destroyed: nothing lifts that', async () => {
    const { siteId, keyId } = await site('Destroyed');
    await watch('2026-03-05T00:00:00Z');
    await destroyKey(
      (to, body) => programme.call('POST', to, body, token),
      `/v1/msps/${mspId}/sites/${siteId}/keys/${keyId}`,
    );
    await lift(siteId, '2026-03-05T06:00:00Z');
    expect(await show(siteId)).toBe('ok, key destroyed');
  });

  it('is judged by the days its programme sets', async () => {
    await programme.settings({ contact: { warnAfterDays: 2, blockAfterDays: 3, disableAfterDays: 4 } });
    const { siteId } = await site('Strict', '2026-05-01T00:00:00Z');
    await watch('2026-05-04T00:00:00Z');
    await programme.settings({});
    expect(await show(siteId)).toBe('blocked, key active');
  });

  it('is left alone where it is not active yet', async () => {
    const body = { programme: 'msp', name: 'New', product: 'backup' };
    const { siteId } = (await programme.call('POST', `/v1/msps/${mspId}/sites`, body, token)).json;
    await watch('2028-01-01T00:00:00Z');
    expect(await show(siteId)).toBe('ok, key issued');
  });
});

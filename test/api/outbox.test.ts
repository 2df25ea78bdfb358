import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL, rows } from '../../db/connect.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { startTestApi, type TestApi } from './testApi.js';

const AT = new Date('2026-04-06T08:00:00Z');

describe('a mail', () => {
  let api: TestApi;
  let token: string;
  let count = 0;
  beforeAll(async () => {
    api = await startTestApi();
    token = await api.token('vendor', { name: 'Partner One' });
  });
  afterAll(() => api.close());

  const mailIn = async (state: string): Promise<{ id: string; messageId: string }> => {
    count += 1;
    const messageId = `statement.IT-2026-00000${count}.1@kontor.example`;
    const mail = {
      messageId,
      kind: 'statementIssued' as const,
      locale: 'it',
      to: { address: `billing${count}@msp.example` },
      params: {
        vendorName: 'Vendor',
        distributorName: 'Distributor',
        mspName: 'MSP',
        number: 'secret-param',
        period: '2026-03',
        total: { amount: '1.00', currency: 'EUR' },
        estimatedLines: 0,
        correctionLines: 0,
      },
      period: '2026-03',
      notBefore: AT,
    };
    const [row] = await api.database.db.transaction(ALL, async (trx) => {
      await enqueueMails(trx, [mail], AT);
      return rows<{ id: string }>(
        trx,
        `update outbox set state = :state, attempts = 3, last_response = '250 or not' where message_id = :messageId
         returning id`,
        { state, messageId },
      );
    });
    return { id: row?.id ?? '', messageId };
  };
  const resend = (id: string, headers: Record<string, string> = {}) =>
    api.call('POST', `/v1/outbox/${id}/resend`, { token, body: { reason: 'Asked for by phone' }, headers });

  it.each(['bounced', 'parked'])('that is %s becomes due again, as the same message', async (state) => {
    const { id, messageId } = await mailIn(state);
    const answer = await resend(id);
    expect([answer.status, answer.json]).toEqual([202, { id, messageId, state: 'pending' }]);
    const trail = await api.call('GET', `/v1/audit?subject=mail:${id}`, { token });
    expect(trail.json.items[0]).toMatchObject({
      actor: { kind: 'person', name: 'Partner One' },
      action: 'mail.resent',
      before: { state },
      reason: 'Asked for by phone',
    });
  });

  it.each(['pending', 'sending'])('that is %s is on its way already', async (state) => {
    const { id } = await mailIn(state);
    const answer = await resend(id);
    expect([answer.status, answer.json.code]).toEqual([409, 'STATE_CONFLICT']);
  });

  it.each(['sent', 'uncertain'])(
    'that is %s is copied: the copy is a message of its own, once per request',
    async (state) => {
      const { id, messageId } = await mailIn(state);
      const first = await resend(id, { 'idempotency-key': `copy-${state}` });
      const second = await resend(id, { 'idempotency-key': `copy-${state}` });
      expect([first.status, second.json]).toEqual([202, first.json]);
      expect(first.json.id).not.toBe(id);
      expect(first.json.messageId).not.toBe(messageId);
      expect(first.json.messageId).toMatch(/^statement\.IT-2026-00000\d+\.1\.copy-[0-9a-f-]{36}@kontor\.example$/);
      const list = await api.call('GET', `/v1/outbox?recipient=billing${count}@msp.example`, { token });
      expect(list.json.items.map((mail: { state: string }) => mail.state)).toEqual(['pending', state]);
    },
  );

  it('is listed by state and period, without what it says', async () => {
    await mailIn('bounced');
    const list = await api.call('GET', '/v1/outbox?state=bounced&period=2026-03', { token });
    expect(list.json.items.length).toBeGreaterThan(0);
    expect(list.json.items[0]).toMatchObject({ attempts: 3, lastResponse: '250 or not', state: 'bounced' });
    expect(list.bytes.toString()).not.toContain('secret-param');
  });

  it('is sent again for a reason, and only when there is one', async () => {
    const { id } = await mailIn('bounced');
    expect((await api.call('POST', `/v1/outbox/${id}/resend`, { token, body: {} })).status).toBe(422);
    expect((await resend('999999')).status).toBe(404);
  });
});

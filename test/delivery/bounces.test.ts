import { afterEach, describe, expect, it } from '@jest/globals';
import { ALL } from '../../db/connect.js';
import { recordBounce } from '../../db/outbox/recordBounce.js';
import { failedDeliveries } from '../../delivery/index.js';
import { mailHouse, type MailHouse } from './fixture.js';

let house: MailHouse;
afterEach(() => house.close());

const report = (envelopeId: string | null, action = 'failed', said = 'smtp; 550 5.1.1 no such\r\n  mailbox') =>
  [
    'From: Mail Delivery System <postmaster@relay.example>',
    'To: kontor@kontor.example',
    'Subject: Undelivered Mail Returned to Sender',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'It could not be delivered.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; relay.example',
    ...(envelopeId === null ? [] : [`Original-Envelope-Id: ${envelopeId}`]),
    '',
    'Final-Recipient: rfc822; msp-0@alpha.example',
    `Action: ${action}`,
    'Status: 5.1.1',
    `Diagnostic-Code: ${said}`,
    '',
    '--b--',
    '',
  ].join('\r\n');

const load = async (file: string) => {
  const reports = await failedDeliveries(Buffer.from(file));
  const counted = await Promise.all(
    reports.map((each) => house.database.db.transaction(ALL, (trx) => recordBounce(trx, each, new Date()))),
  );
  return counted.filter(Boolean).length;
};

describe('a report of a mail that was not delivered', () => {
  it('counts with the envelope id of that mail, once; one that is forged, or of another kind, is ignored', async () => {
    house = await mailHouse();
    await house.enqueue([{}, {}].map((_, n) => ({ messageId: `m.${n}@kontor.example` })));
    await house.drain();
    const [row] = await house.database.asOwner<{ envelope_id: string }>('select envelope_id from outbox order by id');
    const envelopeId = row?.envelope_id ?? '';
    expect(await load(report(null))).toBe(0);
    expect(await load(report('m.0@kontor.example'))).toBe(0);
    expect(await load(report('00000000-0000-4000-8000-000000000000'))).toBe(0);
    expect(await load(report(envelopeId, 'delayed'))).toBe(0);
    const mailbox = `From MAILER-DAEMON Mon Apr  6\n${report(null)}\nFrom MAILER-DAEMON Mon Apr  6\n${report(envelopeId)}`;
    expect(await load(mailbox)).toBe(1);
    expect(await load(mailbox)).toBe(0);
    expect((await house.outbox()).map(({ state, last_response: said }) => [state, said])).toEqual([
      ['bounced', '5.1.1 smtp; 550 5.1.1 no such mailbox'],
      ['sent', expect.stringContaining('250')],
    ]);
    expect(await house.source(1)).not.toContain(envelopeId);
  });

  it('case 44: counts where what was said is cut in the middle of a character', async () => {
    house = await mailHouse();
    await house.enqueue([{ messageId: 'm.0@kontor.example' }]);
    await house.drain();
    const [row] = await house.database.asOwner<{ envelope_id: string }>('select envelope_id from outbox');
    expect(await load(report(row?.envelope_id ?? '', 'failed', `${'x'.repeat(493)}😀`))).toBe(1);
    expect((await house.outbox()).map(({ state, last_response: said }) => [state, said])).toEqual([
      ['bounced', `5.1.1 ${'x'.repeat(493)}`],
    ]);
  });
});

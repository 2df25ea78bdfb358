import { describe, expect, it } from '@jest/globals';
import { createMailer, type PreparedMail } from '../../delivery/index.js';
import { scriptedRelay } from './scriptedRelay.js';

const GOOD: PreparedMail = {
  messageId: 'statement.1@kontor.example',
  envelopeId: 'envelope',
  to: 'billing@alpha.example',
  locale: 'en',
  date: new Date('2026-04-06T06:00:00Z'),
  subject: 'Usage statement',
  text: 'Attached.\n',
  html: '<p>Attached.</p>\n',
  attachments: [],
};

function attached(filename: string, contentType = 'application/pdf'): Partial<PreparedMail> {
  return { attachments: [{ filename, contentType, content: Buffer.from('x') }] };
}

describe('what could add a header, a recipient or a path is refused before anything is sent', () => {
  it.each<[string, Partial<PreparedMail>]>([
    ['a line break in the subject', { subject: 'Usage\r\nBcc: other@evil.example' }],
    ['a bare line feed in the subject', { subject: 'Usage\nBcc: other@evil.example' }],
    ['a bare carriage return in the subject', { subject: 'Usage\rBcc: other@evil.example' }],
    ['a NUL in the subject', { subject: 'Usage\u0000' }],
    ['no subject', { subject: '' }],
    ['a line break in the address', { to: 'a@alpha.example\r\nRCPT TO:<b@evil.example>' }],
    ['a second recipient', { to: 'a@alpha.example, b@evil.example' }],
    ['a display name', { to: 'Alpha <a@alpha.example>' }],
    ['angle brackets', { to: 'a@alpha.example> SIZE=1' }],
    ['a quoted local part', { to: '"a b"@alpha.example' }],
    ['an invisible character in the address', { to: 'a\u200b@alpha.example' }],
    ['no domain', { to: 'alpha' }],
    ['a line break in the Message-ID', { messageId: 'a@b.example>\r\nBcc: x@evil.example' }],
    ['a language that is a header', { locale: 'en\r\nBcc: x@evil.example' }],
    ["a line break in an attachment's name", attached('a\r\nX: y.pdf')],
    ["a path in an attachment's name", attached('../../etc/passwd')],
    ["a drive in an attachment's name", attached('C:\\x.pdf')],
    ["a hidden attachment's name", attached('.htaccess')],
    ["a parameter in an attachment's type", attached('a.pdf', 'text/html; name="x"\r\nX: y')],
  ])('%s', async (_name, change) => {
    const relay = await scriptedRelay(() => ({}));
    const mailer = createMailer({ smtpUrl: relay.url, from: 'kontor@kontor.example' });
    await expect(mailer.send({ ...GOOD, ...change }, () => Promise.resolve(true))).rejects.toMatchObject({
      code: 'MAIL_REFUSED',
    });
    expect(relay.connections()).toBe(0);
    await mailer.close();
    await relay.close();
  });
});

import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { PreparedMail } from './mailer.js';
import { refuseUnsafe } from './refuse.js';

/**
 * The mail as RFC 5322 bytes: multipart/alternative of text and HTML, attachments beside it. The same mail gives the same
 * bytes. Throws MAIL_REFUSED.
 */
export async function compose(mail: PreparedMail, from: string): Promise<Buffer> {
  refuseUnsafe(mail);
  const composer = new MailComposer({
    from: { name: '', address: from },
    to: [{ name: '', address: mail.to }],
    messageId: `<${mail.messageId}>`,
    date: mail.date,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': mail.locale },
    attachments: mail.attachments.map(({ filename, contentType, content }) => ({ filename, contentType, content })),
    baseBoundary: createHash('sha256').update(mail.messageId).digest('hex').slice(0, 32),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

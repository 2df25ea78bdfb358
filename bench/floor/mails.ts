/** The mails of the floor: the words and the channel are Kontor's, the outbox is left out. */
import { randomUUID } from 'node:crypto';
import { layOut, MAIL_TEMPLATES, type Attachment, type Mailer } from '../../delivery/index.js';
import { KontorError } from '../../domain/errors.js';
import { localeOf, type MailKind } from '../../locales/index.js';

/** A mail that goes to one recipient at once. */
export interface FloorMail {
  messageId: string;
  kind: MailKind;
  locale: string;
  recipient: string;
  params: Record<string, unknown>;
  attachments: readonly Attachment[];
}

export const pdfFile = (name: string, content: Buffer): Attachment => ({
  filename: `${name}.pdf`,
  contentType: 'application/pdf',
  content,
});

/** Throws MAIL_DEFERRED when it was not accepted: nothing is tried again. */
export async function sendMail(mailer: Mailer, mail: FloorMail): Promise<void> {
  const { messageId, kind, recipient, params, attachments } = mail;
  const locale = localeOf(mail.locale);
  const written = MAIL_TEMPLATES[kind].write(params, locale);
  const outcome = await mailer.send(
    {
      messageId,
      envelopeId: randomUUID(),
      to: recipient,
      locale,
      date: new Date(),
      ...layOut(written, locale),
      attachments,
    },
    () => Promise.resolve(true),
  );
  if (outcome.kind !== 'sent')
    throw new KontorError('MAIL_DEFERRED', `${messageId} was not accepted: ${outcome.kind}.`);
}

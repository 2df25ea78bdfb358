import { KontorError } from '../domain/errors.js';
import type { PreparedMail } from './mailer.js';

const CONTROL = /\p{Cc}/u;
/** One bare mailbox: no display name, no list, no comment, no quoting, nothing invisible. */
const ADDRESS = /^[^\s\p{C}<>()[\]\\,;:"@]{1,64}@[^\s\p{C}<>()[\]\\,;:"@]{1,190}$/u;
const MESSAGE_ID = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$/;
/** A folder, a drive or a hidden name has no place in an attachment's name. */
const FILENAME = /^[^\p{C}/\\:.][^\p{C}/\\:]{0,199}$/u;

/** Throws MAIL_REFUSED for whatever could add a header, a recipient or a path: the SMTP library never sees it. */
export function refuseUnsafe(mail: PreparedMail): void {
  const refuse = (what: string) => {
    throw new KontorError('MAIL_REFUSED', `The mail is not sent: ${what}.`);
  };
  if (!ADDRESS.test(mail.to)) refuse('its recipient is not one plain mail address');
  if (!MESSAGE_ID.test(mail.messageId)) refuse('its Message-ID has characters that a Message-ID may not have');
  if (!/^[a-z]{2}$/.test(mail.locale)) refuse('its language is not a language code');
  if (mail.subject === '' || CONTROL.test(mail.subject)) refuse('its subject is empty or has control characters');
  for (const { filename, contentType } of mail.attachments) {
    if (!FILENAME.test(filename)) refuse("an attachment's name is not a plain file name");
    if (!/^[a-z0-9.+-]+\/[a-z0-9.+-]+(; charset=[a-z0-9-]+)?$/i.test(contentType)) {
      refuse("an attachment's content type is not one");
    }
  }
}

/**
 * Mail. `mail/` says what each kind needs to know and how it reads, `template.ts` makes text and HTML of it, and a channel
 * carries it: `email.ts` over SMTP. `outbox.ts` decides what becomes of a mail after a try. Nothing here reads the
 * database or a clock. A mail's identity is its Message-ID: whatever is retried, it is handed over once, and when nobody
 * can tell whether it was (the connection ended after the final dot) the outcome is `uncertain` and it is never resent
 * by itself.
 */
export { failedDeliveries } from './deliveryStatus.js';
export { createMailer } from './email.js';
export { MAIL_TEMPLATES, type AttachmentsWanted } from './mail/index.js';
export type { Attachment, Mailer, PreparedMail, SendOutcome } from './mailer.js';
export { afterTry, PACK_BYTES } from './outbox.js';
export { readRelayLog } from './relayLog.js';
export { layOut } from './template.js';

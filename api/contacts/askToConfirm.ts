import { insertLink } from '../../db/access/linkStore.js';
import type { Trx } from '../../db/connect.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { countAskedFor } from '../../db/parties/contactStore.js';
import { fieldError } from '../../domain/errors.js';
import { addDays } from '../../domain/instant.js';
import { linkAddress } from '../../domain/linkAddress.js';
import { messageId } from '../../domain/messageId.js';
import { dayOf } from '../../domain/period.js';
import type { Locale } from '../../locales/index.js';
import { requireFewAsked } from './requireFewAsked.js';

/** A link to confirm an address of a company that is known is good for so long. */
export const CONFIRM_DAYS = 7;
/** What one company may have asked a day, of whatever addresses. */
const ASKED_BY_A_COMPANY = 10;

interface Asked {
  at: Date;
  expiresAt: Date;
  publicUrl: string;
  /** Of the request, where the address stands. */
  field: string;
}

/**
 * Puts the mail with the link that confirms an address into the outbox; returns its Message-ID. It says nothing that
 * anybody wrote into a form (case 42): its reader may be a stranger. RATE_LIMITED where the address was asked too often.
 */
export async function askToConfirm(
  trx: Trx,
  { contactId, email, locale, zone }: { contactId: string; email: string; locale: Locale; zone: string },
  { at, expiresAt, publicUrl, field }: Asked,
): Promise<string> {
  if ((await countAskedFor(trx, contactId, addDays(at, -1))) >= ASKED_BY_A_COMPANY) {
    const message = `This company has had ${ASKED_BY_A_COMPANY} links mailed within a day: try tomorrow.`;
    throw fieldError('RATE_LIMITED', field, message);
  }
  await requireFewAsked(trx, email, { at, field });
  const link = await insertLink(trx, { of: { kind: 'contact', contactId }, at, expiresAt, by: null });
  const mail = messageId('contact-confirmation', link);
  const params = { link: linkAddress(publicUrl, link), expiresOn: dayOf(expiresAt, zone) };
  const envelope = { messageId: mail, locale, to: { address: email }, notBefore: at };
  await enqueueMails(trx, [{ ...envelope, kind: 'contactConfirmation', params }], at);
  return mail;
}

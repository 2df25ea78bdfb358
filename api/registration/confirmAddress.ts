import { APPLICANT } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import { takeContactLink } from '../../db/access/linkStore.js';
import { ALL } from '../../db/connect.js';
import { confirmContact, type Contact } from '../../db/parties/contactStore.js';
import { findMsp } from '../../db/parties/mspStore.js';
import { unconfirmedProgrammes } from '../../db/programmes/participationStore.js';
import { KontorError } from '../../domain/errors.js';
import type { ApiDeps } from '../deps.js';
import { applyToProgramme } from './applyToProgramme.js';

/**
 * Confirms an address by the secret of its link: from now on it gets the company's mail. An application that waited for it
 * counts from now on. Throws LINK_INVALID, and as `applyToProgramme` where the programme has closed meanwhile; then nothing
 * changed, and the link stays good.
 */
export async function confirmAddress(
  deps: ApiDeps,
  secret: string,
  at: Date,
): Promise<{ contact: Contact; applied: string[] }> {
  const confirmed = await deps.db.transaction(ALL, async (trx) => {
    const contactId = await takeContactLink(trx, secret, at);
    const contact = contactId === undefined ? undefined : await confirmContact(trx, contactId, at);
    if (contact === undefined) {
      throw new KontorError('LINK_INVALID', 'This link was used, or is too old: ask for another one.');
    }
    const { companyId, purpose, email } = contact;
    await appendAudit(trx, {
      ...{ at, actor: APPLICANT, action: 'contact.confirmed', subject: `company:${companyId}` },
      after: { contact: contact.id, purpose, email },
    });
    const applied = await unconfirmedProgrammes(trx, companyId);
    const msp = applied.length === 0 ? undefined : await findMsp(trx, companyId);
    if (msp === undefined) return { contact, applied: [] };
    for (const programme of applied) {
      const applicant = { programme, msp, countryField: '/token', at, actor: APPLICANT };
      await applyToProgramme(trx, { ...applicant, publicUrl: deps.publicUrl });
    }
    return { contact, applied };
  });
  // What waited for the address, and the receipt.
  deps.mails.soon(`contact-confirmed.${confirmed.contact.id}`);
  if (confirmed.applied.length > 0) deps.starts.kept();
  return confirmed;
}

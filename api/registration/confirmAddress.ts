import { ADDRESSEE, APPLICANT } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import { takeContactLink } from '../../db/access/linkStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { lockCompany } from '../../db/parties/changeCompany.js';
import { confirmContact, type Confirmation, type Contact } from '../../db/parties/contactStore.js';
import { findMsp } from '../../db/parties/mspStore.js';
import { unconfirmedProgrammes } from '../../db/programmes/participationStore.js';
import type { CompanyRecord } from '../../db/readModels/companyList.js';
import { KontorError } from '../../domain/errors.js';
import { messageId } from '../../domain/messageId.js';
import type { ApiDeps } from '../deps.js';
import { applyToProgramme } from './applyToProgramme.js';

/** To the address whose place was taken: whoever owns it may know nothing of it. */
async function tellReplaced(
  trx: Trx,
  { contact, replaced }: Confirmation,
  company: CompanyRecord,
  at: Date,
): Promise<void> {
  if (replaced === null) return;
  const mail = { messageId: messageId('contact-replaced', contact.id), locale: company.locale, notBefore: at };
  const params = { companyName: company.name };
  await enqueueMails(trx, [{ ...mail, to: { address: replaced }, kind: 'contactReplaced', params }], at);
}

/**
 * Confirms an address by the secret of its link: from now on it gets the company's mail, and the one before is told. An
 * application that waited for its contact for statements counts from now on. Throws LINK_INVALID, STATE_CONFLICT where the
 * company is suspended or has ended, and as `applyToProgramme` where the programme has closed meanwhile; then nothing
 * changed, and the link stays good.
 */
export async function confirmAddress(
  deps: ApiDeps,
  secret: string,
  at: Date,
): Promise<{ contact: Contact; applied: string[] }> {
  const confirmed = await deps.db.transaction(ALL, async (trx) => {
    const link = await takeContactLink(trx, secret, at);
    const company = link && (await lockCompany(trx, link.companyId));
    const done = link && (await confirmContact(trx, link.contactId, at));
    if (company === undefined || done === undefined) {
      throw new KontorError('LINK_INVALID', 'This link was used, or is too old: ask for another one.');
    }
    if (company.state !== 'active') {
      throw new KontorError('STATE_CONFLICT', `The company of this address is ${company.state}.`);
    }
    const { contact, replaced } = done;
    const { purpose, email } = contact;
    appendAudit(trx, {
      ...{ at, actor: ADDRESSEE, action: 'contact.confirmed', subject: `company:${company.id}` },
      before: { email: replaced },
      after: { contact: contact.id, purpose, email },
    });
    await tellReplaced(trx, done, company, at);
    const applied = purpose === 'statements' ? await unconfirmedProgrammes(trx, company.id) : [];
    const msp = applied.length === 0 ? undefined : await findMsp(trx, company.id);
    if (msp === undefined) return { contact, applied: [] };
    for (const programme of applied) {
      const applicant = { programme, msp, countryField: '/link', at, actor: APPLICANT };
      await applyToProgramme(trx, { ...applicant, publicUrl: deps.publicUrl });
    }
    return { contact, applied };
  });
  // What waited for the address, and the receipt.
  deps.mails.shortly(`contact-confirmed.${confirmed.contact.id}`);
  if (confirmed.applied.length > 0) deps.starts.kept();
  return confirmed;
}

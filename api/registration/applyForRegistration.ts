import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL } from '../../db/connect.js';
import { findMsp, findSimilarApplicants, insertMsp, lockRegistrations, type Msp } from '../../db/parties/mspStore.js';
import { enqueueMails, type OutgoingMail } from '../../db/outbox/outboxStore.js';
import { programmeOfCountry, type ProgrammeOf } from '../../db/readModels/programmeOf.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { messageId } from '../../domain/messageId.js';
import { mailDomain, probableDuplicates, registrationCalendar } from '../../domain/msp.js';
import { registrationPolicy } from '../../domain/programmeSettings.js';
import type { MailParams } from '../../locales/mail.js';
import { startRegistration } from '../../starts/registerMsp.js';
import type { ApiDeps } from '../deps.js';
import type { registrationInput } from '../schemas/registrations.js';

type Application = z.output<typeof registrationInput>;

function whoApplies({ company, contact, locale, zone }: Application) {
  return {
    name: company.name,
    registrationNumber: company.registrationNumber,
    address: company.address,
    country: company.country,
    contactName: contact.name,
    email: contact.email,
    mailDomain: mailDomain(contact.email),
    locale,
    zone,
  };
}

/** The application kept under that id before, when it is the same one; throws ID_REUSED_WITH_OTHER_CONTENT. */
function sameApplication(known: Msp, application: Application): Msp {
  const applicant = whoApplies(application);
  const before = Object.fromEntries(Object.keys(applicant).map((name) => [name, known[name as keyof Msp]]));
  if (isDeepStrictEqual(before, applicant)) return known;
  throw new KontorError('ID_REUSED_WITH_OTHER_CONTENT', 'That mspId belongs to another application.');
}

function receipt(msp: Msp, { vendorName }: ProgrammeOf): OutgoingMail {
  const params: MailParams['registrationReceived'] = {
    vendorName,
    mspName: msp.name,
    registrationNumber: msp.registrationNumber,
  };
  return {
    messageId: messageId('registration-received', msp.id),
    kind: 'registrationReceived',
    locale: msp.locale,
    recipient: msp.email,
    params: { ...params },
    mspId: msp.id,
    notBefore: msp.appliedAt,
  };
}

/**
 * Keeps an application and starts its workflow (rule 14). Names and addresses stay here: the workflow gets the id. Row,
 * mail and audit event are one transaction, and the workflow is started inside it, so each application has its
 * workflow. Throws TERRITORY_NOT_SERVED, ID_REUSED_WITH_OTHER_CONTENT, TEMPORAL_UNAVAILABLE.
 */
export async function applyForRegistration(
  deps: ApiDeps,
  application: Application,
  mspId: string,
  appliedAt: Date,
): Promise<Msp> {
  return deps.db.transaction(ALL, async (trx) => {
    const known = await findMsp(trx, mspId);
    if (known !== undefined) return sameApplication(known, application);
    const programme = await programmeOfCountry(trx, application.company.country);
    if (programme === undefined) {
      throw fieldError('TERRITORY_NOT_SERVED', '/company/country', 'The programme is not open in that country yet.');
    }
    const { remindAt, decideUntil } = registrationCalendar(appliedAt, registrationPolicy(programme.settings));
    await startRegistration(deps, { mspId, distributorId: programme.distributorId, remindAt, decideUntil });
    // From here to the commit one application at a time: of two at once, the second sees the first.
    await lockRegistrations(trx);
    const applicant = { id: mspId, ...whoApplies(application) };
    const similar = await findSimilarApplicants(trx, applicant.registrationNumber, applicant.mailDomain);
    const msp: Msp = {
      ...applicant,
      distributorId: programme.distributorId,
      programmeCode: programme.programmeCode,
      state: 'applied',
      duplicateOf: probableDuplicates(applicant, similar),
      appliedAt,
      decideUntil,
      decidedAt: null,
      decidedBy: null,
      decisionReason: null,
    };
    if (!(await insertMsp(trx, msp))) {
      const first = await findMsp(trx, mspId);
      if (first === undefined) throw new KontorError('INTERNAL', 'The application can be neither kept nor found.');
      return sameApplication(first, application);
    }
    await enqueueMails(trx, [receipt(msp, programme)], appliedAt);
    await appendAudit(trx, {
      at: appliedAt,
      actor: 'public',
      action: 'msp.applied',
      subject: `msp:${mspId}`,
      mspId,
      after: { state: 'applied', distributorId: programme.distributorId, duplicateOf: msp.duplicateOf },
    });
    return msp;
  });
}

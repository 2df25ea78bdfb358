import type { Actor } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { enqueueMails, type OutgoingMail } from '../../db/outbox/outboxStore.js';
import { findSimilarApplicants, insertMsp, type Msp } from '../../db/parties/mspStore.js';
import {
  findRegistration,
  insertApplication,
  lockRegistrations,
  type Registration,
} from '../../db/programmes/participationStore.js';
import { programmeNow } from '../../db/readModels/programmeOf.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { messageId } from '../../domain/messageId.js';
import { probableDuplicates, registrationCalendar } from '../../domain/msp.js';
import type { MailInput } from '../../locales/mail.js';
import { requireOpenTerritory } from './openTerritory.js';

/** Somebody who wants to take part in a programme. */
export interface Applicant {
  programme: string;
  msp: Msp;
  /** Whether the MSP is kept with the application, or known already. */
  isNew: boolean;
  /** The field of the request that says in which country it is. */
  countryField: string;
  at: Date;
  actor: Actor;
}

function receipt({ msp, programme, appliedAt }: Registration, vendorName: string): OutgoingMail {
  const params: MailInput<'registrationReceived'> = {
    vendorName,
    mspName: msp.name,
    registrationNumber: msp.registrationNumber,
  };
  return {
    messageId: messageId('registration-received', programme, msp.id, appliedAt.toISOString()),
    kind: 'registrationReceived',
    locale: msp.locale,
    recipient: msp.email,
    params,
    programme,
    mspId: msp.id,
    notBefore: appliedAt,
  };
}

/**
 * Keeps an application (rule 14): row, mail and audit event are one transaction. After its commit the caller tells
 * `starts` that it is kept, which starts its workflow; that gets the ids alone. Undefined where the MSP has an application, or takes part, already: then nothing changed. Throws
 * VALIDATION_FAILED on `/programme`, TERRITORY_NOT_SERVED.
 */
export async function applyToProgramme(
  trx: Trx,
  { programme, msp, isNew, countryField, at, actor }: Applicant,
): Promise<Registration | undefined> {
  const today = await programmeNow(trx, programme);
  if (today === undefined) {
    throw fieldError('VALIDATION_FAILED', '/programme', `There is no programme "${programme}".`);
  }
  const territory = await requireOpenTerritory(
    trx,
    { ...today, code: programme },
    { country: msp.country, now: at, field: countryField },
  );
  const { distributorId } = territory;
  const { decideUntil } = registrationCalendar(at, today.settings.registration);
  // From here to the commit one application at a time: of two at once, the second sees the first.
  await lockRegistrations(trx);
  const similar = await findSimilarApplicants(trx, { programme, ...msp });
  const duplicateOf = probableDuplicates(msp, similar);
  if (isNew && !(await insertMsp(trx, msp, at))) return undefined;
  const application = { mspId: msp.id, programme, distributorId, duplicateOf, appliedAt: at, decideUntil };
  if (!(await insertApplication(trx, application))) return undefined;
  const kept = await findRegistration(trx, programme, msp.id);
  if (kept === undefined) throw new KontorError('INTERNAL', 'An application that was kept is not there.');
  await enqueueMails(trx, [receipt(kept, today.vendorName)], at);
  await appendAudit(trx, {
    at,
    actor,
    action: 'msp.applied',
    subject: `msp:${msp.id}`,
    mspId: msp.id,
    after: { programme, state: 'applied', distributorId, duplicateOf },
  });
  return kept;
}

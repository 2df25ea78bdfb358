import type { Actor } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import { insertLink } from '../../db/access/linkStore.js';
import type { Trx } from '../../db/connect.js';
import { enqueueMails, type OutgoingMail } from '../../db/outbox/outboxStore.js';
import { probableDuplicates, type Msp } from '../../db/parties/mspStore.js';
import {
  findRegistration,
  insertApplication,
  lockRegistrations,
  type Registration,
} from '../../db/programmes/participationStore.js';
import { programmeNow, programmeOfMsp, type ProgrammeOf } from '../../db/readModels/programmeOf.js';
import { KontorError } from '../../domain/errors.js';
import { addDays } from '../../domain/instant.js';
import { linkAddress } from '../../domain/linkAddress.js';
import { messageId } from '../../domain/messageId.js';
import { companyDomain, registrationCalendar } from '../../domain/msp.js';
import { dayOf } from '../../domain/period.js';
import type { MailInput } from '../../locales/mail.js';
import { requireOpenTerritory } from './openTerritory.js';
import { localeOf } from '../../locales/index.js';

/** An MSP that is known and wants to take part in a programme. */
export interface Applicant {
  programme: string;
  msp: Msp;
  /** The field of the request that says in which country it is. */
  countryField: string;
  at: Date;
  actor: Actor;
  publicUrl: string;
}

/** What it says on a link of an application is of use for a while after its end. */
const LINK_DAYS_AFTER = 30;

/** To the applicant, without a word that somebody wrote who is not known yet (case 42). */
async function receipt(
  trx: Trx,
  { msp, programme, appliedAt, decideUntil }: Registration,
  { vendorName, publicUrl }: { vendorName: string; publicUrl: string },
): Promise<OutgoingMail> {
  const link = await insertLink(trx, {
    of: { kind: 'application', mspId: msp.id, programme },
    ...{ at: appliedAt, by: null, expiresAt: addDays(decideUntil, LINK_DAYS_AFTER) },
  });
  const params: MailInput<'registrationReceived'> = {
    vendorName,
    decideBy: dayOf(decideUntil, msp.zone),
    link: linkAddress(publicUrl, link),
  };
  return {
    messageId: messageId('registration-received', programme, msp.id, appliedAt.toISOString()),
    kind: 'registrationReceived',
    locale: msp.locale,
    to: { companyId: msp.id, purpose: 'legal' },
    params,
    programme,
    mspId: msp.id,
    notBefore: appliedAt,
  };
}

/** To the partner team, at once. */
function notice(
  { msp, programme, appliedAt, decideUntil, duplicateOf }: Registration,
  { partnerTeamEmail, partnerTeamLocale, programmeZone, distributorName }: ProgrammeOf,
): OutgoingMail {
  const params: MailInput<'registrationApplied'> = {
    mspName: msp.name,
    registrationNumber: msp.registrationNumber,
    distributorName,
    duplicates: duplicateOf.length,
    expiresOn: dayOf(decideUntil, programmeZone),
  };
  return {
    messageId: messageId('registration-applied', programme, msp.id, appliedAt.toISOString()),
    kind: 'registrationApplied',
    locale: localeOf(partnerTeamLocale),
    to: { address: partnerTeamEmail },
    params,
    programme,
    mspId: msp.id,
    notBefore: appliedAt,
  };
}

/**
 * Keeps an application (rule 14): row, mails and audit event are one transaction. After its commit the caller tells
 * `starts` that it is kept, which starts its workflow; that gets the ids alone. Undefined where the MSP has an
 * application, or takes part, already: then nothing changed. Throws TERRITORY_NOT_SERVED, and STATE_CONFLICT where the
 * programme takes nobody any more.
 */
export async function applyToProgramme(
  trx: Trx,
  { programme, msp, countryField, at, actor, publicUrl }: Applicant,
): Promise<Registration | undefined> {
  const today = await programmeNow(trx, programme);
  if (today === undefined) throw new KontorError('INTERNAL', `There is no programme "${programme}".`);
  const where = { country: msp.country, now: at, field: countryField };
  const { distributorId } = await requireOpenTerritory(trx, { ...today, code: programme }, where);
  const { decideUntil } = registrationCalendar(at, today.settings.registration);
  // From here to the commit one application at a time: of two at once, the second sees the first.
  await lockRegistrations(trx);
  const { id, registrationNumber, email } = msp;
  const compared = { id, programme, registrationNumber, mailDomain: companyDomain(email) };
  const duplicateOf = await probableDuplicates(trx, compared);
  const application = { mspId: id, programme, distributorId, duplicateOf, appliedAt: at, decideUntil };
  if (!(await insertApplication(trx, application))) return undefined;
  const kept = await findRegistration(trx, programme, id);
  const joined = await programmeOfMsp(trx, programme, id);
  if (kept === undefined || joined === undefined) {
    throw new KontorError('INTERNAL', 'An application that was kept is not there.');
  }
  const { vendorName } = joined;
  await enqueueMails(trx, [await receipt(trx, kept, { vendorName, publicUrl }), notice(kept, joined)], at);
  appendAudit(trx, {
    at,
    actor,
    action: 'msp.applied',
    subject: `msp:${id}`,
    mspId: id,
    after: { programme, state: 'applied', distributorId, duplicateOf },
  });
  return kept;
}

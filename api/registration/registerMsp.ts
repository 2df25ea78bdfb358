import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Actor } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { findMsp, insertMsp, type Msp } from '../../db/parties/mspStore.js';
import { findRegistration, insertUnconfirmed, type Registration } from '../../db/programmes/participationStore.js';
import { programmeNow } from '../../db/readModels/programmeOf.js';
import { fieldError } from '../../domain/errors.js';
import { addDays } from '../../domain/instant.js';
import { askToConfirm } from '../contacts/askToConfirm.js';
import type { ApiDeps } from '../deps.js';
import type { registrationInput } from '../schemas/registrations.js';
import { applyToProgramme } from './applyToProgramme.js';
import { requireOpenTerritory } from './openTerritory.js';

type Application = z.output<typeof registrationInput>;

function mspOf({ company, contact, locale, zone }: Application, id: string): Msp {
  return {
    id,
    name: company.name,
    registrationNumber: company.registrationNumber,
    address: company.address,
    country: company.country,
    contactName: contact.name,
    email: contact.email,
    locale,
    zone,
  };
}

/** The application kept under that id before, when it is the same one; undefined: the id is free. */
async function knownApplication(trx: Trx, programme: string, msp: Msp): Promise<Registration | undefined> {
  const known = await findMsp(trx, msp.id);
  if (known === undefined) return undefined;
  const registration = isDeepStrictEqual({ ...known }, msp)
    ? await findRegistration(trx, programme, msp.id)
    : undefined;
  if (registration !== undefined) return registration;
  throw fieldError(
    'ID_REUSED_WITH_OTHER_CONTENT',
    '/mspId',
    `That mspId belongs to another application. An MSP joins another programme with POST /v1/programmes/${programme}/participations.`,
  );
}

/** Who sends an application, when, and whether it is somebody whose word counts before the address is confirmed. */
interface Sent {
  mspId: string;
  at: Date;
  actor: Actor;
  vouched: boolean;
}

/** Keeps it; returns it with the Message-ID of the mail that asks its address. Undefined: the id is taken meanwhile. */
async function keep(
  trx: Trx,
  programme: string,
  msp: Msp,
  { publicUrl, at, actor, vouched }: Sent & { publicUrl: string },
): Promise<{ registration: Registration; mail: string } | undefined> {
  const today = await programmeNow(trx, programme);
  if (today === undefined) throw fieldError('VALIDATION_FAILED', '/programme', `There is no programme "${programme}".`);
  const where = { country: msp.country, now: at, field: '/company/country' };
  await requireOpenTerritory(trx, { ...today, code: programme }, where);
  const contactId = await insertMsp(trx, msp, { at, by: actor });
  if (contactId === undefined) return undefined;
  const expiresAt = addDays(at, today.settings.registration.confirmWithinDays);
  const asked = { at, expiresAt, publicUrl, field: '/contact/email' };
  const mail = await askToConfirm(trx, { contactId, ...msp }, asked);
  if (vouched) {
    const applicant = { programme, msp, countryField: '/company/country', at, actor, publicUrl };
    const registration = await applyToProgramme(trx, applicant);
    return registration && { registration, mail };
  }
  await insertUnconfirmed(trx, { mspId: msp.id, programme, appliedAt: at, confirmUntil: expiresAt });
  appendAudit(trx, {
    ...{ at, actor, action: 'msp.signedUp', subject: `msp:${msp.id}`, mspId: msp.id },
    after: { programme, state: 'unconfirmed' },
  });
  const registration = await findRegistration(trx, programme, msp.id);
  return registration && { registration, mail };
}

/**
 * Takes a new MSP's application to a programme (rule 14): it counts once its address is confirmed, at once where the
 * partner team sends it. The same id with the same data is the same application. Throws VALIDATION_FAILED on `/programme`,
 * TERRITORY_NOT_SERVED, RATE_LIMITED, ID_REUSED_WITH_OTHER_CONTENT.
 */
export async function registerMsp(deps: ApiDeps, application: Application, sent: Sent): Promise<Registration> {
  const { programme } = application;
  const msp = mspOf(application, sent.mspId);
  const { registration, mail } = await deps.db.transaction(ALL, async (trx) => {
    const known = await knownApplication(trx, programme, msp);
    if (known !== undefined) return { registration: known, mail: undefined };
    const kept = await keep(trx, programme, msp, { ...sent, publicUrl: deps.publicUrl });
    if (kept !== undefined) return kept;
    // Of two at once with one id, the second finds what the first has kept.
    const first = await knownApplication(trx, programme, msp);
    if (first === undefined) {
      throw fieldError('ID_REUSED_WITH_OTHER_CONTENT', '/mspId', 'That id is taken: choose another one.');
    }
    return { registration: first, mail: undefined };
  });
  if (mail !== undefined) deps.mails.soon(mail);
  if (registration.state === 'applied') deps.starts.kept();
  return registration;
}

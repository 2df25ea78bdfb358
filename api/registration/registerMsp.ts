import type { Actor } from '../../domain/access/actor.js';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { ALL, type Trx } from '../../db/connect.js';
import { findMsp, type Msp } from '../../db/parties/mspStore.js';
import { findRegistration, type Registration } from '../../db/programmes/participationStore.js';
import { fieldError } from '../../domain/errors.js';
import { mailDomain } from '../../domain/msp.js';
import type { ApiDeps } from '../deps.js';
import type { registrationInput } from '../schemas/registrations.js';
import { applyToProgramme } from './applyToProgramme.js';

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
    mailDomain: mailDomain(contact.email),
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

/**
 * Takes a new MSP's application to a programme (rule 14). The same id with the same data is the same application. Throws
 * ID_REUSED_WITH_OTHER_CONTENT, and as `applyToProgramme`.
 */
export async function registerMsp(
  deps: ApiDeps,
  application: Application,
  { mspId, at, actor }: { mspId: string; at: Date; actor: Actor },
): Promise<Registration> {
  const { programme } = application;
  const msp = mspOf(application, mspId);
  const registration = await deps.db.transaction(ALL, async (trx) => {
    const known = await knownApplication(trx, programme, msp);
    if (known !== undefined) return known;
    const applicant = { programme, msp, isNew: true, countryField: '/company/country', at, actor };
    const kept = await applyToProgramme(trx, applicant);
    // Of two at once with one id, the second finds what the first has kept.
    const first = kept ?? (await knownApplication(trx, programme, msp));
    if (first === undefined) throw new Error('The application can be neither kept nor found.');
    return first;
  });
  deps.starts.kept();
  return registration;
}

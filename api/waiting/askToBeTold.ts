import type { Actor } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import { insertAsked, insertLink } from '../../db/access/linkStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { findTerritory, isOpenOn } from '../../db/programmes/territoryStore.js';
import { putWaiting } from '../../db/programmes/waitingList.js';
import { programmeNow, type ProgrammeNow } from '../../db/readModels/programmeOf.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { addDays } from '../../domain/instant.js';
import { linkAddress } from '../../domain/linkAddress.js';
import { messageId } from '../../domain/messageId.js';
import { dayOf } from '../../domain/period.js';
import { countryName, type Locale } from '../../locales/index.js';
import { requireFewAsked } from '../contacts/requireFewAsked.js';
import type { ApiDeps } from '../deps.js';

interface Wish {
  programme: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  email: string;
  locale: Locale;
}

/** The programme as it stands today; NOT_FOUND, and STATE_CONFLICT where nobody is ever told, or one may register. */
async function requireNotOpen(trx: Trx, { programme, country }: Wish, at: Date): Promise<ProgrammeNow> {
  const today = await programmeNow(trx, programme);
  if (today === undefined) throw new KontorError('NOT_FOUND', `There is no programme "${programme}".`);
  if (today.lastPeriod !== null) {
    const message = `"${programme}" ends with ${today.lastPeriod} and takes nobody any more.`;
    throw new KontorError('STATE_CONFLICT', message);
  }
  const territory = await findTerritory(trx, programme, country);
  if (territory !== undefined && isOpenOn(territory, dayOf(at, today.zone))) {
    throw fieldError('STATE_CONFLICT', '/country', `"${programme}" is open in ${country}: POST /v1/registrations.`);
  }
  return today;
}

/**
 * Keeps the wish to be told when a programme opens in a country, and mails its address a link to confirm it, without a word
 * that anybody wrote into the form (case 42). Where that address waits already nothing is mailed; it counts as if it were,
 * so that neither an answer nor a refusal tells whether it does. Throws NOT_FOUND, STATE_CONFLICT, and RATE_LIMITED on
 * `/email` where it was asked too often.
 */
export async function askToBeTold(deps: ApiDeps, wish: Wish, { at, actor }: { at: Date; actor: Actor }): Promise<void> {
  const mail = await deps.db.transaction(ALL, async (trx) => {
    const { programme, country, email, locale } = wish;
    const { name, zone, settings } = await requireNotOpen(trx, wish, at);
    await requireFewAsked(trx, email, { at, field: '/email' });
    const expiresAt = addDays(at, settings.registration.confirmWithinDays);
    const { id, isConfirmed } = await putWaiting(trx, { ...wish, askedAt: at, confirmUntil: expiresAt });
    const of = { kind: 'waiting', waitingId: id, programme } as const;
    if (isConfirmed) {
      await insertAsked(trx, of, at);
      return undefined;
    }
    const link = await insertLink(trx, { of, at, expiresAt, by: null });
    const mail = messageId('waiting-confirmation', link);
    const params = {
      programmeName: name,
      country: countryName(country, locale),
      ...{ link: linkAddress(deps.publicUrl, link), expiresOn: dayOf(expiresAt, zone) },
    };
    const envelope = { messageId: mail, locale, to: { address: email }, programme, notBefore: at };
    await enqueueMails(trx, [{ ...envelope, kind: 'waitingConfirmation', params }], at);
    appendAudit(trx, {
      ...{ at, actor, action: 'waitingList.asked', subject: `programme:${programme}` },
      after: { id, country },
    });
    return mail;
  });
  if (mail !== undefined) deps.mails.soon(mail);
}

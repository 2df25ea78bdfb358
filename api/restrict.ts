import type { Actor } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import { companiesOf } from '../db/access/memberStore.js';
import {
  addressOf,
  findRestriction,
  insertRestriction,
  knownBy,
  type Restriction,
} from '../db/access/restrictionStore.js';
import type { Trx } from '../db/connect.js';
import { holdsOver, lockHolds } from '../db/retention/holdStore.js';
import { keepingOf } from '../db/retention/keepingOf.js';
import { KontorError } from '../domain/errors.js';
import { documentsKeptUntil } from '../domain/retention.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../domain/settings/index.js';
import { keepingAdministrators } from './keepingAdministrators.js';

/** Until when documents and audit trail that are there now may name somebody: by the programme that keeps them longest. */
async function keptUntil(trx: Trx, now: Date): Promise<string> {
  const days = (await keepingOf(trx)).map(({ zone, keeping }) => documentsKeptUntil(now, zone, keeping.documentYears));
  const shipped = documentsKeptUntil(now, 'UTC', SHIPPED_PROGRAMME_SETTINGS.keeping.documentYears);
  return [...days, shipped].sort().at(-1) ?? shipped;
}

function requireNoHold(holds: Awaited<ReturnType<typeof holdsOver>>): void {
  const [hold] = holds;
  if (hold === undefined) return;
  throw new KontorError(
    'STATE_CONFLICT',
    `A legal hold (${hold.id}) stands over what names this person: nothing of it is erased until it is lifted.`,
  );
}

/**
 * Restricts somebody by her id or her address: she is named no more, signs in no more and gets no mail, from now on; what has to
 * be kept goes with its period. Again: the restriction that there is. NOT_FOUND where nobody is known by that; STATE_CONFLICT for a
 * company's last administrator, under a legal hold, and for an address at which a partner team reads its mail.
 */
export async function restrict(
  trx: Trx,
  who: { personId: string } | { address: string },
  { id, reason, at, actor }: { id: string; reason: string; at: Date; actor: Actor },
): Promise<Restriction> {
  const before = await findRestriction(trx, who);
  if (before !== undefined) return before;
  const address = 'address' in who ? who.address : await addressOf(trx, who.personId);
  const known = address === undefined ? undefined : await knownBy(trx, address);
  if (address === undefined || known === undefined || (known.personIds.length === 0 && !known.isKnown)) {
    throw new KontorError('NOT_FOUND', 'Nobody is known by that.');
  }
  const [programme] = known.programmes;
  if (programme !== undefined) {
    throw new KontorError(
      'STATE_CONFLICT',
      `The partner team reads the mail of the programme "${programme}" at this address: set another one first.`,
    );
  }
  // No hold is set until this is done.
  await lockHolds(trx);
  requireNoHold(await holdsOver(trx, known.companyIds));
  const companies = new Set<string>();
  for (const personId of known.personIds) for (const one of await companiesOf(trx, personId)) companies.add(one);
  const { personIds } = known;
  const restriction = { id, personIds, reason, since: at, until: await keptUntil(trx, at), restrictedBy: actor };
  await keepingAdministrators(trx, [...companies].sort(), () => insertRestriction(trx, { ...restriction, address }));
  appendAudit(trx, {
    ...{ at, actor, action: 'person.restricted', subject: `restriction:${id}` },
    ...{ after: { personIds, until: restriction.until }, reason },
  });
  return restriction;
}

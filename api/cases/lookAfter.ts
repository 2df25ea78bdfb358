import { appendAudit } from '../../db/access/auditStore.js';
import {
  casePeople,
  colleague,
  giveCase,
  lockCaseOfId,
  takeCase,
  type CasePerson,
} from '../../db/access/casePersonStore.js';
import type { Trx } from '../../db/connect.js';
import type { Actor } from '../../domain/access/actor.js';
import { fieldError, KontorError } from '../../domain/errors.js';

interface Change {
  id: string;
  caseId: string;
  at: Date;
  actor: Actor;
}

/** Additional people of one case. */
export const MOST_PEOPLE = 20;

interface Locked {
  mspId: string | null;
  people: CasePerson[];
}

async function lockWithPeople(trx: Trx, caseId: string): Promise<Locked> {
  const locked = await lockCaseOfId(trx, caseId);
  if (locked === undefined) throw new KontorError('NOT_FOUND', 'There is no such case.');
  return { ...locked, people: await casePeople(trx, { caseId, current: true, limit: MOST_PEOPLE + 1 }) };
}

function tell(
  trx: Trx,
  { caseId, at, actor }: Change,
  { action, mspId, before, after }: { action: string; mspId: string | null; before?: Actor; after: Actor | null },
): void {
  appendAudit(trx, {
    ...{ at, actor, action, mspId, subject: `case:${caseId}` },
    ...{ before: { personId: before?.id ?? null }, after: { personId: after?.id ?? null } },
  });
}

/**
 * Makes a person of the partner team who may decide cases the owner of one, or nobody. Whoever takes it from somebody names
 * whom: of two who assign at once the second is told who owns it (STATE_CONFLICT). NOT_FOUND, VALIDATION_FAILED.
 */
export async function assign(
  trx: Trx,
  { personId, replaces, ...change }: Change & { personId: string | null; replaces: string | null },
): Promise<void> {
  const { mspId, people } = await lockWithPeople(trx, change.caseId);
  const before = people.find(({ role }) => role === 'owner');
  if ((before?.person.id ?? null) === personId) return;
  if ((before?.person.id ?? null) !== replaces) {
    const message =
      before === undefined
        ? 'Nobody owns this case any more: look at it again, and leave this out.'
        : `${before.person.name} owns this case: look at it again, and name her id here to take it from her.`;
    throw fieldError('STATE_CONFLICT', '/replaces', message);
  }
  const { id, caseId, at, actor: by } = change;
  const owner = personId === null ? null : await colleague(trx, personId, 'cases.decide');
  if (owner === undefined) {
    const message = 'Nobody of the partner team with this id may decide cases: name one of its people who may.';
    throw fieldError('VALIDATION_FAILED', '/personId', message);
  }
  if (before !== undefined) await takeCase(trx, { id: before.id, at, by });
  if (owner !== null) await giveCase(trx, { id, caseId, personId: owner.id, role: 'owner', at, by });
  tell(trx, change, { action: 'case.assigned', mspId, ...(before && { before: before.person }), after: owner });
}

/** Lets a person of the partner team who may see cases follow one; again: nothing. NOT_FOUND, VALIDATION_FAILED, STATE_CONFLICT. */
export async function addPerson(trx: Trx, { personId, ...change }: Change & { personId: string }): Promise<void> {
  const locked = await lockWithPeople(trx, change.caseId);
  const people = locked.people.filter(({ role }) => role === 'additional');
  if (people.some(({ person }) => person.id === personId)) return;
  const added = await colleague(trx, personId, 'cases.read');
  if (added === undefined) {
    const message = 'Nobody of the partner team with this id may see cases: name one of its people who may.';
    throw fieldError('VALIDATION_FAILED', '/personId', message);
  }
  if (people.length >= MOST_PEOPLE) {
    throw new KontorError(
      'STATE_CONFLICT',
      `A case has at most ${MOST_PEOPLE} additional people: remove somebody first.`,
    );
  }
  const { id, caseId, at, actor: by } = change;
  await giveCase(trx, { id, caseId, personId, role: 'additional', at, by });
  tell(trx, change, { action: 'case.personAdded', mspId: locked.mspId, after: added });
}

/** She no longer follows it; NOT_FOUND where she does not. */
export async function removePerson(trx: Trx, { personId, ...change }: Change & { personId: string }): Promise<void> {
  const { mspId, people } = await lockWithPeople(trx, change.caseId);
  const found = people.find(({ role, person }) => role === 'additional' && person.id === personId);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'She is none of the additional people of this case.');
  await takeCase(trx, { id: found.id, at: change.at, by: change.actor });
  tell(trx, change, { action: 'case.personRemoved', mspId, before: found.person, after: null });
}

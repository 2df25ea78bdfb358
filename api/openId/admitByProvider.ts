import { randomUUID } from 'node:crypto';
import { isRestricted } from '../../db/access/restrictionStore.js';
import { appendAudit } from '../../db/access/auditStore.js';
import type { IdentityProvider } from '../../db/access/identityProviderStore.js';
import {
  findIdentity,
  hasIdentityAt,
  insertIdentity,
  useIdentity,
  type Identity,
} from '../../db/access/identityStore.js';
import { findLevel } from '../../db/access/levelStore.js';
import { withdrawLinks } from '../../db/access/linkStore.js';
import { findLogin, loginOf, type Login } from '../../db/access/loginStore.js';
import { changeMembership, endMembership } from '../../db/access/memberStore.js';
import {
  acceptMembership,
  insertMembership,
  membershipsIn,
  wasMember,
  type Membership,
} from '../../db/access/membershipStore.js';
import { activatePerson, insertPerson } from '../../db/access/personStore.js';
import type { Trx } from '../../db/connect.js';
import { isReservedName, KONTOR } from '../../domain/access/actor.js';
import { isOfDomain, levelOf, type MappedLevel } from '../../domain/access/identityProvider.js';
import { canonicalName, nameProblem } from '../../domain/name.js';
import type { Claims } from '../../identity/index.js';
import { requireCompany } from '../companies/keepChange.js';
import { keepingAdministrators } from '../keepingAdministrators.js';
import type { Refusal } from './refusal.js';

/** Who may come in, or why nobody does; what was changed on the way is kept either way. */
export type Admitted = { person: Pick<Login, 'id' | 'name'> } | { refused: Refusal; personId?: string };

interface Entry {
  trx: Trx;
  provider: IdentityProvider;
  claims: Claims;
  at: Date;
  /** What her claims give her; undefined: nothing. */
  mapped: MappedLevel | undefined;
}

const NAME_LENGTH = 80;

/** The name that the provider tells, where it can stand in the audit trail; else the address. */
function nameOf({ name }: Claims, email: string): string {
  const told = canonicalName(name ?? '');
  const usable = nameProblem(told) === null && told.length <= NAME_LENGTH && !isReservedName(told);
  return usable ? told : email.slice(0, NAME_LENGTH);
}

/** The entry that fits, unless its level has ended since. */
async function mappedLevelOf(trx: Trx, provider: IdentityProvider, claims: Claims): Promise<MappedLevel | undefined> {
  const mapped = levelOf(provider.levels, claims.values);
  if (mapped?.accessLevelId == null) return mapped;
  return (await findLevel(trx, mapped.accessLevelId))?.companyId === provider.companyId ? mapped : undefined;
}

/** Links the subject with a person, the first time it comes. */
async function link({ trx, provider, claims, at }: Entry, personId: string): Promise<Identity> {
  const identity = await insertIdentity(trx, { personId, providerId: provider.id, subject: claims.subject, at });
  const after = { identityProvider: provider.id, identity: identity.id };
  appendAudit(trx, { at, actor: KONTOR, action: 'identity.linked', subject: `person:${personId}`, after });
  return identity;
}

async function makePerson({ trx, provider, claims, at }: Entry, email: string): Promise<string | undefined> {
  // Her address is that of somebody who asked to be forgotten.
  if (await isRestricted(trx, email)) return undefined;
  const id = randomUUID();
  const { locale, zone } = await requireCompany(trx, provider.companyId);
  const person = { id, name: nameOf(claims, email), email, locale, zone, state: 'active' as const };
  // Whoever set up the provider made her, for rule 18.
  if (!(await insertPerson(trx, person, { at, by: provider.setBy }))) return undefined;
  const after = { identityProvider: provider.id };
  appendAudit(trx, { at, actor: KONTOR, action: 'person.made', subject: `person:${id}`, after });
  return id;
}

/** Whom the subject is linked with, else whom its address names among the company's own, else somebody new. */
async function identify(entry: Entry): Promise<Identity | { refused: Refusal; personId?: string }> {
  const { trx, provider, claims, at, mapped } = entry;
  const known = await findIdentity(trx, { providerId: provider.id, subject: claims.subject });
  if (known !== undefined) return known;
  const { email } = claims;
  if (email === null || !isOfDomain(email, provider.mailDomains)) return { refused: 'emailNotVouchedFor' };
  const found = await findLogin(trx, email);
  if (found === undefined) {
    if (!provider.makesPeople || mapped === undefined) return { refused: 'personUnknown' };
    const made = await makePerson(entry, email);
    return made === undefined ? { refused: 'personUnknown' } : link(entry, made);
  }
  const personId = found.id;
  if (await hasIdentityAt(trx, personId, provider.id)) return { refused: 'otherSubject', personId };
  const own = await membershipsIn(trx, { personId, companyId: provider.companyId, at });
  return own.length === 0 ? { refused: 'notOfCompany', personId } : link(entry, personId);
}

/** An invitation that was open is accepted: the provider has said that it is she. */
async function accept({ trx, at }: Entry, { id, name }: Login, { id: membershipId }: Membership): Promise<void> {
  await activatePerson(trx, id);
  await acceptMembership(trx, membershipId);
  await withdrawLinks(trx, { personId: id, membershipId }, at);
  const actor = { kind: 'person' as const, id, name };
  appendAudit(trx, { at, actor, action: 'membership.accepted', subject: `membership:${membershipId}` });
}

/** What an entry gives, without the value it is for. */
function givenBy({ systemLevel, accessLevelId, tenantIds, withBelow }: MappedLevel | Membership) {
  return { systemLevel, accessLevelId, tenantIds, withBelow };
}

function differs(one: Membership, other: MappedLevel): boolean {
  return JSON.stringify(givenBy(one)) !== JSON.stringify(givenBy(other));
}

/** Sets what the provider made to what the claims give now; STATE_CONFLICT for a company's last administrator. */
async function follow({ trx, provider, at, mapped }: Entry, before: Membership): Promise<void> {
  const { id, companyId } = before;
  const event = { at, actor: KONTOR, subject: `membership:${id}` };
  if (mapped === undefined) {
    await keepingAdministrators(trx, [companyId], () => endMembership(trx, id, at));
    appendAudit(trx, { ...event, action: 'membership.ended', after: { identityProvider: provider.id } });
  } else if (differs(before, mapped)) {
    const after = { ...before, ...givenBy(mapped) };
    await keepingAdministrators(trx, [companyId], () => changeMembership(trx, after));
    appendAudit(trx, { ...event, action: 'membership.changed', before, after });
  }
}

async function makeMembership({ trx, provider, at }: Entry, personId: string, mapped: MappedLevel): Promise<void> {
  const id = randomUUID();
  const holder = { companyId: provider.companyId, personId, serviceAccountId: null, providerId: provider.id };
  const membership = { id, ...holder, ...givenBy(mapped), fromAt: at, untilAt: null };
  await insertMembership(trx, membership, { at, by: provider.setBy });
  appendAudit(trx, {
    at,
    actor: KONTOR,
    action: 'membership.made',
    subject: `membership:${id}`,
    after: membership,
  });
}

/**
 * Finds or makes the person of these claims, and gives her what they give: a membership that a provider made is set to its
 * level with every sign-in and ends where there is none; one that was made by hand stays as it is. Throws STATE_CONFLICT
 * where that would take away a company's last administrator: then nothing was changed. The provider is locked by the caller.
 */
export async function admitByProvider(
  trx: Trx,
  provider: IdentityProvider,
  claims: Claims,
  at: Date,
): Promise<Admitted> {
  const entry: Entry = { trx, provider, claims, at, mapped: await mappedLevelOf(trx, provider, claims) };
  const identity = await identify(entry);
  if ('refused' in identity) return identity;
  const { personId, lapsedAt } = identity;
  const person = await loginOf(trx, personId);
  if (person === undefined) return { refused: 'personEnded', personId };
  const held = await membershipsIn(trx, { personId, companyId: provider.companyId, at });
  for (const each of held) if (each.invitedAs !== null) await accept(entry, person, each);
  const made = held.find(({ providerId }) => providerId === provider.id);
  const byHand = held.some(({ providerId }) => providerId !== provider.id);
  if (made !== undefined) await follow(entry, made);
  const lapsed = entry.mapped === undefined && made !== undefined ? at : lapsedAt;
  if (made === undefined && !byHand && entry.mapped !== undefined) {
    // She was somebody of the company, and not her claims ended that.
    if (lapsed === null && (await wasMember(trx, personId, provider.companyId)))
      return { refused: 'endedByHand', personId };
    await makeMembership(entry, personId, entry.mapped);
  }
  await useIdentity(trx, { id: identity.id, lapsedAt: entry.mapped === undefined ? lapsed : null }, at);
  return entry.mapped === undefined && !byHand ? { refused: 'noLevel', personId } : { person };
}

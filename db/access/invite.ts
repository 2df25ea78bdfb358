import type { Actor } from '../../domain/access/actor.js';
import { randomUUID } from 'node:crypto';
import { fieldError } from '../../domain/errors.js';
import type { Locale } from '../../locales/index.js';
import type { Trx } from '../connect.js';
import { appendAudit } from './auditStore.js';
import { insertLink } from './linkStore.js';
import { findLogin, type Login } from './loginStore.js';
import { isMember } from './memberStore.js';
import { insertMembership, type Membership } from './membershipStore.js';
import { insertPerson } from './personStore.js';

const INVITATION_MS = 7 * 86_400_000;

export interface Invitation extends Pick<
  Membership,
  'companyId' | 'systemLevel' | 'accessLevelId' | 'tenantIds' | 'withBelow' | 'fromAt' | 'untilAt'
> {
  /** A second one with this id is refused by the primary key. */
  membershipId: string;
  name: string;
  email: string;
  /** Of a new person; one who has a login already keeps her own. */
  locale: Locale;
  zone: string;
  at: Date;
  by: Actor;
}

/** A link to be shown or mailed, and to whom. */
export interface InvitationLink {
  link: string;
  person: Login;
  expiresAt: Date;
}

/** A new link of an invitation, in place of those before it. */
export async function linkOfInvitation(
  trx: Trx,
  { membershipId, person, at, by }: { membershipId: string; person: Login; at: Date; by: Actor },
): Promise<InvitationLink> {
  const expiresAt = new Date(at.getTime() + INVITATION_MS);
  const of = { kind: 'invitation' as const, personId: person.id, membershipId };
  return {
    link: await insertLink(trx, { of, at, expiresAt, by: by.kind === 'terminal' ? null : by.id }),
    person,
    expiresAt,
  };
}

/**
 * Invites somebody to act for a company: a new person, or one who has a login, with the same outcome, so that nobody learns
 * which it was. The membership counts once she accepts. NAME_TAKEN at `/email` for who is somebody of that company.
 */
export async function invitePerson(trx: Trx, invitation: Invitation): Promise<InvitationLink> {
  const { membershipId, name, email, locale, zone, at, by, ...grant } = invitation;
  const newcomer = { id: randomUUID(), name, email, locale, zone, state: 'invited' as const };
  await insertPerson(trx, newcomer, { at, by });
  const person = await findLogin(trx, email);
  if (person === undefined) throw new Error('a person that was just kept is not there');
  if (await isMember(trx, person.id, grant.companyId, at)) {
    throw fieldError('NAME_TAKEN', '/email', 'Somebody of the company has this address: change that membership.');
  }
  const holder = { personId: person.id, serviceAccountId: null, invitedAs: name };
  await insertMembership(trx, { id: membershipId, ...holder, ...grant }, { at, by });
  const subject = `person:${person.id}`;
  const after = { membershipId, ...grant };
  appendAudit(trx, { at, actor: by, action: 'person.invited', subject, after });
  return linkOfInvitation(trx, { membershipId, person, at, by });
}

import { randomUUID } from 'node:crypto';
import type { SystemLevel } from '../../domain/access/levels.js';
import type { View } from '../../domain/access/views.js';
import { rows, type Trx } from '../connect.js';
import type { Bounds } from './senderStore.js';
import { newSecret, secretHash } from './secret.js';

/** ASVS: half an hour without a request, twelve hours in all. */
const IDLE_SECONDS = 30 * 60;
const LONGEST_MS = 12 * 3_600_000;

/** A membership and a view that a person may act in now. */
export interface Acting {
  membershipId: string;
  companyId: string;
  companyName: string;
  view: View;
  level: SystemLevel;
  fromAt: Date;
  untilAt: Date | null;
}

/**
 * For whom a person may act now, the one of her last session first, then in the order of the memberships' making. What a
 * provider made is acted by through that provider alone.
 */
export function actingChoices(
  trx: Trx,
  personId: string,
  bounds: (Pick<Bounds, 'companyId' | 'providerId'> & Partial<Pick<Bounds, 'membershipId'>>) | null,
): Promise<Acting[]> {
  return rows<Acting>(
    trx,
    `select m.id as "membershipId", w."companyId", w."companyName", v.view, w.level, m.from_at as "fromAt",
       m.until_at as "untilAt"
     from membership m join company_view v on v.company_id = m.company_id
     cross join lateral kontor_acting(m.id, v.view) w
     left join lateral (select s.membership_id, s.view from session s where s.person_id = :personId
       order by s.opened_at desc limit 1) last on last.membership_id = m.id and last.view = v.view
     where m.person_id = :personId and (:companyId::uuid is null or m.company_id = :companyId)
       and (m.identity_provider_id is null or m.identity_provider_id = :providerId or m.id = :membershipId)
     order by last.view is null, m.created_at, m.id, v.view`,
    {
      ...{ personId, companyId: bounds?.companyId ?? null, providerId: bounds?.providerId ?? null },
      membershipId: bounds?.membershipId ?? null,
    },
  );
}

export interface NewSession {
  personId: string;
  acting: Pick<Acting, 'membershipId' | 'view'>;
  /** The provider that vouched for her; null: she proved it to Kontor itself. */
  providerId?: string | null;
  /** Where it is opened from, and with what: as the person recognises it in her list. */
  address: string;
  agent: string;
  at: Date;
}

/** A new session; its secret goes into the cookie and is kept as a hash. */
export async function insertSession(
  trx: Trx,
  { personId, acting, providerId = null, address, agent, at }: NewSession,
): Promise<{ id: string; secret: string }> {
  const [id, secret] = [randomUUID(), newSecret()];
  await rows(
    trx,
    `insert into session (id, person_id, membership_id, view, token_hash, opened_at, last_used_at, idle_seconds, ends_at,
       address, agent, identity_provider_id)
     values (:id, :personId, :membershipId, :view, :hash, :at, :at, :idle, :endsAt, :address, :agent, :providerId)`,
    {
      ...{ id, personId, membershipId: acting.membershipId, view: acting.view, hash: secretHash(secret), at },
      ...{ providerId, idle: IDLE_SECONDS, endsAt: new Date(at.getTime() + LONGEST_MS), address, agent },
    },
  );
  return { id, secret };
}

/**
 * Gives a session another secret, and where `acting` is given another membership and view: what was known of it before is
 * worth nothing from now on. Undefined: it has ended.
 */
export async function rotateSession(
  trx: Trx,
  id: string,
  acting?: Pick<Acting, 'membershipId' | 'view'>,
): Promise<string | undefined> {
  const secret = newSecret();
  const changed = await rows(
    trx,
    `update session set token_hash = :hash, membership_id = coalesce(:membershipId::uuid, membership_id),
       view = coalesce(:view, view)
     where id = :id and ended_at is null returning id`,
    { id, hash: secretHash(secret), membershipId: acting?.membershipId ?? null, view: acting?.view ?? null },
  );
  return changed.length === 0 ? undefined : secret;
}

/** A session as its person sees it. */
export interface Session {
  id: string;
  companyName: string;
  view: View;
  openedAt: Date;
  /** To the minute. */
  lastUsedAt: Date;
  endsAt: Date;
  address: string;
  agent: string;
}

/** A person's sessions that have not ended, the latest first; through providers of one company, or all. */
export function listSessions(trx: Trx, personId: string, companyId: string | null): Promise<Session[]> {
  return rows<Session>(
    trx,
    `select s.id, c.name as "companyName", s.view, s.opened_at as "openedAt", s.last_used_at as "lastUsedAt",
       s.ends_at as "endsAt", s.address, s.agent
     from session s join membership m on m.id = s.membership_id join company c on c.id = m.company_id
     where s.person_id = :personId and s.ended_at is null and s.ends_at > now()
       and s.last_used_at + make_interval(secs => s.idle_seconds) > now()
       and (:companyId::uuid is null or (m.company_id = :companyId and s.identity_provider_id is not null))
     order by s.opened_at desc, s.id`,
    { personId, companyId },
  );
}

/**
 * Ends one session of a person, or all, or all but one; all of them, or those through providers of one company. Returns the
 * ids of those that had not ended.
 */
export async function endSessions(
  trx: Trx,
  {
    personId,
    only = null,
    except = null,
    companyId = null,
  }: { personId: string; only?: string | null; except?: string | null; companyId?: string | null },
  at: Date,
): Promise<string[]> {
  const ended = await rows<{ id: string }>(
    trx,
    `update session set ended_at = :at
     where person_id = :personId and ended_at is null and (:only::uuid is null or id = :only)
       and (:except::uuid is null or id <> :except)
       and (:companyId::uuid is null
         or identity_provider_id in (select id from identity_provider where company_id = :companyId))
     returning id`,
    { personId, only, except, companyId, at },
  );
  return ended.map(({ id }) => id);
}

/** Ends the session of that secret; returns its id, undefined where it had ended, or never was. */
export async function endSessionOf(trx: Trx, hash: Buffer, at: Date): Promise<string | undefined> {
  const [ended] = await rows<{ id: string }>(
    trx,
    'update session set ended_at = :at where token_hash = :hash and ended_at is null returning id',
    { hash, at },
  );
  return ended?.id;
}

/** Forgets sessions that ended, by themselves or not, before `before`. */
export async function forgetSessions(trx: Trx, before: Date): Promise<void> {
  await rows(trx, 'delete from session where least(ended_at, ends_at) < :before returning id', { before });
}

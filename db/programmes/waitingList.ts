import { randomUUID } from 'node:crypto';
import type { Locale } from '../../locales/index.js';
import { secretHash } from '../access/secret.js';
import { rows, type Trx } from '../connect.js';

/** Somebody who asked to be told when a programme opens in a country. */
export interface Waiting {
  id: string;
  programme: string;
  country: string;
  email: string;
  locale: Locale;
  askedAt: Date;
  /** Null: nobody has confirmed the address, so it is not told. */
  confirmedAt: Date | null;
  toldAt: Date | null;
}

const FIELDS = `w.id, w.programme_code as programme, w.country, w.email, w.locale, w.asked_at as "askedAt",
  w.confirmed_at as "confirmedAt", w.told_at as "toldAt"`;

/**
 * Keeps a wish to be told, whose address is to be confirmed until then; asking again gives it that long anew, and changes
 * nothing once it is confirmed. Returns its id.
 */
export async function putWaiting(
  trx: Trx,
  waiting: Pick<Waiting, 'programme' | 'country' | 'email' | 'locale' | 'askedAt'> & { confirmUntil: Date },
): Promise<{ id: string; isConfirmed: boolean }> {
  const [kept] = await rows<{ id: string; isConfirmed: boolean }>(
    trx,
    `insert into waiting_list as w (id, programme_code, country, email, locale, asked_at, confirm_until)
     values (:id, :programme, :country, :email, :locale, :askedAt, :confirmUntil)
     on conflict (programme_code, country, email) where told_at is null and withdrawn_at is null
     do update set locale = case when w.confirmed_at is null then excluded.locale else w.locale end,
       confirm_until = case when w.confirmed_at is null then excluded.confirm_until else w.confirm_until end
     returning w.id, w.confirmed_at is not null as "isConfirmed"`,
    { ...waiting, id: randomUUID() },
  );
  if (kept === undefined) throw new Error('A wish to be told was not kept.');
  return kept;
}

/**
 * The wish of a link that is good, with its programme's name; nobody else confirms, withdraws or tells it until the
 * transaction ends. Undefined: the link is good no more, or is none of a waiting list.
 */
export async function lockWaitingOfLink(
  trx: Trx,
  secret: string,
  at: Date,
): Promise<(Waiting & { programmeName: string }) | undefined> {
  const [found] = await rows<Waiting & { programmeName: string }>(
    trx,
    `select ${FIELDS}, g.name as "programmeName" from one_time_link l
     join waiting_list w on w.id = l.waiting_id join programme g on g.code = w.programme_code
     where l.token_hash = :hash and l.kind = 'waiting' and l.used_at is null and l.withdrawn_at is null and l.expires_at > :at
       and w.told_at is null and w.withdrawn_at is null
     for update of w`,
    { hash: secretHash(secret), at },
  );
  return found;
}

/** Confirms a wish that waits for it. Its link stays good until it is told or withdrawn, however long that takes. */
export async function confirmWaiting(trx: Trx, id: string, at: Date): Promise<void> {
  await rows(
    trx,
    `with confirmed as (update waiting_list set confirmed_at = :at where id = :id and confirmed_at is null returning id)
     update one_time_link l set expires_at = 'infinity' from confirmed c
     where l.waiting_id = c.id and l.withdrawn_at is null returning l.id`,
    { id, at },
  );
}

/** Withdraws a wish, with its links. */
export async function withdrawWaiting(trx: Trx, id: string, at: Date): Promise<void> {
  await rows(
    trx,
    `with withdrawn as (update waiting_list set withdrawn_at = :at where id = :id returning id)
     update one_time_link l set withdrawn_at = :at from withdrawn w
     where l.waiting_id = w.id and l.withdrawn_at is null returning l.id`,
    { id, at },
  );
}

/**
 * Who waits for a programme, or was told, the first to ask first; those after the cursor. With `unconfirmed` those instead
 * whose address may still be confirmed as of `at`.
 */
export async function listWaiting(
  trx: Trx,
  filter: {
    programme: string;
    unconfirmed: boolean;
    at: Date;
    limit: number;
    after?: [askedAt: string, id: string] | undefined;
  },
): Promise<Waiting[]> {
  const { after, ...rest } = filter;
  const [afterAt, afterId] = after ?? [null, null];
  return rows<Waiting>(
    trx,
    `select ${FIELDS} from waiting_list w where w.programme_code = :programme and w.withdrawn_at is null
       and case when :unconfirmed then w.confirmed_at is null and w.confirm_until > :at::timestamptz
         else w.confirmed_at is not null end
       and (:afterId::uuid is null or (w.asked_at, w.id) > (:afterAt::timestamptz, :afterId::uuid))
     order by w.asked_at, w.id limit :limit`,
    { ...rest, afterAt, afterId },
  );
}

/**
 * Marks those as told whose address is confirmed and whose country is open on the day of its programme, which goes on, and
 * returns them: each is told once, and its link is used up.
 */
export async function takeThoseToTell(trx: Trx, now: Date): Promise<(Waiting & { programmeName: string })[]> {
  return rows<Waiting & { programmeName: string }>(
    trx,
    `with told as (
       update waiting_list w set told_at = :now
       from territory t join programme g on g.code = t.programme_code
       cross join lateral kontor_settings(g.code) v
       where w.confirmed_at is not null and w.told_at is null and w.withdrawn_at is null
         and t.programme_code = w.programme_code and t.country = w.country and g.last_period is null
         and t.opens_on <= (:now::timestamptz at time zone v.zone)::date
         and (t.closes_on is null or t.closes_on > (:now::timestamptz at time zone v.zone)::date)
       returning ${FIELDS}, g.name as "programmeName"),
     used as (update one_time_link l set used_at = :now from told
       where l.waiting_id = told.id and l.used_at is null and l.withdrawn_at is null)
     select * from told`,
    { now },
  );
}

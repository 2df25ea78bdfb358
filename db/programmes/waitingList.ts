import type { Locale } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';

/** Somebody who asked to be told when a programme opens in a country. */
export interface Waiting {
  id: string;
  programme: string;
  country: string;
  email: string;
  locale: Locale;
  askedAt: Date;
  toldAt: Date | null;
}

const FIELDS = `id, programme_code as programme, country, email, locale, asked_at as "askedAt", told_at as "toldAt"`;

/** Keeps a wish to be told; asking again for the same country changes nothing (false). */
export async function addWaiting(trx: Trx, waiting: Omit<Waiting, 'toldAt'>): Promise<boolean> {
  const added = await rows(
    trx,
    `insert into waiting_list (id, programme_code, country, email, locale, asked_at)
     values (:id, :programme, :country, :email, :locale, :askedAt) on conflict do nothing returning id`,
    { ...waiting },
  );
  return added.length > 0;
}

/** Who waits for a programme, the first to ask first; those after the cursor. */
export async function listWaiting(
  trx: Trx,
  filter: { programme: string; limit: number; after?: [askedAt: string, id: string] | undefined },
): Promise<Waiting[]> {
  const [afterAt, afterId] = filter.after ?? [null, null];
  return rows<Waiting>(
    trx,
    `select ${FIELDS} from waiting_list where programme_code = :programme
       and (:afterId::uuid is null or (asked_at, id) > (:afterAt::timestamptz, :afterId::uuid))
     order by asked_at, id limit :limit`,
    { programme: filter.programme, afterAt, afterId, limit: filter.limit },
  );
}

/** Marks those as told whose country is open on its programme's day, and returns them: each is told once. */
export async function takeThoseToTell(trx: Trx, now: Date): Promise<(Waiting & { programmeName: string })[]> {
  return rows<Waiting & { programmeName: string }>(
    trx,
    `update waiting_list w set told_at = :now
     from territory t join programme g on g.code = t.programme_code
     cross join lateral kontor_settings(g.code) v
     where w.told_at is null and t.programme_code = w.programme_code and t.country = w.country
       and t.opens_on <= (:now::timestamptz at time zone v.zone)::date
       and (t.closes_on is null or t.closes_on > (:now::timestamptz at time zone v.zone)::date)
     returning w.id, w.programme_code as programme, w.country, w.email, w.locale, w.asked_at as "askedAt",
       w.told_at as "toldAt", g.name as "programmeName"`,
    { now },
  );
}

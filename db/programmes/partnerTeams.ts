import { rows, type Trx } from '../connect.js';

/** Where the partner team of every programme reads its mail, by the settings set last, and in which language; each address once. */
export function partnerTeams(trx: Trx): Promise<{ email: string; locale: string }[]> {
  return rows(
    trx,
    `select distinct on (email) coalesce(v.settings ->> 'partnerTeamEmail', g.vendor ->> 'email') as email,
       coalesce(v.settings ->> 'partnerTeamLocale', 'en') as locale
     from programme g cross join lateral (select settings from programme_setting s
       where s.programme_code = g.code order by s.version desc limit 1) v
     order by email, g.code`,
    {},
  );
}

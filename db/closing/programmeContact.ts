import { rows, type Trx } from '../connect.js';

/** A programme's name and where and in what language its partner team reads its mail, by the settings that hold for the period. */
export async function programmeContact(
  trx: Trx,
  { programme, period }: { programme: string; period: string },
): Promise<{ programmeName: string; recipient: string; locale: string; zone: string } | undefined> {
  const [found] = await rows<{ programmeName: string; recipient: string; locale: string; zone: string }>(
    trx,
    `select g.name as "programmeName", coalesce(v.settings ->> 'partnerTeamEmail', g.vendor ->> 'email') as recipient,
       coalesce(v.settings ->> 'partnerTeamLocale', 'en') as locale, v.zone
     from programme g cross join lateral kontor_settings(g.code, :period) v
     where g.code = :programme`,
    { programme, period },
  );
  return found;
}

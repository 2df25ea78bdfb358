import type { View } from '../../domain/access/views.js';
import { EARLIEST_PERIOD, type Period } from '../../domain/period.js';
import type { Locale } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';

/** The partner team's company, the only one of the view `vendor`; the migrations make it. */
export const PARTNER_TEAM = '00000000-0000-4000-8000-000000000001';

/** What every organisation has, whatever its views. */
export interface Company {
  id: string;
  name: string;
  registrationNumber: string;
  address: string[];
  /** ISO 3166-1 alpha-2. */
  country: string;
  locale: Locale;
  /** IANA time zone. */
  zone: string;
}

/** Keeps a new company with a view and its zone; false when the id is known already, and then nothing changed. */
export async function insertCompany(
  trx: Trx,
  company: Omit<Company, 'registrationNumber'> & { registrationNumber: string | null },
  view: View,
  at: Date,
): Promise<boolean> {
  const { id, name, registrationNumber, address, country, locale, zone } = company;
  const inserted = await rows(
    trx,
    `with made as (insert into company (id, name, registration_number, address, country, locale, created_at)
         values (:id, :name, :registrationNumber, :address, :country, :locale, :at)
         on conflict (id) do nothing returning id),
       zoned as (insert into company_zone (company_id, from_period, zone) select id, :earliest, :zone from made)
     insert into company_view (company_id, view) select id, :view from made returning company_id`,
    { id, name, registrationNumber, address, country, locale, zone, at, view, earliest: EARLIEST_PERIOD },
  );
  return inserted.length > 0;
}

/** Sets the zone in which a company's months are reckoned from a period on. */
export async function putZone(trx: Trx, row: { companyId: string; fromPeriod: Period; zone: string }): Promise<void> {
  await rows(
    trx,
    `insert into company_zone (company_id, from_period, zone) values (:companyId, :fromPeriod, :zone)
     on conflict (company_id, from_period) do update set zone = excluded.zone`,
    { ...row },
  );
}

/** The zones of a company, each from its period on. */
export async function listZones(trx: Trx, companyId: string): Promise<{ fromPeriod: Period; zone: string }[]> {
  return rows<{ fromPeriod: Period; zone: string }>(
    trx,
    'select from_period as "fromPeriod", zone from company_zone where company_id = :companyId order by from_period',
    { companyId },
  );
}

/** The views a company holds; empty: there is no such company for the reader. */
export async function viewsOf(trx: Trx, companyId: string): Promise<View[]> {
  const found = await rows<{ view: View }>(
    trx,
    `select v.view from company c join company_view v on v.company_id = c.id where c.id = :companyId order by v.view`,
    { companyId },
  );
  return found.map(({ view }) => view);
}

/** The views for which a company has terms, whether it holds them now or not. */
export async function viewsWithTerms(trx: Trx, companyId: string): Promise<View[]> {
  const found = await rows<{ view: View }>(
    trx,
    `select 'service_provider' as view from msp_terms where id = :companyId
     union all select 'distributor' from distributor_terms where id = :companyId`,
    { companyId },
  );
  return found.map(({ view }) => view);
}

/** What a company is called that has not ended; empty: there is none. */
export async function companyName(trx: Trx, companyId: string): Promise<string> {
  const [found] = await rows<{ name: string }>(
    trx,
    `select name from company where id = :companyId and state <> 'ended'`,
    { companyId },
  );
  return found?.name ?? '';
}

/** Whether there is an active company of that view, whatever the reader sees; it stays one until the transaction ends. */
export async function holdsView(trx: Trx, companyId: string, view: View): Promise<boolean> {
  const [found] = await rows<{ holds: boolean }>(trx, 'select kontor_holds(:companyId, :view) as holds', {
    companyId,
    view,
  });
  return found?.holds === true;
}

import type { View } from '../../domain/access/views.js';
import type { CompanyState } from '../../domain/company.js';
import type { Locale } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';

/** A company with everything that is kept of it as such; what its views bring is elsewhere. */
export interface CompanyRecord {
  id: string;
  name: string;
  /** Null: unknown. */
  registrationNumber: string | null;
  address: string[];
  /** ISO 3166-1 alpha-2; null: of the partner team until somebody names it. */
  country: string | null;
  locale: Locale;
  /** IANA time zone of the current month. */
  zone: string;
  /** In alphabetical order. */
  views: View[];
  parentId: string | null;
  /** `<system>:<reference>`. */
  source: string | null;
  state: CompanyState;
  /** Of the last change of its state. */
  stateReason: string | null;
  stateAt: Date | null;
  mergedInto: string | null;
  /** Goes up with each change. */
  version: number;
  createdAt: Date;
}

export interface CompanyFilter {
  id?: string | undefined;
  view?: View | undefined;
  state?: CompanyState | undefined;
  parentId?: string | undefined;
  source?: string | undefined;
  /** In the name, whatever its case, or in the registration number, of which letters and digits count. */
  text?: string | undefined;
  limit: number;
  after?: [name: string, id: string] | undefined;
}

/** Companies the sender may see, by name; those after the cursor. Sign-ups that nobody has confirmed only by their id. */
export async function companyList(trx: Trx, filter: CompanyFilter): Promise<CompanyRecord[]> {
  const [afterName, afterId] = filter.after ?? [null, null];
  return rows<CompanyRecord>(
    trx,
    `select c.id, c.name, c.registration_number as "registrationNumber", c.address, c.country, c.locale,
       kontor_zone(c.id) as zone, array(select v.view from company_view v where v.company_id = c.id order by 1) as views,
       c.parent_id as "parentId", c.source, c.state, c.state_reason as "stateReason", c.state_at as "stateAt",
       c.merged_into as "mergedInto", c.version, c.created_at as "createdAt"
     from company c
     where (c.id = :id::uuid or :id::uuid is null and not exists (select from participation p where p.msp_id = c.id
         and p.state = 'unconfirmed'))
       and (:view::text is null or exists (select from company_view v where v.company_id = c.id and v.view = :view))
       and (:state::text is null or c.state = :state) and (:source::text is null or c.source = :source)
       and (:parentId::uuid is null or c.parent_id = :parentId::uuid)
       and (:sought::text is null or strpos(lower(c.name), lower(:sought)) > 0
         or (kontor_comparable_number(:sought) <> ''
           and strpos(kontor_comparable_number(c.registration_number), kontor_comparable_number(:sought)) > 0))
       and (:afterId::uuid is null or (c.name collate "C", c.id) > (:afterName::text collate "C", :afterId::uuid))
     order by c.name collate "C", c.id limit :limit`,
    {
      id: filter.id ?? null,
      view: filter.view ?? null,
      state: filter.state ?? null,
      parentId: filter.parentId ?? null,
      source: filter.source ?? null,
      sought: filter.text ?? null,
      afterName,
      afterId,
      limit: filter.limit,
    },
  );
}

/** Undefined: there is no such company that the sender may see. */
export async function findCompany(trx: Trx, id: string): Promise<CompanyRecord | undefined> {
  const [found] = await companyList(trx, { id, limit: 1 });
  return found;
}

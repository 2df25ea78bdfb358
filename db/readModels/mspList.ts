import type { Locale } from '../../domain/statement.js';
import { rows, type Trx } from '../connect.js';

/** An MSP with what people ask about it first. */
export interface MspSummary {
  id: string;
  name: string;
  registrationNumber: string;
  country: string;
  distributorId: string;
  distributorCode: string;
  programmeCode: string;
  email: string;
  locale: Locale;
  /** IANA time zone. */
  zone: string;
  state: string;
  appliedAt: Date;
  decidedAt: Date | null;
  tenants: number;
  sites: number;
}

/** MSPs the sender may see, by name; one MSP, one distributor's, or those in a state. Those after the cursor. */
export async function mspList(
  trx: Trx,
  filter: {
    id?: string | undefined;
    state?: string | undefined;
    distributorId?: string | undefined;
    limit: number;
    after?: [name: string, id: string] | undefined;
  },
): Promise<MspSummary[]> {
  const [afterName, afterId] = filter.after ?? [null, null];
  return rows<MspSummary>(
    trx,
    `select m.id, m.name, m.registration_number as "registrationNumber", m.country, m.distributor_id as "distributorId",
       d.code as "distributorCode", m.programme_code as "programmeCode", m.email, m.locale, m.zone, m.state,
       m.applied_at as "appliedAt", m.decided_at as "decidedAt",
       (select count(*)::int from tenant t where t.msp_id = m.id) as tenants,
       (select count(*)::int from site s where s.msp_id = m.id) as sites
     from msp m join distributor d on d.id = m.distributor_id
     where (:id::uuid is null or m.id = :id::uuid) and (:state::text is null or m.state = :state)
       and (:distributorId::uuid is null or m.distributor_id = :distributorId::uuid)
       and (:afterId::uuid is null or (m.name collate "C", m.id) > (:afterName::text collate "C", :afterId::uuid))
     order by m.name collate "C", m.id limit :limit`,
    {
      id: filter.id ?? null,
      state: filter.state ?? null,
      distributorId: filter.distributorId ?? null,
      afterName,
      afterId,
      limit: filter.limit,
    },
  );
}

import { groupBy } from '../../domain/groupBy.js';
import type { ParticipationState } from '../../domain/msp.js';
import type { Locale } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';

/** Where an MSP stands in one programme. */
export interface ParticipationSummary {
  programme: string;
  state: ParticipationState;
  joinedPeriod: string | null;
  leftPeriod: string | null;
  /** Who bills it now. */
  distributorId: string;
  distributorCode: string;
  appliedAt: Date;
  decidedAt: Date | null;
}

/** An MSP with what people ask about it first. */
export interface MspSummary {
  id: string;
  name: string;
  registrationNumber: string;
  country: string;
  /** Of its contact for statements, which may not be confirmed yet. */
  email: string;
  locale: Locale;
  /** IANA time zone of the current month. */
  zone: string;
  /** By programme. */
  participations: ParticipationSummary[];
  tenants: number;
  sites: number;
}

export interface MspFilter {
  id?: string | undefined;
  /** Of one and the same participation: */
  programme?: string | undefined;
  state?: string | undefined;
  distributorId?: string | undefined;
  limit: number;
  after?: [name: string, id: string] | undefined;
}

/**
 * MSPs the sender may see, by name; those after the cursor. Sign-ups that nobody has confirmed only where asked for by their
 * id or state.
 */
export async function mspList(trx: Trx, filter: MspFilter): Promise<MspSummary[]> {
  const [afterName, afterId] = filter.after ?? [null, null];
  const found = await rows<Omit<MspSummary, 'participations'>>(
    trx,
    `select m.id, m.name, m.registration_number as "registrationNumber", m.country, m.email, m.locale,
       kontor_zone(m.id) as zone,
       (select count(*)::int from tenant t where t.msp_id = m.id) as tenants,
       (select count(*)::int from site s where s.msp_id = m.id) as sites
     from msp m
     where (:id::uuid is null or m.id = :id::uuid)
       and exists (select from participation p where p.msp_id = m.id
         and (:programme::text is null or p.programme_code = :programme) and (p.state = :state or :state::text is null and (:id::uuid is not null or p.state <> 'unconfirmed'))
         and (:distributorId::uuid is null or kontor_distributor_of(m.id, p.programme_code) = :distributorId::uuid))
       and (:afterId::uuid is null or (m.name collate "C", m.id) > (:afterName::text collate "C", :afterId::uuid))
     order by m.name collate "C", m.id limit :limit`,
    {
      id: filter.id ?? null,
      programme: filter.programme ?? null,
      state: filter.state ?? null,
      distributorId: filter.distributorId ?? null,
      afterName,
      afterId,
      limit: filter.limit,
    },
  );
  const participations = await participationsOf(
    trx,
    found.map(({ id }) => id),
  );
  return found.map((msp) => ({
    ...msp,
    participations: (participations.get(msp.id) ?? []).map(({ mspId: _mspId, ...participation }) => participation),
  }));
}

async function participationsOf(trx: Trx, mspIds: readonly string[]) {
  const found = await rows<ParticipationSummary & { mspId: string }>(
    trx,
    `select p.msp_id as "mspId", p.programme_code as programme, p.state, p.joined_period as "joinedPeriod",
       p.left_period as "leftPeriod", d.id as "distributorId", d.code as "distributorCode",
       p.applied_at as "appliedAt", p.decided_at as "decidedAt"
     from participation p join distributor d on d.id = kontor_distributor_of(p.msp_id, p.programme_code)
     where p.msp_id = any(:mspIds::uuid[]) order by p.programme_code`,
    { mspIds: [...mspIds] },
  );
  return groupBy(found, ({ mspId }) => mspId);
}

import type { KeyState } from '../../domain/key.js';
import type { ContactState, SiteKind, SiteState } from '../../domain/site.js';
import type { Channel } from '../../domain/siteMessage.js';
import { rows, type Trx } from '../connect.js';

/** A site with what its MSP asks about it first. */
export interface SiteSummary {
  siteId: string;
  name: string;
  product: string;
  kind: SiteKind;
  channel: Channel;
  /** Its first month. */
  fromPeriod: string;
  state: SiteState;
  /** Rule 6. */
  contact: ContactState;
  createdAt: Date;
  activatedAt: Date | null;
  lastContactAt: Date | null;
  tenantRefs: string[];
  /** In use: neither replaced nor retired. More than one: the key is used twice. */
  installations: number;
  keyState: KeyState;
}

export interface SiteFilter {
  mspId: string;
  siteId?: string | undefined;
  kind?: SiteKind | undefined;
  contact?: ContactState | undefined;
  state?: SiteState | undefined;
  limit: number;
  after?: [name: string, id: string] | undefined;
}

/** Sites of an MSP by name: one, those of a kind or in a state, or all; those after the cursor. */
export async function siteList(trx: Trx, filter: SiteFilter): Promise<SiteSummary[]> {
  const [afterName, afterId] = filter.after ?? [null, null];
  return rows<SiteSummary>(
    trx,
    `select s.id as "siteId", s.name, s.product, s.kind, s.channel, s.from_period as "fromPeriod", s.state, s.contact, s.created_at as "createdAt",
       s.activated_at as "activatedAt", s.last_contact_at as "lastContactAt",
       array(select distinct t.ref collate "C" from site_tenant st join tenant t on t.msp_id = st.msp_id and t.id = st.tenant_id
         where st.msp_id = s.msp_id and st.site_id = s.id and st.until_period is null order by 1) as "tenantRefs",
       (select count(*)::int from installation i where i.msp_id = s.msp_id and i.site_id = s.id
         and i.replaced_by is null and i.retired_at is null) as installations,
       (select k.state from metered_key k where k.msp_id = s.msp_id and (k.site_id = s.id or exists (
           select from installation i where i.msp_id = s.msp_id and i.site_id = s.id and i.metered_key_id = k.id))
         order by k.state in ('issued', 'active', 'disabled') desc, k.issued_at desc limit 1) as "keyState"
     from site s
     where s.msp_id = :mspId and (:siteId::uuid is null or s.id = :siteId::uuid)
       and (:kind::text is null or s.kind = :kind)
       and (:contact::text is null or s.contact = :contact) and (:state::text is null or s.state = :state)
       and (:afterId::uuid is null or (s.name collate "C", s.id) > (:afterName::text collate "C", :afterId::uuid))
     order by s.name collate "C", s.id limit :limit`,
    {
      mspId: filter.mspId,
      siteId: filter.siteId ?? null,
      kind: filter.kind ?? null,
      contact: filter.contact ?? null,
      state: filter.state ?? null,
      afterName,
      afterId,
      limit: filter.limit,
    },
  );
}

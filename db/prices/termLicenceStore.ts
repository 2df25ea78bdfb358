import type { Day } from '../../domain/period.js';
import type { KeyOwner } from '../sites/meteredKeyStore.js';
import { rows, type Trx } from '../connect.js';

/** A fixed count for 1 to 5 years: usage up to it is not metered. */
export interface TermLicence {
  mspId: string;
  id: string;
  siteId: string;
  /** Null: for the site as a whole. */
  tenantId: string | null;
  meter: string;
  count: number;
  /** Half-open: the first day it covers, and the first it does not. */
  startsOn: Day;
  endsOn: Day;
}

interface LicenceRow {
  msp_id: string;
  id: string;
  site_id: string;
  tenant_id: string | null;
  meter: string;
  count: number;
  starts_on: Day;
  ends_on: Day;
}

const COLUMNS = 'msp_id, id, site_id, tenant_id, meter, count, starts_on, ends_on';

function toLicence(row: LicenceRow): TermLicence {
  return {
    mspId: row.msp_id,
    id: row.id,
    siteId: row.site_id,
    tenantId: row.tenant_id,
    meter: row.meter,
    count: row.count,
    startsOn: row.starts_on,
    endsOn: row.ends_on,
  };
}

export async function insertTermLicence(trx: Trx, licence: TermLicence): Promise<void> {
  await rows(
    trx,
    `insert into term_licence (${COLUMNS})
     values (:mspId, :id, :siteId, :tenantId, :meter, :count, :startsOn, :endsOn)`,
    { ...licence },
  );
}

export async function findTermLicence(trx: Trx, mspId: string, id: string): Promise<TermLicence | undefined> {
  const [row] = await rows<LicenceRow>(trx, `select ${COLUMNS} from term_licence where msp_id = :mspId and id = :id`, {
    mspId,
    id,
  });
  return row && toLicence(row);
}

/** Licences of an MSP by first day; those after the cursor. */
export async function listTermLicences(
  trx: Trx,
  filter: { mspId: string; limit: number; after?: [startsOn: Day, id: string] | undefined },
): Promise<TermLicence[]> {
  const [afterDay, afterId] = filter.after ?? [null, null];
  const found = await rows<LicenceRow>(
    trx,
    `select ${COLUMNS} from term_licence
     where msp_id = :mspId and (:afterId::uuid is null or (starts_on, id) > (:afterDay::date, :afterId::uuid))
     order by starts_on, id limit :limit`,
    { mspId: filter.mspId, afterDay, afterId, limit: filter.limit },
  );
  return found.map(toLicence);
}

/** Licences of a site or of a tenant, past ones too. */
export async function licencesOf(trx: Trx, owner: KeyOwner): Promise<TermLicence[]> {
  const found = await rows<LicenceRow>(
    trx,
    `select ${COLUMNS} from term_licence
     where msp_id = :mspId and (site_id = :siteId::uuid or tenant_id = :tenantId::uuid)`,
    { siteId: null, tenantId: null, ...owner },
  );
  return found.map(toLicence);
}

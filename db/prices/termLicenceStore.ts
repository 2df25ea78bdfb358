import type { Actor } from '../../domain/access/actor.js';
import type { MeterCode } from '../../domain/catalog/index.js';
import type { AgreedPrice } from '../../domain/licences/termPrice.js';
import { fieldError } from '../../domain/errors.js';
import type { Day } from '../../domain/period.js';
import type { KeyOwner } from '../sites/meteredKeyStore.js';
import { rows, type Trx } from '../connect.js';

/** A fixed count for 1 to 5 years (rule 22): usage up to it is not metered. Made by an approved order alone (rule 21). */
export interface TermLicence extends AgreedPrice {
  mspId: string;
  id: string;
  orderId: string;
  siteId: string;
  /** Null: for the site as a whole. */
  tenantId: string | null;
  meter: MeterCode;
  count: number;
  /** Half-open: the first day it covers, and the first it does not; earlier than agreed once it was ended. */
  startsOn: Day;
  endsOn: Day;
  agreedUntil: Day;
  /** The licence it adds units to, or follows. */
  extends: string | null;
  renews: string | null;
  /** First day and years of the term it belongs to. */
  termStartsOn: Day;
  years: number;
  /** Months in which it is billed. */
  instalments: number;
  endedAt: Date | null;
  endedBy: Actor | null;
  endReason: string | null;
}

const SELECTED = `msp_id as "mspId", id, order_id as "orderId", site_id as "siteId", tenant_id as "tenantId", meter, count,
  starts_on as "startsOn", ends_on as "endsOn", agreed_until as "agreedUntil", extends, renews,
  term_starts_on as "termStartsOn", years, unit_price::text as "unitPrice", price_currency as "priceCurrency", billing,
  instalments, ended_at as "endedAt", ended_by as "endedBy", end_reason as "endReason"`;

/** The database refuses one whose order is not approved. */
export async function insertTermLicence(
  trx: Trx,
  licence: Omit<TermLicence, 'endedAt' | 'endedBy' | 'endReason'>,
): Promise<void> {
  await rows(
    trx,
    `insert into term_licence (msp_id, id, order_id, site_id, tenant_id, meter, count, starts_on, ends_on, agreed_until,
       extends, renews, term_starts_on, years, unit_price, price_currency, billing, instalments)
     values (:mspId, :id, :orderId, :siteId, :tenantId, :meter, :count, :startsOn, :endsOn, :agreedUntil, :extends,
       :renews, :termStartsOn, :years, :unitPrice, :priceCurrency, :billing, :instalments)`,
    { ...licence },
  );
}

export async function findTermLicence(trx: Trx, mspId: string, id: string): Promise<TermLicence | undefined> {
  const [row] = await rows<TermLicence>(
    trx,
    `select ${SELECTED} from term_licence where msp_id = :mspId and id = :id`,
    {
      mspId,
      id,
    },
  );
  return row;
}

/** The same, locked until the transaction ends. */
export async function lockTermLicence(trx: Trx, mspId: string, id: string): Promise<TermLicence | undefined> {
  const [row] = await rows<TermLicence>(
    trx,
    `select ${SELECTED} from term_licence where msp_id = :mspId and id = :id for update`,
    { mspId, id },
  );
  return row;
}

/** Licences that add units to this one, locked. */
export function lockExtensions(trx: Trx, mspId: string, id: string): Promise<TermLicence[]> {
  return rows<TermLicence>(
    trx,
    `select ${SELECTED} from term_licence where msp_id = :mspId and extends = :id order by starts_on, id for update`,
    { mspId, id },
  );
}

/** Throws STATE_CONFLICT on `/licenceId` where another licence follows this one already: two would cover the same days. */
export async function requireNotRenewed(trx: Trx, { mspId, id }: Pick<TermLicence, 'mspId' | 'id'>): Promise<void> {
  const [next] = await rows<{ id: string }>(
    trx,
    'select id from term_licence where msp_id = :mspId and renews = :id and ends_on > starts_on limit 1',
    { mspId, id },
  );
  if (next === undefined) return;
  throw fieldError('STATE_CONFLICT', '/licenceId', `It is renewed already, by ${next.id}: extend that one.`);
}

/** Licences of an MSP by first day; those after the cursor. */
export async function listTermLicences(
  trx: Trx,
  filter: { mspId: string; limit: number; after?: [startsOn: Day, id: string] | undefined },
): Promise<TermLicence[]> {
  const [afterDay, afterId] = filter.after ?? [null, null];
  return rows<TermLicence>(
    trx,
    `select ${SELECTED} from term_licence
     where msp_id = :mspId and (:afterId::uuid is null or (starts_on, id) > (:afterDay::date, :afterId::uuid))
     order by starts_on, id limit :limit`,
    { mspId: filter.mspId, afterDay, afterId, limit: filter.limit },
  );
}

/** Ends a licence before its term is over: `endsOn` is the first day it does not cover. */
export async function endTermLicence(
  trx: Trx,
  { mspId, id }: Pick<TermLicence, 'mspId' | 'id'>,
  end: { endsOn: Day; at: Date; by: Actor; reason: string },
): Promise<void> {
  await rows(
    trx,
    `update term_licence set ends_on = :endsOn, ended_at = :at, ended_by = :by, end_reason = :reason
     where msp_id = :mspId and id = :id`,
    { mspId, id, ...end, by: JSON.stringify(end.by) },
  );
}

/** Puts right what a licence says that no statement has billed yet. */
export async function correctTermLicence(
  trx: Trx,
  { mspId, id, count, tenantId }: Pick<TermLicence, 'mspId' | 'id' | 'count' | 'tenantId'>,
): Promise<void> {
  await rows(trx, 'update term_licence set count = :count, tenant_id = :tenantId where msp_id = :mspId and id = :id', {
    mspId,
    id,
    count,
    tenantId,
  });
}

/** Licences of a site or of a tenant, past ones too. */
export async function licencesOf(trx: Trx, owner: KeyOwner): Promise<TermLicence[]> {
  return rows<TermLicence>(
    trx,
    `select ${SELECTED} from term_licence
     where msp_id = :mspId and (site_id = :siteId::uuid or tenant_id = :tenantId::uuid)`,
    { siteId: null, tenantId: null, ...owner },
  );
}

import type { Actor } from '../../domain/access/actor.js';
import type { Day, Period } from '../../domain/period.js';
import type { SubscriptionChange, SubscriptionKind } from '../../domain/subscription.js';
import { rows, type Trx } from '../connect.js';

/** Whose use of which product. */
export interface SubscriptionKey {
  mspId: string;
  programme: string;
  tenantId: string;
  product: string;
}

/** A subscription as it runs from a period until a period (exclusive; null: no end is known). */
export interface Subscription extends SubscriptionKey {
  kind: SubscriptionKind;
  fromPeriod: Period;
  untilPeriod: Period | null;
  /** The order that made it; null: a person, or the first key. */
  orderId: string | null;
  setAt: Date;
  setBy: Actor;
  reason: string | null;
}

/** Each change holds until the next one: there is nothing to overlap. Takes a `where` behind it. */
export const CHANGES = `select msp_id, programme_code, tenant_id, product, kind, from_period,
  lead(from_period) over (partition by msp_id, programme_code, tenant_id, product order by from_period) as until_period,
  order_id, set_at, set_by, reason from subscription`;

const SELECTED = `msp_id as "mspId", programme_code as programme, tenant_id as "tenantId", product, kind,
  from_period as "fromPeriod", until_period as "untilPeriod", order_id as "orderId", set_at as "setAt", set_by as "setBy",
  reason`;

export interface SubscriptionFilter {
  mspId: string;
  programme?: string | undefined;
  tenantId?: string | undefined;
  product?: string | undefined;
  /** In force in this period. */
  period?: Period | undefined;
  limit: number;
  after?: [tenantId: string, programme: string, product: string, fromPeriod: string] | undefined;
}

/** Subscriptions of an MSP, as far as the reader sees them, by tenant, programme, product and first period. */
export function listSubscriptions(trx: Trx, filter: SubscriptionFilter): Promise<Subscription[]> {
  const [afterTenant, afterProgramme, afterProduct, afterFrom] = filter.after ?? [null, null, null, null];
  return rows<Subscription>(
    trx,
    `select ${SELECTED} from (${CHANGES} where msp_id = :mspId) s
     where kind <> 'ended' and (:programme::text is null or programme_code = :programme)
       and (:tenantId::uuid is null or tenant_id = :tenantId::uuid) and (:product::text is null or product = :product)
       and (:period::text is null or (from_period <= :period and (until_period is null or until_period > :period)))
       and (:afterTenant::uuid is null or (tenant_id, programme_code, product, from_period)
         > (:afterTenant::uuid, :afterProgramme::text, :afterProduct::text, :afterFrom::text))
     order by tenant_id, programme_code, product, from_period limit :limit`,
    {
      mspId: filter.mspId,
      programme: filter.programme ?? null,
      tenantId: filter.tenantId ?? null,
      product: filter.product ?? null,
      period: filter.period ?? null,
      ...{ afterTenant, afterProgramme, afterProduct, afterFrom },
      limit: filter.limit,
    },
  );
}

/** The one in force in a period. */
export async function subscriptionIn(
  trx: Trx,
  key: SubscriptionKey,
  period: Period,
): Promise<Subscription | undefined> {
  return (await listSubscriptions(trx, { ...key, period, limit: 1 }))[0];
}

/** What was set for that very period. */
export async function changeOf(
  trx: Trx,
  key: SubscriptionKey,
  period: Period,
): Promise<SubscriptionChange | undefined> {
  const [set] = await rows<{ kind: SubscriptionChange }>(
    trx,
    `select kind from subscription where msp_id = :mspId and programme_code = :programme and tenant_id = :tenantId
       and product = :product and from_period = :period`,
    { ...key, period },
  );
  return set?.kind;
}

/** One change of a subscription at a time until the transaction ends; whether another was being made meanwhile. */
export async function lockSubscription(
  trx: Trx,
  { mspId, programme, tenantId, product }: SubscriptionKey,
): Promise<boolean> {
  const key = { key: `subscription ${mspId} ${programme} ${tenantId} ${product}` };
  const [free] = await rows<{ locked: boolean }>(
    trx,
    'select pg_try_advisory_xact_lock(hashtextextended(:key, 0)) as locked',
    key,
  );
  if (free?.locked === true) return false;
  await rows(trx, 'select pg_advisory_xact_lock(hashtextextended(:key, 0))', key);
  return true;
}

/** Sets what holds from a period on, until the next change; what was set for that very period before is replaced. */
export async function putSubscription(
  trx: Trx,
  change: SubscriptionKey & {
    kind: SubscriptionChange;
    fromPeriod: Period;
    orderId: string | null;
    at: Date;
    by: Actor;
    reason: string | null;
  },
): Promise<void> {
  await rows(
    trx,
    `insert into subscription (msp_id, programme_code, tenant_id, product, kind, from_period, order_id, set_at, set_by, reason)
     values (:mspId, :programme, :tenantId, :product, :kind, :fromPeriod, :orderId, :at, :by, :reason)
     on conflict (msp_id, programme_code, tenant_id, product, from_period) do update set kind = excluded.kind,
       order_id = excluded.order_id, set_at = excluded.set_at, set_by = excluded.set_by, reason = excluded.reason`,
    { ...change, by: JSON.stringify(change.by) },
  );
}

/** A term licence as far as it says what it covers. */
export interface CoveringLicence {
  id: string;
  meter: string;
  count: number;
  startsOn: Day;
  endsOn: Day;
}

/** Term licences of the product that cover one of these days for the tenant: its own, and those of sites that serve it. */
export async function coveringLicences(
  trx: Trx,
  key: SubscriptionKey,
  { first, last }: { first: Day; last: Day },
): Promise<CoveringLicence[]> {
  return rows<CoveringLicence>(
    trx,
    `select l.id, l.meter, l.count, l.starts_on as "startsOn", l.ends_on as "endsOn" from term_licence l
     join site s on s.msp_id = l.msp_id and s.id = l.site_id and s.programme_code = :programme and s.product = :product
     where l.msp_id = :mspId and l.starts_on <= :last::date and l.ends_on > greatest(l.starts_on, :first::date)
       and (l.tenant_id = :tenantId or (l.tenant_id is null and exists (select from site_tenant a
         where a.msp_id = l.msp_id and a.site_id = l.site_id and a.tenant_id = :tenantId
           and (a.until_period is null or a.until_period > left(:first, 7)))))
     order by l.starts_on, l.id`,
    { ...key, first, last },
  );
}

/** The first period after this one from which something else was set; null: none. */
export async function nextChange(trx: Trx, key: SubscriptionKey, period: Period): Promise<Period | null> {
  const [next] = await rows<{ period: Period | null }>(
    trx,
    `select min(from_period) as period from subscription where msp_id = :mspId and programme_code = :programme
       and tenant_id = :tenantId and product = :product and from_period > :period`,
    { ...key, period },
  );
  return next?.period ?? null;
}

/** How many keys of the tenant and product live. */
export async function liveKeysOf(trx: Trx, key: SubscriptionKey): Promise<number> {
  const [live] = await rows<{ keys: number }>(
    trx,
    `select count(*)::int as keys from metered_key where msp_id = :mspId and tenant_id = :tenantId
       and programme_code = :programme and product = :product and state in ('issued', 'active', 'disabled')`,
    { ...key },
  );
  return live?.keys ?? 0;
}

/** A subscription that is over, and the keys it leaves behind. */
export interface EndedSubscription extends SubscriptionKey {
  /** The first period without it. */
  fromPeriod: Period;
  zone: string;
}

/** Subscriptions that are over as of `now`, by the months of their MSP's zone, with keys that still live. */
export function endedWithKeys(trx: Trx, now: Date): Promise<EndedSubscription[]> {
  return rows<EndedSubscription>(
    trx,
    `select s.msp_id as "mspId", s.programme_code as programme, s.tenant_id as "tenantId", s.product,
       s.from_period as "fromPeriod", kontor_zone(s.msp_id, s.from_period) as zone
     from (${CHANGES}) s
     cross join lateral (select to_char(:now::timestamptz at time zone kontor_zone(s.msp_id), 'YYYY-MM') as period) m
     where s.kind = 'ended' and s.from_period <= m.period and (s.until_period is null or s.until_period > m.period)
       and exists (select from metered_key k where k.msp_id = s.msp_id and k.tenant_id = s.tenant_id
         and k.programme_code = s.programme_code and k.product = s.product and k.state in ('issued', 'active', 'disabled'))
     order by s.msp_id, s.tenant_id, s.product`,
    { now },
  );
}

/** Revokes the live keys of the tenant and product as of `at`; returns how many. */
export async function revokeKeysOf(
  trx: Trx,
  { mspId, programme, tenantId, product }: SubscriptionKey,
  { at, reason }: { at: Date; reason: string },
): Promise<number> {
  const revoked = await rows(
    trx,
    `update metered_key set state = 'revoked', ended_how = 'revoked', ended_by = 'msp', ended_at = :at, reason = :reason
     where msp_id = :mspId and tenant_id = :tenantId and programme_code = :programme and product = :product
       and state in ('issued', 'active', 'disabled') returning id`,
    { mspId, programme, tenantId, product, at, reason },
  );
  return revoked.length;
}

/** What is stored about some MSPs of a programme, apart from their usage: read once for all their months. */
import { ask, type VerifyContext } from '../context.js';

/** An MSP's month in a run. */
export interface Month {
  mspId: string;
  period: string;
  zone: string;
  zoneBefore: string;
  start: Date;
  end: Date;
  /** When its facts were frozen; null: they were not. */
  frozenAt: Date | null;
  /** Rule 7, by the month's own settings: what is received from then on came too late. */
  reach: Date;
  openedAt: Date;
  statement: StoredHead | null;
}

/** Of a statement, what its month is rated by. */
export interface StoredHead {
  id: string;
  number: string;
  currency: string;
  issuedAt: Date;
}

export interface Site {
  mspId: string;
  siteId: string;
  name: string;
  fromPeriod: string;
  activatedAt: Date | null;
}

export interface Installation {
  siteId: string;
  id: string;
  activatedAt: Date;
  replacedBy: string | null;
  replacedAt: Date | null;
  free: boolean;
  retiredAt: Date | null;
  /** Stretches in which it used a key that had ended, or that was stopped with its MSP; `until` null: it still does. */
  endedKeys: EndedKey[];
}

/** A stretch in which an installation used a key that had ended, and when that was said. */
export interface EndedKey {
  from: Date;
  until: Date | null;
  byMsp: boolean;
  notedAt: Date;
  /** When an earlier revocation took its place; null: it stands. */
  replacedAt: Date | null;
}

/** From when until when an MSP was suspended (rule 20): all its keys were stopped. */
export interface Suspension {
  mspId: string;
  from: Date;
  until: Date | null;
}

/** A key that a site has or uses. */
export interface Key {
  siteId: string;
  issuedAt: Date;
  /** What ended it, one after the other was said; none: it is in force, or disabled and may be again. */
  ends: KeyEnd[];
}

export interface KeyEnd {
  at: Date;
  notedAt: Date;
  replacedAt: Date | null;
}

export interface Tenancy {
  siteId: string;
  reference: string;
  tenantId: string;
  fromPeriod: string;
  untilPeriod: string | null;
}

export interface Licence {
  siteId: string;
  tenantId: string | null;
  meter: string;
  count: number;
  /** `YYYY-MM-DD`; the end is the first day it does not cover. */
  startsOn: string;
  endsOn: string;
}

/** A line of usage, a correction of one, or what they are brought up to. */
export interface Line {
  mspId: string;
  kind: 'usage' | 'correction' | 'minimum' | 'minimum_correction';
  period: string;
  /** The month it is about. */
  forPeriod: string;
  issuedAt: Date;
  siteId: string;
  siteName: string;
  tenantId: string | null;
  tenantName: string | null;
  tenantRef: string | null;
  meter: string;
  peak: number;
  licensed: number;
  basis: string;
  /** Of usage: billed; of a correction: after it. */
  quantity: number;
  /** What it adds to what was billed for its month, in that month's currency. */
  addsMinor: bigint;
}

/** What two people set or waived of a line of usage after issue. */
export interface SetByHand {
  mspId: string;
  siteId: string;
  tenantRef: string | null;
  meter: string;
  /** The month of the line. */
  period: string;
  decidedAt: Date;
  /** Units of which licences cover none; null: it was waived. */
  units: number | null;
}

export interface Portfolio {
  months: Month[];
  sites: Site[];
  /** The oldest of each site first. */
  installations: Installation[];
  keys: Key[];
  suspensions: Suspension[];
  tenancies: Tenancy[];
  licences: Licence[];
  /** In the order in which they were issued. */
  lines: Line[];
  /** In the order in which they were confirmed. */
  byHand: SetByHand[];
}

const MONTHS = `
  select p.msp_id as "mspId", p.period, p.zone, z.before as "zoneBefore",
    (p.period || '-01')::date::timestamp at time zone z.before as start,
    ((p.period || '-01')::date + interval '1 month') at time zone p.zone as "end", f.at as "frozenAt",
    -- Never before the facts were frozen: however late a month is closed, what came until then was in time.
    greatest(((p.period || '-01')::date + interval '1 month' + make_interval(days => r.reach::int)) at time zone p.zone, f.first) as reach,
    b.opened_at as "openedAt",
    case when s.id is null then null else jsonb_build_object('id', s.id, 'number', s.number, 'currency', s.currency) end as statement,
    s.issued_at as "issuedAt"
  from run_participant p
  join billing_run b on b.programme_code = p.programme_code and b.period = p.period
  cross join lateral (select coalesce(kontor_zone(p.msp_id, to_char((p.period || '-01')::date - interval '1 month', 'YYYY-MM')),
    p.zone) as before) z
  cross join lateral (select coalesce(max(l.rules -> 'settings' -> 'lateUsage' ->> 'reachDays'), '90') as reach
    from billing_run l where l.programme_code = p.programme_code and l.period = p.period) r
  cross join lateral (select max(e.reconciled_at) as at, min(e.reconciled_at) as first from reconciled_site e
    where e.programme_code = p.programme_code and e.period = p.period and e.msp_id = p.msp_id) f
  left join statement s on s.programme_code = p.programme_code and s.period = p.period and s.msp_id = p.msp_id
    and s.revision = 1
  where p.programme_code = :programme and p.msp_id = any(:msps::uuid[]) order by p.period, p.msp_id`;

const SITES = `
  select msp_id as "mspId", id as "siteId", name, from_period as "fromPeriod", activated_at as "activatedAt" from site
  where programme_code = :programme and msp_id = any(:msps::uuid[]) and state <> 'created' order by name collate "C", id`;

/** Every end that was ever said of a key of these MSPs; `gone`: since when, `said`, and `unsaid` once an earlier one took its place. */
const SAID_ENDS = `
  said_end as (
    select msp_id, id as key_id, ended_how as how, ended_by as side, ended_at as gone, coalesce(end_noted_at, ended_at) as said,
      null::timestamptz as unsaid
    from metered_key where msp_id = any(:msps::uuid[]) and state in ('revoked', 'destroyed')
    union all
    select msp_id, metered_key_id, ended_how, ended_by, ended_at, noted_at, replaced_at
    from former_end where msp_id = any(:msps::uuid[])
  )`;

const INSTALLATIONS = `
  with ${SAID_ENDS}, gone as (
    select i.msp_id, i.site_id, i.id, k.gone as "from", null::timestamptz as until, k.side = 'msp' as "byMsp",
      k.said as "notedAt", k.unsaid as "replacedAt"
    from installation i join said_end k on k.msp_id = i.msp_id and k.key_id = i.metered_key_id
    where k.how in ('revoked', 'destroyed')
    union all
    select f.msp_id, f.site_id, f.installation_id, k.gone, f.until_at, k.side = 'msp', k.said, k.unsaid
    from former_key f join said_end k on k.msp_id = f.msp_id and k.key_id = f.metered_key_id
    where k.how in ('revoked', 'destroyed') and k.gone < f.until_at
    union all
    select i.msp_id, i.site_id, i.id, x.from_at, x.until_at, false, x.from_at, null
    from suspension x join installation i on i.msp_id = x.msp_id
    where x.msp_id = any(:msps::uuid[]) and x.programme_code = :programme)
  select i.site_id as "siteId", i.id, i.activated_at as "activatedAt", i.replaced_by as "replacedBy",
    i.replaced_at as "replacedAt", coalesce(i.replaced_for_free, false) as free, i.retired_at as "retiredAt",
    coalesce((select jsonb_agg(jsonb_build_object('from', g."from", 'until', g.until, 'byMsp', g."byMsp", 'notedAt', g."notedAt",
      'replacedAt', g."replacedAt")) from gone g
      where g.msp_id = i.msp_id and g.site_id = i.site_id and g.id = i.id), '[]') as "endedKeys"
  from installation i join site s on s.msp_id = i.msp_id and s.id = i.site_id and s.programme_code = :programme
  where i.msp_id = any(:msps::uuid[]) order by i.activated_at, i.id`;

const KEYS = `with ${SAID_ENDS}
  select s.id as "siteId", k.issued_at as "issuedAt",
    coalesce((select jsonb_agg(jsonb_build_object('at', e.gone, 'notedAt', e.said, 'replacedAt', e.unsaid)) from said_end e
      where e.msp_id = k.msp_id and e.key_id = k.id), '[]') as ends
  from site s join metered_key k on k.msp_id = s.msp_id and (k.site_id = s.id or k.id in (
    select i.metered_key_id from installation i where i.msp_id = s.msp_id and i.site_id = s.id
    union all
    select f.metered_key_id from former_key f where f.msp_id = s.msp_id and f.site_id = s.id))
  where s.programme_code = :programme and s.msp_id = any(:msps::uuid[])`;

const SUSPENSIONS = `
  select msp_id as "mspId", from_at as "from", until_at as until from suspension
  where programme_code = :programme and msp_id = any(:msps::uuid[])`;

const TENANCIES = `
  select t.site_id as "siteId", t.reference, t.tenant_id as "tenantId", t.from_period as "fromPeriod",
    t.until_period as "untilPeriod"
  from site_tenant t join site s on s.msp_id = t.msp_id and s.id = t.site_id and s.programme_code = :programme
  where t.msp_id = any(:msps::uuid[])`;

const LICENCES = `
  select l.site_id as "siteId", l.tenant_id as "tenantId", l.meter, l.count, l.starts_on as "startsOn", l.ends_on as "endsOn"
  from term_licence l where l.msp_id = any(:msps::uuid[]) and l.ends_on > l.starts_on order by l.starts_on, l.id`;

const LINES = `
  select l.msp_id as "mspId", l.kind, s.period, coalesce(l.content ->> 'forPeriod', s.period) as "forPeriod",
    s.issued_at as "issuedAt", l.content ->> 'siteId' as "siteId", l.content ->> 'siteName' as "siteName",
    l.content ->> 'tenantId' as "tenantId", l.content ->> 'tenantName' as "tenantName",
    l.content ->> 'tenantRef' as "tenantRef", l.content ->> 'meter' as meter, (l.content ->> 'peak')::int as peak,
    (l.content ->> 'licensed')::int as licensed,
    l.content ->> 'basis' as basis, coalesce(l.content ->> 'newQuantity', l.content ->> 'quantity')::int as quantity,
    case when l.content ->> 'ratedMinor' is null then l.content ->> 'amountMinor'
      else ((l.content ->> 'ratedMinor')::bigint - (l.content ->> 'billedMinor')::bigint
        + coalesce((l.content ->> 'withheldMinor')::bigint, 0))::text end as "addsMinor"
  from statement_line l join statement s on s.msp_id = l.msp_id and s.id = l.statement_id
  where s.programme_code = :programme and l.msp_id = any(:msps::uuid[])
    and l.kind in ('usage', 'correction', 'minimum', 'minimum_correction')
  order by s.period, l.line_no`;

const BY_HAND = `
  select c.msp_id as "mspId", o.content ->> 'siteId' as "siteId", o.content ->> 'tenantRef' as "tenantRef",
    o.content ->> 'meter' as meter, s.period, c.decided_at as "decidedAt",
    case c.change when 'quantity' then (c.wish ->> 'quantity')::int end as units
  from statement s
  join correction c on c.statement_id = s.id and c.decided_at is not null and c.state = 'confirmed'
  join statement_line o on o.statement_id = s.id and o.msp_id = s.msp_id and o.line_no = (c.wish ->> 'lineNo')::int
  where s.programme_code = :programme and s.msp_id = any(:msps::uuid[]) and o.kind = 'usage'
    and c.wish ->> 'change' in ('quantity', 'waiver')
  order by c.decided_at, c.id`;

type MonthRow = Omit<Month, 'statement'> & { statement: Omit<StoredHead, 'issuedAt'> | null; issuedAt: Date | null };
type InstallationRow = Omit<Installation, 'endedKeys'> & {
  endedKeys: { from: string; until: string | null; byMsp: boolean; notedAt: string; replacedAt: string | null }[];
};
type KeyRow = Omit<Key, 'ends'> & { ends: { at: string; notedAt: string; replacedAt: string | null }[] };

const dateOrNull = (text: string | null) => (text === null ? null : new Date(text));

/** Reads what belongs to these MSPs. */
export async function portfolioOf(context: VerifyContext, msps: readonly string[]): Promise<Portfolio> {
  const of = { msps: [...msps] };
  const months = await ask<MonthRow>(context, MONTHS, of);
  const installations = await ask<InstallationRow>(context, INSTALLATIONS, of);
  const keys = await ask<KeyRow>(context, KEYS, of);
  const lines = await ask<Omit<Line, 'addsMinor'> & { addsMinor: string }>(context, LINES, of);
  return {
    months: months.map(({ statement, issuedAt, ...month }) => ({
      ...month,
      statement: statement === null || issuedAt === null ? null : { ...statement, issuedAt },
    })),
    sites: await ask<Site>(context, SITES, of),
    installations: installations.map(({ endedKeys, ...one }) => ({
      ...one,
      endedKeys: endedKeys.map(({ from, until, byMsp, notedAt, replacedAt }) => ({
        byMsp,
        notedAt: new Date(notedAt),
        replacedAt: dateOrNull(replacedAt),
        from: new Date(from),
        until: dateOrNull(until),
      })),
    })),
    keys: keys.map(({ ends, ...key }) => ({
      ...key,
      ends: ends.map(({ at, notedAt, replacedAt }) => ({
        at: new Date(at),
        notedAt: new Date(notedAt),
        replacedAt: dateOrNull(replacedAt),
      })),
    })),
    suspensions: await ask<Suspension>(context, SUSPENSIONS, of),
    tenancies: await ask<Tenancy>(context, TENANCIES, of),
    licences: await ask<Licence>(context, LICENCES, of),
    lines: lines.map((line) => ({ ...line, addsMinor: BigInt(line.addsMinor) })),
    byHand: await ask<SetByHand>(context, BY_HAND, of),
  };
}

import type { InstantRange } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';
import { selected, type Selection } from './participants.js';

/** An installation as far as a month's facts depend on it. */
export interface InstallationRow {
  siteId: string;
  id: string;
  activatedAt: Date;
  replacedBy: string | null;
  replacedAt: Date | null;
  replacedForFree: boolean | null;
  retiredAt: Date | null;
  /** That it named last. */
  productVersion: string;
}

/** When an MSP was suspended in the programme (rule 20); `until` null: it still is. */
export interface SuspensionRow {
  mspId: string;
  from: Date;
  until: Date | null;
}

/**
 * A stretch of time in which an installation used a key that had been revoked or destroyed, or in which its MSP was suspended;
 * `until` null: it still does, or is.
 */
export interface EndedRow {
  siteId: string;
  installationId: string;
  from: Date;
  until: Date | null;
  /** When the end was said. */
  notedAt: Date;
  /** When a revocation as of an earlier instant took its place; null: it stands. */
  replacedAt: Date | null;
  /** Whether the MSP itself ended it. */
  byMsp: boolean;
}

/** Whether a stretch of time began before a range and lasted to its end. */
export function coversAll({ from, until }: Pick<EndedRow, 'from' | 'until'>, { start, end }: InstantRange): boolean {
  return from < start && (until === null || until >= end);
}

/** Whether a stretch of time began in a range, or before it, and lasted to its end. */
export function lastsToEnd({ from, until }: Pick<EndedRow, 'from' | 'until'>, { end }: InstantRange): boolean {
  return from < end && (until === null || until >= end);
}

/**
 * Whether an installation used a key in the whole of a range that had ended before it: what was done after the range (a new
 * key) changes nothing of that.
 */
export function hadEnded(ended: readonly EndedRow[], installation: string, range: InstantRange): boolean {
  return ended.some((one) => one.installationId === installation && coversAll(one, range));
}

/** All installations of the selected participants' sites, the oldest of each site first. */
export function installationsOf(trx: Trx, selection: Selection): Promise<InstallationRow[]> {
  const { sql, bindings } = selected(selection);
  return rows<InstallationRow>(
    trx,
    `select i.site_id as "siteId", i.id, i.activated_at as "activatedAt", i.replaced_by as "replacedBy",
       i.replaced_at as "replacedAt", i.replaced_for_free as "replacedForFree", i.retired_at as "retiredAt",
       coalesce(i.product_version_seen, i.product_version) as "productVersion"
     from run_participant p join installation i on i.msp_id = p.msp_id
     where ${sql} order by i.activated_at, i.id`,
    bindings,
  );
}

/** All suspensions of the selected participants. */
export function suspensionsOf(trx: Trx, selection: Selection): Promise<SuspensionRow[]> {
  const { sql, bindings } = selected(selection);
  return rows<SuspensionRow>(
    trx,
    `select x.msp_id as "mspId", x.from_at as "from", x.until_at as until
     from run_participant p join suspension x on x.msp_id = p.msp_id and x.programme_code = p.programme_code
     where ${sql}`,
    bindings,
  );
}

/** By present and former keys: what ended a key counts for every installation that used it (rule 6). */
export function endedKeysOf(trx: Trx, selection: Selection): Promise<EndedRow[]> {
  const { sql, bindings } = selected(selection);
  return rows<EndedRow>(
    trx,
    `with used as (
       select i.msp_id, i.site_id, i.id as installation_id, i.metered_key_id, null::timestamptz as until_at
       from run_participant p join installation i on i.msp_id = p.msp_id where ${sql}
       union all
       select f.msp_id, f.site_id, f.installation_id, f.metered_key_id, f.until_at
       from run_participant p join former_key f on f.msp_id = p.msp_id where ${sql}),
     ends as (
       select msp_id, id, ended_how, ended_at, ended_by, coalesce(end_noted_at, ended_at) as noted_at,
         null::timestamptz as replaced_at
       from metered_key
       union all
       select msp_id, metered_key_id, ended_how, ended_at, ended_by, noted_at, replaced_at from former_end)
     select u.site_id as "siteId", u.installation_id as "installationId", k.ended_at as "from", u.until_at as until,
       k.noted_at as "notedAt", k.replaced_at as "replacedAt", k.ended_by = 'msp' as "byMsp"
     from used u join ends k on k.msp_id = u.msp_id and k.id = u.metered_key_id
     where k.ended_how in ('revoked', 'destroyed') and (u.until_at is null or k.ended_at < u.until_at)`,
    bindings,
  );
}

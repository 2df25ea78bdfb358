import type { Actor } from '../../domain/access/actor.js';
import type { Trx } from '../../db/connect.js';
import { listZones, putZone } from '../../db/parties/companyStore.js';
import { requireUnopened } from '../../db/programmes/periods.js';
import { mspList } from '../../db/readModels/mspList.js';
import type { Period } from '../../domain/period.js';
import { keepChange, lockToChange } from './keepChange.js';

export interface ZoneChange {
  companyId: string;
  fromPeriod: Period;
  /** IANA time zone. */
  zone: string;
  reason: string | null;
  at: Date;
  actor: Actor;
}

/**
 * Sets the zone in which a company's months are reckoned from a month on, with history and audit event. Returns its zones
 * by month. Throws NOT_FOUND, STATE_CONFLICT for a company that has ended, and PERIOD_OPENED at `/fromPeriod` where one of
 * its programmes has opened that month (rule 19).
 */
export async function changeZone(
  trx: Trx,
  { companyId, fromPeriod, zone, reason, at, actor }: ZoneChange,
): Promise<{ fromPeriod: Period; zone: string }[]> {
  const company = await lockToChange(trx, companyId);
  const [msp] = await mspList(trx, { id: companyId, limit: 1 });
  for (const { programme, joinedPeriod } of msp?.participations ?? []) {
    if (joinedPeriod !== null) await requireUnopened(trx, programme, fromPeriod, '/fromPeriod');
  }
  const before = await listZones(trx, companyId);
  if (before.some((row) => row.fromPeriod === fromPeriod && row.zone === zone)) return before;
  await putZone(trx, { companyId, fromPeriod, zone });
  const after = await listZones(trx, companyId);
  const change = { company, at, actor, before: { zones: before }, after: { zones: after }, reason };
  await keepChange(trx, { ...change, action: 'company.zoneSet' });
  return after;
}

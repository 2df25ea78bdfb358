import type { Actor } from '../../domain/access/actor.js';
import { cursorRows } from '../../db/cursorRows.js';
import { canonicalJson } from '../../domain/canonicalJson.js';
import { plain, tableOf, text } from '../exportFile.js';

interface Row {
  version: number;
  fromPeriod: string | null;
  setAt: Date | null;
  setBy: Actor | null;
  reason: string | null;
  zone: string;
  kinds: string[];
  settings: unknown;
}

/** The settings the month is closed by, as frozen when its run opened: one row. Who set them, when and why beside them. */
export const settings = tableOf<Row>(
  'settings.csv',
  {
    version: (row) => plain(row.version),
    from_period: (row) => plain(row.fromPeriod),
    set_at: (row) => plain(row.setAt),
    set_by: (row) => text(row.setBy?.name ?? null),
    set_by_id: (row) => text(row.setBy?.id ?? null),
    reason: (row) => text(row.reason),
    zone: (row) => plain(row.zone),
    discrepancy_kinds: (row) => plain(row.kinds.join(' ')),
    settings: (row) => text(canonicalJson(row.settings)),
  },
  (trx, { programme, period }) =>
    cursorRows<Row>(
      trx,
      `select (r.rules ->> 'settingVersion')::int as version, s.from_period as "fromPeriod", s.set_at as "setAt",
         kontor_shown_actor(s.set_by) as "setBy", s.reason, r.rules ->> 'zone' as zone, r.rules -> 'kinds' as kinds,
         r.rules -> 'settings' as settings
       from billing_run r
       left join programme_setting s on s.programme_code = r.programme_code
         and s.version = (r.rules ->> 'settingVersion')::int
       where r.programme_code = :programme and r.period = :period and r.state <> 'skipped'`,
      { programme, period },
    ),
);

import type { Period } from '../../domain/period.js';
import type { CalendarSettings } from '../../domain/settings/calendar.js';
import { parseSettings, resolveSettings } from '../../domain/settings/index.js';
import { rows, type Trx } from '../connect.js';

/** When the next month-end run of a programme opens: by the calendar and in the zone that hold for that month. */
export interface MonthEnd {
  programme: string;
  /** IANA time zone. */
  zone: string;
  calendar: CalendarSettings;
  /** Of a programme that was ended: no run opens after that of this month. */
  lastPeriod: Period | null;
}

/**
 * The month-end of `programme`, or of every programme where it is null. The next run is that of `closing`, or, where that
 * is null, of the first month that has not been opened.
 */
async function load(trx: Trx, programme: string | null, closing: Period | null): Promise<MonthEnd[]> {
  const found = await rows<{ programme: string; zone: string; settings: unknown; lastPeriod: Period | null }>(
    trx,
    `select g.code as programme, v.zone, v.settings, g.last_period as "lastPeriod"
     from programme g
     cross join lateral (select to_char((max(r.period) || '-01')::date + interval '1 month', 'YYYY-MM') as unopened
       from billing_run r where r.programme_code = g.code) n
     cross join lateral kontor_settings(g.code, coalesce(:closing::text, n.unopened, g.first_period)) v
     where :programme::text is null or g.code = :programme order by g.code`,
    { programme, closing },
  );
  return found.map(({ settings, ...end }) => ({ ...end, calendar: resolveSettings(parseSettings(settings)).calendar }));
}

/** Throws where there is no such programme. `closing`: the month that is closed next, if it is known. */
export async function monthEndOf(trx: Trx, programme: string, closing: Period | null = null): Promise<MonthEnd> {
  const [end] = await load(trx, programme, closing);
  if (end === undefined) throw new Error(`There is no programme "${programme}".`);
  return end;
}

/** Of every programme, ended ones too. */
export async function monthEnds(trx: Trx): Promise<MonthEnd[]> {
  return load(trx, null, null);
}

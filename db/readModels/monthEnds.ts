import type { CalendarSettings } from '../../domain/settings/calendar.js';
import { parseSettings, resolveSettings, type PartialSettings } from '../../domain/settings/index.js';
import { rows, type Trx } from '../connect.js';
import { PROGRAMME_NOW } from './programmeOf.js';

/** When the month-end runs of a programme open: by its calendar, in its zone. */
export interface MonthEnd {
  programme: string;
  /** IANA time zone. */
  zone: string;
  calendar: CalendarSettings;
}

export function monthEndOf(programme: { code: string; zone: string; settings: PartialSettings }): MonthEnd {
  const { code, zone, settings } = programme;
  return { programme: code, zone, calendar: resolveSettings(settings).calendar };
}

/** Of every programme that goes on. */
export async function monthEnds(trx: Trx): Promise<MonthEnd[]> {
  const found = await rows<{ code: string; zone: string; settings: unknown }>(
    trx,
    `select g.code, v.zone, v.settings from ${PROGRAMME_NOW} where g.last_period is null order by g.code`,
  );
  return found.map(({ settings, ...programme }) => monthEndOf({ ...programme, settings: parseSettings(settings) }));
}

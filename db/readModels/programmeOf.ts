import type { Period } from '../../domain/period.js';
import type { ContactSettings } from '../../domain/settings/contact.js';
import { parseSettings, resolveSettings, type ProgrammeSettings } from '../../domain/settings/index.js';
import { rows, type Trx } from '../connect.js';

/** A programme as it stands today, and who bills in it: what letters about a participation need. */
export interface ProgrammeOf {
  programme: string;
  /** IANA time zone of the partner team. */
  programmeZone: string;
  settings: ProgrammeSettings;
  vendorName: string;
  /** Where the partner team reads its mail. */
  partnerTeamEmail: string;
  /** The language it reads. */
  partnerTeamLocale: string;
  distributorId: string;
  distributorName: string;
}

/** `programme g` with the settings `v` that hold this month. */
export const PROGRAMME_NOW = `programme g cross join lateral kontor_settings(g.code) v`;

const SELECTED = `g.code as programme, v.zone as "programmeZone", v.settings, g.vendor ->> 'name' as "vendorName",
  coalesce(v.settings ->> 'partnerTeamEmail', g.vendor ->> 'email') as "partnerTeamEmail",
  coalesce(v.settings ->> 'partnerTeamLocale', 'en') as "partnerTeamLocale", d.id as "distributorId",
  d.name as "distributorName"`;

type Unparsed<T> = Omit<T, 'settings'> & { settings: unknown };

/** What holds: what the programme has set, else what is shipped. */
function withSettings<T extends { settings: unknown }>(row: T): Omit<T, 'settings'> & { settings: ProgrammeSettings } {
  return { ...row, settings: resolveSettings(parseSettings(row.settings)) };
}

/** Of an MSP that takes part, or has applied; undefined where it does not. */
export async function programmeOfMsp(trx: Trx, programme: string, mspId: string): Promise<ProgrammeOf | undefined> {
  const [row] = await rows<Unparsed<ProgrammeOf>>(
    trx,
    `select ${SELECTED} from ${PROGRAMME_NOW}
     join distributor d on d.id = kontor_distributor_of(:mspId::uuid, g.code) where g.code = :programme`,
    { programme, mspId },
  );
  return row && withSettings(row);
}

/** Rule 6 as each programme has it, by programme code. */
export async function contactSettings(trx: Trx): Promise<Map<string, ContactSettings>> {
  const found = await rows<{ code: string; settings: unknown }>(trx, `select g.code, v.settings from ${PROGRAMME_NOW}`);
  return new Map(found.map(withSettings).map(({ code, settings }) => [code, settings.contact]));
}

/** A programme as it stands today. */
export interface ProgrammeNow {
  name: string;
  /** IANA time zone of the partner team. */
  zone: string;
  settings: ProgrammeSettings;
  vendorName: string;
  /** Set once it was ended. */
  lastPeriod: Period | null;
}

/** Undefined where there is no such programme. */
export async function programmeNow(trx: Trx, programme: string): Promise<ProgrammeNow | undefined> {
  const [row] = await rows<Unparsed<ProgrammeNow>>(
    trx,
    `select g.name, v.zone, v.settings, g.vendor ->> 'name' as "vendorName", g.last_period as "lastPeriod"
     from ${PROGRAMME_NOW} where g.code = :programme`,
    { programme },
  );
  return row && withSettings(row);
}

import type { Actor } from '../../domain/access/actor.js';
import type { Period } from '../../domain/period.js';
import { parseSettings, type PartialSettings } from '../../domain/settings/index.js';
import type { Party } from '../../domain/statement.js';
import { rows, type Trx } from '../connect.js';
import { storedVendor } from '../parties/storedParty.js';

/** What a vendor runs for its MSPs. */
export interface Programme {
  code: string;
  name: string;
  vendor: Party;
  /** Currency of its base price list. */
  baseCurrency: string;
  /** The first month it closes (rule 19). */
  firstPeriod: Period;
  /** The last month it closes; null: no end is known. */
  lastPeriod: Period | null;
}

/** Rule 23: what holds from a period on, who set it and why. */
export interface SettingVersion {
  version: number;
  fromPeriod: Period;
  /** IANA time zone of the partner team: runs open by it. */
  zone: string;
  /** What is set otherwise than shipped. */
  settings: PartialSettings;
  setAt: Date;
  setBy: Actor;
  reason: string | null;
}

const FIELDS = `code, name, vendor, base_currency as "baseCurrency", first_period as "firstPeriod",
  last_period as "lastPeriod"`;
const VERSION_FIELDS = `version, from_period as "fromPeriod", zone, settings, set_at as "setAt", set_by as "setBy", reason`;

type ProgrammeRow = Omit<Programme, 'vendor'> & { vendor: unknown };

function toProgramme({ vendor, ...row }: ProgrammeRow): Programme {
  return { ...row, vendor: storedVendor(vendor, row.code) };
}

export async function findProgramme(trx: Trx, code: string): Promise<Programme | undefined> {
  const [row] = await rows<ProgrammeRow>(trx, `select ${FIELDS} from programme where code = :code`, { code });
  return row && toProgramme(row);
}

/** Every programme, by code; those after the cursor. */
export async function listProgrammes(
  trx: Trx,
  page: { limit: number; after?: [code: string] | undefined } = { limit: 1_000 },
): Promise<Programme[]> {
  const found = await rows<ProgrammeRow>(
    trx,
    `select ${FIELDS} from programme where code > :after order by code limit :limit`,
    { after: page.after?.[0] ?? '', limit: page.limit },
  );
  return found.map(toProgramme);
}

/** Sets the programme; what was there before is given back for the audit trail. */
export async function putProgramme(trx: Trx, programme: Programme, at: Date): Promise<Programme | undefined> {
  const before = await findProgramme(trx, programme.code);
  await rows(
    trx,
    `insert into programme (code, name, vendor, base_currency, first_period, last_period, created_at)
     values (:code, :name, :vendor, :baseCurrency, :firstPeriod, :lastPeriod, :at)
     on conflict (code) do update set name = excluded.name, vendor = excluded.vendor,
       base_currency = excluded.base_currency, first_period = excluded.first_period,
       last_period = excluded.last_period`,
    { ...programme, vendor: JSON.stringify(programme.vendor), at },
  );
  return before;
}

/** Adds a version of the settings; returns its number. One at a time per programme. */
export async function addSettingVersion(
  trx: Trx,
  programme: string,
  version: Omit<SettingVersion, 'version'>,
): Promise<number> {
  await rows(trx, 'select code from programme where code = :programme for no key update', { programme });
  const [row] = await rows<{ version: number }>(
    trx,
    `insert into programme_setting (programme_code, version, from_period, zone, settings, set_at, set_by, reason)
     select :programme, coalesce(max(version), 0) + 1, :fromPeriod, :zone, :settings, :setAt, :setBy, :reason
     from programme_setting where programme_code = :programme returning version`,
    { programme, ...version, settings: JSON.stringify(version.settings) },
  );
  return row?.version ?? 0;
}

type VersionRow = Omit<SettingVersion, 'settings'> & { settings: unknown };

function toVersion(row: VersionRow): SettingVersion {
  return { ...row, settings: parseSettings(row.settings) };
}

/** Rule 23: the version that holds for a period; undefined where the programme does not exist. */
export async function settingsFor(trx: Trx, programme: string, period: string): Promise<SettingVersion | undefined> {
  const [row] = await rows<VersionRow>(trx, `select ${VERSION_FIELDS} from kontor_settings(:programme, :period)`, {
    programme,
    period,
  });
  return row && toVersion(row);
}

/** Every version, the latest first. */
export async function settingVersions(trx: Trx, programme: string): Promise<SettingVersion[]> {
  const found = await rows<VersionRow>(
    trx,
    `select ${VERSION_FIELDS} from programme_setting where programme_code = :programme order by version desc`,
    { programme },
  );
  return found.map(toVersion);
}

import type { Actor } from '../../domain/access/actor.js';
import { isDeepStrictEqual } from 'node:util';
import { fieldError, KontorError } from '../../domain/errors.js';
import type { PartialSettings } from '../../domain/settings/index.js';
import { appendAudit } from '../access/auditStore.js';
import { rows, type Trx } from '../connect.js';
import { firstUnopenedPeriod, hasOpenedPeriod, lockProgramme } from './periods.js';
import {
  addSettingVersion,
  findProgramme,
  putProgramme,
  settingsFor,
  type Programme,
  type SettingVersion,
} from './programmeStore.js';

/** A programme with the settings that hold for the next month it closes. */
export interface ProgrammeView extends Programme, Pick<SettingVersion, 'zone' | 'settings'> {
  /** The first month that has not been opened. */
  nextPeriod: string;
}

/** Who changes a programme, and when. */
export interface Change {
  at: Date;
  actor: Actor;
  reason: string | null;
}

export type ProgrammeInput = Omit<Programme, 'lastPeriod'> & {
  /** IANA time zone of the partner team. */
  zone: string;
  /** Left out: those that hold stay; none for a new programme. */
  settings?: PartialSettings | undefined;
};

/** Undefined where there is no such programme. */
export async function viewProgramme(trx: Trx, code: string): Promise<ProgrammeView | undefined> {
  const programme = await findProgramme(trx, code);
  if (programme === undefined) return undefined;
  const nextPeriod = await firstUnopenedPeriod(trx, code);
  const version = await settingsFor(trx, code, nextPeriod);
  if (version === undefined) throw new KontorError('INTERNAL', `The programme "${code}" has no settings.`);
  return { ...programme, nextPeriod, zone: version.zone, settings: version.settings };
}

async function requireView(trx: Trx, code: string): Promise<ProgrammeView> {
  const view = await viewProgramme(trx, code);
  if (view === undefined) throw new KontorError('NOT_FOUND', `There is no programme "${code}".`);
  return view;
}

/** What months that were opened and price lists that are there rest on stays as it is. */
async function requireChangeable(trx: Trx, before: Programme, after: Programme): Promise<void> {
  const opened = await hasOpenedPeriod(trx, before.code);
  if (after.firstPeriod !== before.firstPeriod && opened) {
    throw fieldError(
      'PERIOD_OPENED',
      '/firstPeriod',
      `"${before.code}" has opened its first month, ${before.firstPeriod}: that stays.`,
    );
  }
  if (after.baseCurrency === before.baseCurrency) return;
  const [lists] = await rows<{ exist: boolean }>(
    trx,
    `select exists (select from price_plan where programme_code = :code and distributor_id is null) as exist`,
    { code: before.code },
  );
  if (opened || lists?.exist === true) {
    throw fieldError(
      'STATE_CONFLICT',
      '/baseCurrency',
      `"${before.code}" has a base price list or an opened month in ${before.baseCurrency}: that stays.`,
    );
  }
}

/** Writes the programme's own fields with their audit event; an equal one is left alone. */
async function write(trx: Trx, before: Programme | undefined, after: Programme, change: Change): Promise<void> {
  if (isDeepStrictEqual(before, after)) return;
  if (before !== undefined) await requireChangeable(trx, before, after);
  await putProgramme(trx, after, change.at);
  appendAudit(trx, {
    at: change.at,
    actor: change.actor,
    action: 'programme.set',
    subject: `programme:${after.code}`,
    before,
    after,
    reason: change.reason,
  });
}

export type SettingChange = Pick<SettingVersion, 'fromPeriod' | 'zone' | 'settings'>;

/**
 * Adds a version of zone and settings with its audit event (rule 23), and returns it; the same again for that month is the version
 * that is there. The caller has seen to rule 19.
 */
export async function changeSettings(
  trx: Trx,
  programme: string,
  { fromPeriod, zone, settings }: SettingChange,
  { at, actor, reason }: Change,
): Promise<SettingVersion> {
  const before = await settingsFor(trx, programme, fromPeriod);
  const isThere = before?.fromPeriod === fromPeriod && before.zone === zone;
  if (isThere && isDeepStrictEqual(before.settings, settings)) return before;
  const added = { fromPeriod, zone, settings, reason, setAt: at, setBy: actor };
  const version = await addSettingVersion(trx, programme, added);
  appendAudit(trx, {
    at,
    actor,
    action: 'programme.settingsSet',
    subject: `programme:${programme}`,
    before: before && { version: before.version, zone: before.zone, settings: before.settings },
    after: { version, fromPeriod, zone, settings },
    reason,
  });
  return { version, ...added };
}

/**
 * Sets a programme as a whole; idempotent. A change of zone or settings is a version that holds from the first month that
 * has not been opened (rules 19 and 23). Throws PERIOD_OPENED for another first month once one was opened, and
 * STATE_CONFLICT for another base currency once something is priced in it.
 */
export async function saveProgramme(trx: Trx, input: ProgrammeInput, change: Change): Promise<ProgrammeView> {
  const { zone, settings, ...own } = input;
  await lockProgramme(trx, own.code);
  const before = await findProgramme(trx, own.code);
  await write(trx, before, { ...own, lastPeriod: before?.lastPeriod ?? null }, change);
  const fromPeriod = await firstUnopenedPeriod(trx, own.code);
  const holds = await settingsFor(trx, own.code, fromPeriod);
  const wanted = { zone, settings: settings ?? holds?.settings ?? {} };
  if (holds === undefined || !isDeepStrictEqual({ zone: holds.zone, settings: holds.settings }, wanted)) {
    await changeSettings(trx, own.code, { fromPeriod, ...wanted }, change);
  }
  return requireView(trx, own.code);
}

/** Changes some of a programme's own fields; NOT_FOUND, and as `saveProgramme`. */
export async function patchProgramme(
  trx: Trx,
  code: string,
  fields: Partial<Omit<Programme, 'code'>>,
  change: Change,
): Promise<ProgrammeView> {
  await lockProgramme(trx, code);
  const before = await findProgramme(trx, code);
  if (before === undefined) throw new KontorError('NOT_FOUND', `There is no programme "${code}".`);
  await write(trx, before, { ...before, ...fields }, change);
  return requireView(trx, code);
}

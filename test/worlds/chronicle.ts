/**
 * What happens in a world, with instants: which of its acts are possible, who is there when, and every message with the
 * instant at which it comes. Both sides of the comparison start from it, the play and the oracle; it rates nothing.
 */
import { Temporal } from 'temporal-polyfill';
import {
  CLOSED,
  METERS_OF,
  REFERENCES,
  type ClosedPeriod,
  type World,
  type WorldAct,
  type WorldInstant,
  type WorldMeter,
  type WorldProgramme,
  type WorldSite,
} from './world.js';

const DAY_MS = 86_400_000;

export interface Told {
  kind: 'seen' | 'reported';
  installation: number;
  /** Of a check-in: when it was counted. */
  at: Date;
  /** Of a report: the month, and its number among those of the installation for it. */
  period: string;
  revision: number;
  lines: { tenant: string; meter: WorldMeter; count: number }[];
  /** When it comes, and when it would have come in time. */
  receivedAt: Date;
  inTimeAt: Date;
  /** Of a check-in: the instant that the site's own clock showed. */
  observedAt: Date;
}

export interface Key {
  issuedAt: Date;
  ended: { how: 'revoked' | 'rotated'; at: Date; notedAt: Date; by: 'msp' | 'vendor' | null } | null;
}

export interface Installed {
  /** Index in `WorldSite.installations`, 0 being the site's first. */
  index: number;
  activatedAt: Date;
  replacedBy: number | null;
  replacedAt: Date | null;
  free: boolean;
  retiredAt: Date | null;
  /** The keys it uses one after the other, each until the instant at which it goes on under the next. */
  uses: { key: number; until: Date | null }[];
}

/** Something that is done at an instant, as the API would have it done. */
export type Change = { at: Date } & (
  | { kind: 'install'; installation: number; key: number }
  | { kind: 'retire'; installation: number }
  | { kind: 'replace'; installation: number; by: number; free: boolean }
  | { kind: 'revoke'; key: number; asOf: Date; by: 'msp' | 'vendor' }
  | { kind: 'newKey'; key: number; rotates: number | null }
  | { kind: 'activate'; installation: number; key: number }
);

export interface SiteChronicle {
  name: string;
  spec: WorldSite;
  programme: number;
  /** `YYYY-MM` of its activation. */
  fromPeriod: string;
  activatedAt: Date;
  meters: readonly WorldMeter[];
  installations: Map<number, Installed>;
  keys: Key[];
  changes: Change[];
  told: Told[];
}

export function lastDayOf(period: string): number {
  const [year = 0, month = 0] = period.split('-').map(Number);
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function instantOf({ period, day, hour }: WorldInstant, minute: number): Date {
  const [year = 0, month = 0] = period.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, Math.min(day, lastDayOf(period)), hour, minute));
}

function siteChronicle(world: World, spec: WorldSite, place: number): SiteChronicle {
  const activatedAt = new Date(`${spec.activated}T08:00:00Z`);
  const installations = new Map<number, Installed>();
  const keys: Key[] = [{ issuedAt: activatedAt, ended: null }];
  const changes: Change[] = [];
  let current = 0;
  const isThere = (one: Installed | undefined): one is Installed =>
    one !== undefined && one.retiredAt === null && one.replacedAt === null;

  const install = (index: number, at: Date) => {
    if (keys[current]?.ended?.how === 'revoked') return;
    installations.set(index, {
      ...{ index, activatedAt: at, replacedBy: null, replacedAt: null, free: false, retiredAt: null },
      uses: [{ key: current, until: null }],
    });
    changes.push({ at, kind: 'install', installation: index, key: current });
  };
  const moveTo = (one: Installed, key: number, at: Date) => {
    const last = one.uses.at(-1);
    if (last !== undefined) last.until = at;
    one.uses.push({ key, until: null });
  };
  const act = (given: WorldAct, at: Date) => {
    const key = keys[current];
    if (key === undefined) return;
    switch (given.kind) {
      case 'retire': {
        const one = installations.get(given.installation);
        if (!isThere(one)) return;
        one.retiredAt = at;
        changes.push({ at, kind: 'retire', installation: given.installation });
        return;
      }
      case 'replace': {
        const [one, by] = [installations.get(given.installation), installations.get(given.by)];
        if (!isThere(one) || !isThere(by) || one === by) return;
        Object.assign(one, { replacedBy: given.by, replacedAt: at, free: given.free });
        changes.push({ at, kind: 'replace', installation: given.installation, by: given.by, free: given.free });
        return;
      }
      case 'revoke': {
        if (key.ended !== null) return;
        const wished = new Date(at.getTime() - (given.by === 'msp' ? 0 : given.daysBefore * DAY_MS));
        // Only the partner team reaches back, also into months that are issued.
        const asOf = new Date(Math.max(wished.getTime(), key.issuedAt.getTime()));
        key.ended = { how: 'revoked', at: asOf, notedAt: at, by: given.by };
        changes.push({ at, kind: 'revoke', key: current, asOf, by: given.by });
        return;
      }
      case 'rotate': {
        const old = current;
        current = keys.push({ issuedAt: at, ended: null }) - 1;
        changes.push({ at, kind: 'newKey', key: current, rotates: key.ended === null ? old : null });
        if (key.ended === null) {
          key.ended = { how: 'rotated', at, notedAt: at, by: null };
          for (const one of installations.values()) if (one.uses.at(-1)?.key === old) moveTo(one, current, at);
          return;
        }
        const one = installations.get(given.installation);
        if (!isThere(one)) return;
        moveTo(one, current, at);
        changes.push({ at, kind: 'activate', installation: given.installation, key: current });
      }
    }
  };

  const installs = [0, ...spec.installations].map((days, index) => ({
    at: new Date(activatedAt.getTime() + days * DAY_MS + index * 60_000),
    act: () => {
      install(index, new Date(activatedAt.getTime() + days * DAY_MS + index * 60_000));
    },
  }));
  const acts = spec.acts.map((given, index) => {
    const at = instantOf(given, 50 + index);
    return {
      at,
      act: () => {
        act(given, at);
      },
    };
  });
  for (const step of [...installs, ...acts.filter(({ at }) => at > activatedAt)].toSorted(
    (a, b) => a.at.getTime() - b.at.getTime(),
  )) {
    step.act();
  }

  const meters = METERS_OF[spec.product];
  const fromPeriod = spec.activated.slice(0, 7);
  const told = spec.events.flatMap((event, index): Told[] => {
    const installation = event.installation % (spec.installations.length + 1);
    const its = installations.get(installation);
    const { kind, period, late } = event;
    const at = instantOf(event, index);
    const monthEnd = new Date(`${period}-${lastDayOf(period)}T10:00:00Z`);
    if (its === undefined || period < fromPeriod) return [];
    if (its.activatedAt > (kind === 'seen' ? at : monthEnd)) return [];
    // The first tenants, and one that is not assigned.
    const tenants = [...REFERENCES.slice(0, spec.tenants), REFERENCES[2]];
    const named = tenants.flatMap((tenant, t) =>
      meters.flatMap((meter, m) => {
        const count = event.counts[t * 2 + m] ?? null;
        return count === null ? [] : [{ tenant, meter, count }];
      }),
    );
    const lines = kind === 'seen' ? named.slice(0, 1) : named;
    if (lines.length === 0) return [];
    const inTimeAt = kind === 'seen' ? at : monthEnd;
    const receivedAt = new Date(inTimeAt.getTime() + (late ?? 0) * DAY_MS);
    const isOff = kind === 'seen' && late === null && event.clockHours !== null;
    const observedAt = new Date(at.getTime() + (isOff ? (event.clockHours ?? 0) * 3_600_000 : 0));
    return [{ kind, installation, at, period, revision: 0, lines, receivedAt, inTimeAt, observedAt }];
  });
  told.sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
  const revisions = new Map<string, number>();
  for (const one of told) {
    if (one.kind !== 'reported') continue;
    const key = `${one.installation} ${one.period}`;
    one.revision = (revisions.get(key) ?? 0) + 1;
    revisions.set(key, one.revision);
  }
  return {
    ...{ name: `site ${place}`, spec, fromPeriod, activatedAt, meters, installations, keys, changes, told },
    programme: spec.programme % world.programmes.length,
  };
}

export function chronicleOf(world: World): SiteChronicle[] {
  return world.sites.map((spec, place) => siteChronicle(world, spec, place));
}

/** Half a minute past noon of day 4 of the month after, when every month is closed here: messages come in whole minutes. */
export function closedAt(period: string): Date {
  const [year = 0, month = 0] = period.split('-').map(Number);
  return new Date(Date.UTC(year, month, 4, 12, 0, 30));
}

/** The first instant of a month in a zone. */
export function startOf(period: string, zone: string): Date {
  return new Date(Temporal.PlainDate.from(`${period}-01`).toZonedDateTime(zone).epochMilliseconds);
}

export function monthAfter(period: string): string {
  return Temporal.PlainYearMonth.from(period).add({ months: 1 }).toString();
}

/** The month that the wall clock of a zone shows. */
export function periodIn(zone: string, at: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime())
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString()
    .slice(0, 7);
}

/** From when until when the MSP is suspended in a programme; `until` null: it stays so. */
export interface Suspension {
  from: Date;
  until: Date | null;
}

export function suspensionOf({ suspended }: WorldProgramme): Suspension | null {
  if (suspended === null) return null;
  const from = instantOf(suspended, 45);
  return { from, until: suspended.days === null ? null : new Date(from.getTime() + suspended.days * DAY_MS) };
}

/** The months of which the MSP gets statements of a programme. */
export function membership({ joined, left }: WorldProgramme): ClosedPeriod[] {
  return CLOSED.filter((period) => period >= joined && (left === null || period <= left));
}

/**
 * From which instant on a message about that month is not counted any more: rule 7 counts ninety days from the end of the
 * month, and what comes after the MSP's last statement was made is on none. The months before that last one are settled.
 */
export function cutOff(period: string, zone: string, programme: WorldProgramme): Date {
  const reach = Temporal.PlainDate.from(`${monthAfter(period)}-01`)
    .add({ days: 90 })
    .toZonedDateTime(zone);
  const last = membership(programme).at(-1);
  return new Date(Math.min(reach.epochMilliseconds, last === undefined ? 0 : closedAt(last).getTime()));
}

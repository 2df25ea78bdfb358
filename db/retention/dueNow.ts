import {
  classOf,
  firstMonthKept,
  firstUsageMonthKept,
  firstYearKept,
  RETENTION_CLASS_NAMES,
  type ProgrammeKeeping,
  type RetentionClass,
} from '../../domain/retention.js';
import { dayOf } from '../../domain/period.js';
import { addDays } from '../../domain/instant.js';
import { rows, type Trx } from '../connect.js';
import { keepingOf } from './keepingOf.js';
import { REMOVALS } from './removals.js';

/** A class, of a programme or of all, from where on it is kept, and what is before that. */
export interface Due {
  class: RetentionClass;
  /** Null: it is of no single programme. */
  programme: string | null;
  /** The first month, year or day that is kept. */
  keptFrom: string;
  /** How much goes. */
  due: number;
  /** How much would, but for a legal hold. */
  held: number;
}

/** What belongs to no single programme has the day of the last place on earth. */
const LAST_ZONE = 'Etc/GMT+12';
const USAGE = ['checkIns', 'usageReports'] as const satisfies readonly RetentionClass[];
const isUsage = (name: RetentionClass) => (USAGE as readonly RetentionClass[]).includes(name);

function keptFromOf(name: RetentionClass, now: Date, zone: string, length: number): string {
  switch (classOf(name).by) {
    case 'month':
      return firstMonthKept(now, zone, length);
    case 'year':
      return firstYearKept(now, zone, length);
    case 'day':
      return dayOf(addDays(now, -length), zone);
  }
}

export type KeptFrom = Pick<Due, 'class' | 'programme' | 'keptFrom'>;

/** From where on each class is kept as of `now`, by the settings of each programme. */
function keptFrom(now: Date, programmes: readonly ProgrammeKeeping[]): KeptFrom[] {
  return RETENTION_CLASS_NAMES.flatMap((name): KeptFrom[] => {
    const { of, setting } = classOf(name);
    if (of === 'all') {
      if (programmes.length === 0) return [];
      const longest = Math.max(...programmes.map(({ keeping }) => keeping[setting]));
      return [{ class: name, programme: null, keptFrom: keptFromOf(name, now, LAST_ZONE, longest) }];
    }
    return programmes.map((each) => {
      const length = each.keeping[setting];
      const from = isUsage(name) ? firstUsageMonthKept(now, each, length) : keptFromOf(name, now, each.zone, length);
      return { class: name, programme: each.programme, keptFrom: from };
    });
  });
}

/** From where on each class is kept as of `now`, in the order in which they are removed. */
export async function classesKept(trx: Trx, now: Date): Promise<KeptFrom[]> {
  return keptFrom(now, await keepingOf(trx));
}

/** What there is to remove of one. */
export async function dueOf(trx: Trx, kept: KeptFrom): Promise<Due> {
  const { programme, keptFrom: from } = kept;
  const [row] = await rows<{ due: number; held: number }>(trx, REMOVALS[kept.class].count, { programme, from });
  return { ...kept, due: row?.due ?? 0, held: row?.held ?? 0 };
}

/** Rule 15: what there is to remove as of `now`, class by class; nothing is removed. */
export async function dueNow(trx: Trx, now: Date): Promise<Due[]> {
  const found: Due[] = [];
  for (const kept of await classesKept(trx, now)) found.push(await dueOf(trx, kept));
  return found;
}

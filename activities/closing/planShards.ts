import type { ParticipantCandidate, ShardPlan } from '../../db/closing/openRun.js';
import { programmeCalendar, type Period } from '../../domain/period.js';
import type { CalendarSettings } from '../../domain/settings/calendar.js';

/** MSPs per shard: enough to make set-based statements pay, few enough that a retried batch costs seconds. */
const SHARD_SIZE = 250;
/** In the order in which they number the shards. */
const DEADLINES = ['reviewUntil', 'collectUntil', 'monthEnd', 'issueFrom', 'mailedBy'] as const;

/**
 * MSPs share a shard where every deadline of theirs that is to come at `openedAt` is the same instant: two zones whose clocks
 * differ on any of these days do not. Deadlines that have passed part nobody: of them a shard has the latest. The order within a
 * shard is that of the candidates; shards are numbered by review deadline.
 */
export function planShards(
  period: Period,
  candidates: readonly ParticipantCandidate[],
  calendar: CalendarSettings,
  { collectUntil, reviewUntil, openedAt }: { collectUntil: Date | null; reviewUntil: Date | null; openedAt: Date },
): ShardPlan[] {
  const ahead = (instant: Date) => (instant > openedAt ? instant.toISOString() : '');
  const groups = new Map<string, ShardPlan[]>();
  for (const candidate of candidates) {
    const { monthEnd, issueDay, ...days } = programmeCalendar(period, candidate.zone, calendar);
    const deadlines = {
      monthEnd,
      collectUntil: collectUntil ?? days.collectUntil,
      reviewUntil: reviewUntil ?? days.reviewUntil,
      issueFrom: reviewUntil ?? days.issueFrom,
      mailedBy: days.mailedBy,
    };
    const key = DEADLINES.map((name) => ahead(deadlines[name])).join(' ');
    const plans = groups.get(key) ?? [];
    groups.set(key, plans);
    let plan = plans.at(-1);
    if (plan === undefined || plan.participants.length >= SHARD_SIZE) {
      plan = { shard: 0, zone: candidate.zone, ...deadlines, statementDate: issueDay, participants: [] };
      plans.push(plan);
    }
    plan.participants.push({ ...candidate, monthEnd });
    for (const name of DEADLINES) if (deadlines[name] > plan[name]) plan[name] = deadlines[name];
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, plans]) => plans)
    .map((plan, index) => ({ ...plan, shard: index + 1 }));
}

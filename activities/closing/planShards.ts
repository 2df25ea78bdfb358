import type { ParticipantCandidate, ShardPlan } from '../../db/closing/openRun.js';
import { programmeCalendar, type Period } from '../../domain/period.js';
import type { CalendarSettings } from '../../domain/settings/calendar.js';

/** MSPs per shard: enough to make set-based statements pay, few enough that a retried batch costs seconds. */
const SHARD_SIZE = 250;

/**
 * MSPs share a shard where every deadline of theirs is the same instant: two zones whose clocks differ on any of these
 * days do not. The order within a shard is that of the candidates; shards are numbered by review deadline.
 */
export function planShards(
  period: Period,
  candidates: readonly ParticipantCandidate[],
  calendar: CalendarSettings,
  overrides: { collectUntil: Date | null; reviewUntil: Date | null },
): ShardPlan[] {
  const groups = new Map<string, ShardPlan[]>();
  for (const candidate of candidates) {
    const { monthEnd, issueDay, ...days } = programmeCalendar(period, candidate.zone, calendar);
    const deadlines = {
      monthEnd,
      collectUntil: overrides.collectUntil ?? days.collectUntil,
      reviewUntil: overrides.reviewUntil ?? days.reviewUntil,
      issueFrom: overrides.reviewUntil ?? days.issueFrom,
      mailedBy: days.mailedBy,
    };
    const { reviewUntil, collectUntil, issueFrom, mailedBy } = deadlines;
    const key = [reviewUntil, collectUntil, monthEnd, issueFrom, mailedBy]
      .map((instant) => instant.toISOString())
      .join(' ');
    const plans = groups.get(key) ?? [];
    groups.set(key, plans);
    let plan = plans.at(-1);
    if (plan === undefined || plan.participants.length >= SHARD_SIZE) {
      plan = { shard: 0, zone: candidate.zone, ...deadlines, statementDate: issueDay, participants: [] };
      plans.push(plan);
    }
    plan.participants.push(candidate);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, plans]) => plans)
    .map((plan, index) => ({ ...plan, shard: index + 1 }));
}

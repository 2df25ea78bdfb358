/** Ids of a run's workflows: programme and period are its identity, so a second start joins the first (rule 1). */
export function closePeriodId(programme: string, period: string): string {
  return `billing-run:${programme}:${period}`;
}

export function closeShardId(programme: string, period: string, shard: number): string {
  return `${closePeriodId(programme, period)}:${shard}`;
}

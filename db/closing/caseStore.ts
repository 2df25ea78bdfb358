import type { Actor } from '../../domain/access/actor.js';
import type { Decision, DiscrepancyKind, Handling } from '../../domain/reconcile/index.js';
import type { ParticipantState, ShardStage } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';

/** A case as a decision needs it, with where its MSP and shard stand. */
export interface CaseForDecision {
  id: string;
  programme: string;
  period: string;
  mspId: string;
  kind: DiscrepancyKind;
  handling: Handling;
  state: 'open' | 'settled';
  resolvedBy: 'rule' | 'default' | 'person' | null;
  decision: Decision | null;
  quantity: number | null;
  reason: string | null;
  author: Actor | null;
  resolvedAt: Date | null;
  participantState: ParticipantState;
  shardStage: ShardStage;
  openedBy: Actor;
}

/** Locks the case; undefined when the MSP has no such case in the period. */
export async function lockCase(
  trx: Trx,
  key: { programme: string; period: string; mspId: string; caseId: string },
): Promise<CaseForDecision | undefined> {
  const [found] = await rows<CaseForDecision>(
    trx,
    `select d.id, d.programme_code as programme, d.period, d.msp_id as "mspId", d.kind, d.handling, d.state,
       d.resolved_by as "resolvedBy", d.decision, d.decided_quantity as quantity, d.reason, d.author,
       d.resolved_at as "resolvedAt", p.state as "participantState", s.stage as "shardStage", r.opened_by as "openedBy"
     from discrepancy d
     join run_participant p on p.programme_code = d.programme_code and p.period = d.period and p.msp_id = d.msp_id
     join run_shard s on s.programme_code = p.programme_code and s.period = p.period and s.shard = p.shard
     join billing_run r on r.programme_code = d.programme_code and r.period = d.period
     where d.programme_code = :programme and d.period = :period and d.msp_id = :mspId and d.id = :caseId for update of d`,
    key,
  );
  return found;
}

/** Sets the decision. Idempotent: the values are absolute. */
export async function settleByPerson(
  trx: Trx,
  caseId: string,
  decision: { decision: Decision; quantity: number | null; reason: string | null; author: Actor; at: Date },
): Promise<void> {
  await rows(
    trx,
    `update discrepancy set state = 'settled', resolved_by = 'person', decision = :decision, decided_quantity = :quantity,
       reason = :reason, author = :author, resolved_at = :at where id = :caseId`,
    { caseId, ...decision },
  );
}

/** Who decided cases of an MSP in a period. */
export async function authorsOf(
  trx: Trx,
  { programme, period, mspId }: { programme: string; period: string; mspId: string },
): Promise<Actor[]> {
  const found = await rows<{ author: Actor }>(
    trx,
    `select distinct author from discrepancy
     where programme_code = :programme and period = :period and msp_id = :mspId and author is not null and kind <> 'total_moved'`,
    { programme, period, mspId },
  );
  return found.map(({ author }) => author);
}

import type { z } from 'zod';
import { decisionsOfBatch, insertBatch } from '../../db/access/decisionStore.js';
import { caseList, type CaseView } from '../../db/readModels/caseList.js';
import type { Trx } from '../../db/connect.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { groupBy } from '../../domain/groupBy.js';
import { inParallel } from '../../domain/inParallel.js';
import { askDecision } from '../../starts/settleStatement.js';
import { derivedId } from '../derivedId.js';
import { outcomeOfMany, type ManyOutcome } from '../outcomeOfMany.js';
import type { Context } from '../route.js';
import { MOST_CASES, type caseDecisions, type caseOutcomes } from '../schemas/cases.js';
import { requireDecidable, requireMspOf } from './requireDecidable.js';

type Body = z.output<typeof caseDecisions>;
type Outcomes = z.input<typeof caseOutcomes>;
type Outcome = Outcomes['items'][number];

/** MSPs whose cases are decided at the same time, each by a workflow of its own. */
const WIDTH = 8;

const subjectOf = (caseId: string) => `case:${caseId}`;

/** The cases that are meant: those named, or the open ones of the filter, of which there are as many as expected. */
async function chosen(trx: Trx, { caseIds, filter, expected }: Body): Promise<CaseView[]> {
  if (filter == null) return caseList(trx, { ids: caseIds ?? [], limit: MOST_CASES });
  const found = await caseList(trx, { ...filter, state: 'open', limit: MOST_CASES + 1 });
  if (found.length === expected) return found;
  const count = found.length > MOST_CASES ? `more than ${MOST_CASES}` : String(found.length);
  throw fieldError('STATE_CONFLICT', '/expected', `The filter finds ${count} open cases: look at them again.`);
}

/** Somebody else's decision is not overruled among many: who wants that looks at the case. */
function requireUndecided({ resolvedBy, author, decision }: CaseView, by: string, wanted: string): void {
  if (resolvedBy !== 'person' || (author?.id === by && decision === wanted)) return;
  const who = author?.name ?? 'Somebody';
  throw new KontorError('ALREADY_DECIDED', `${who} has decided this case: look at it, and decide it by itself.`);
}

function refused(caseId: string, mspId: string | null, error: unknown): Outcome {
  return { caseId, mspId, statementNumber: null, ...outcomeOfMany(error) };
}

/** Of an MSP's cases that of its total comes last: who decides one of the others is not its second person (rule 18). */
function totalLast(a: CaseView, b: CaseView): number {
  return Number(a.kind === 'total_moved') - Number(b.kind === 'total_moved');
}

/**
 * Decides many cases alike, each as if it were decided by itself, and tells what became of each. All decisions are kept before
 * the first is passed on, so that the same request asked again means the same cases. Those of one MSP are decided one after the
 * other. What is not answered within `limits.updateTimeoutMs` milliseconds is pending. STATE_CONFLICT where the filter finds
 * another number of cases than expected: then nothing is decided.
 */
export async function decideMany(
  context: Pick<
    Context<unknown, unknown, Body>,
    'deps' | 'limits' | 'body' | 'actor' | 'receivedAt' | 'requestId' | 'transaction'
  >,
): Promise<Outcomes> {
  const { deps, limits, body, actor, receivedAt, requestId, transaction } = context;
  const { decision, quantity = null, reason } = body;
  const outcomes = new Map<string, Outcome>();
  const open = await transaction(async (trx) => {
    outcomes.clear();
    const kept = await decisionsOfBatch(trx, requestId);
    const ids = [...kept.keys()].map((subject) => subject.slice(subjectOf('').length));
    const again = kept.size > 0 && body.filter != null;
    const found = again ? await caseList(trx, { ids, limit: MOST_CASES }) : await chosen(trx, body);
    const decidable = found.filter((one) => {
      if (kept.has(subjectOf(one.id))) return true;
      try {
        requireMspOf(one);
        requireDecidable(one);
        requireUndecided(one, actor.id, decision);
        return true;
      } catch (error) {
        outcomes.set(one.id, refused(one.id, one.mspId, error));
        return false;
      }
    });
    for (const id of body.caseIds ?? []) {
      if (found.some((one) => one.id === id)) continue;
      outcomes.set(id, refused(id, null, new KontorError('NOT_FOUND', 'There is no such case.')));
    }
    const made = decidable.map((one) => ({
      id: derivedId(requestId, one.id),
      kind: 'case' as const,
      subject: subjectOf(one.id),
      content: { decision, quantity, reason, seenResolvedAt: one.resolvedAt?.toISOString() ?? null },
      ...{ actor, at: receivedAt },
    }));
    await insertBatch(trx, requestId, made);
    return decidable;
  });

  const deadline = Date.now() + limits.updateTimeoutMs;
  const decide = async (found: CaseView): Promise<Outcome> => {
    const { id: caseId, programme, period } = found;
    const mspId = requireMspOf(found);
    const waiting: ManyOutcome = { outcome: 'pending', error: null };
    const timeoutMs = deadline - Date.now();
    if (timeoutMs <= 0) return { caseId, mspId, statementNumber: null, ...waiting };
    try {
      const decisionId = derivedId(requestId, caseId);
      const asking = { requestId: decisionId, timeoutMs };
      const answer = await askDecision(deps, { programme, period, mspId }, { caseId, decisionId }, asking);
      if (!answer.answered) return { caseId, mspId, statementNumber: null, ...waiting };
      return { caseId, mspId, statementNumber: answer.result.statementNumber, outcome: 'done', error: null };
    } catch (error) {
      return refused(caseId, mspId, error);
    }
  };
  const byMsp = groupBy(open, ({ mspId }) => mspId ?? '');
  await inParallel([...byMsp.values()], WIDTH, async (ofMsp) => {
    for (const found of [...ofMsp].sort(totalLast)) outcomes.set(found.id, await decide(found));
  });
  const order = body.caseIds ?? open.map(({ id }) => id);
  const items = [...new Set([...order, ...outcomes.keys()])].flatMap((id) => outcomes.get(id) ?? []);
  const count = (which: Outcome['outcome']) => items.filter(({ outcome }) => outcome === which).length;
  return { done: count('done'), refused: count('refused'), pending: count('pending'), items };
}

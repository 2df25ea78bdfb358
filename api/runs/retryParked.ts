import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { parkedMsps, type ParkedMsp } from '../../db/readModels/parkedMsps.js';
import { inParallel } from '../../domain/inParallel.js';
import { runSubject, type RunInput } from '../../domain/run.js';
import { askRetry } from '../../starts/settleStatement.js';
import type { WorkflowAnswer } from '../../starts/ask.js';
import { readCursor, toPage } from '../http/pagination.js';
import { outcomeOfMany } from '../outcomeOfMany.js';
import type { Context } from '../route.js';
import { cursorNumber } from '../schemas/common.js';
import type { retriedMsps, retryCode } from '../schemas/runs.js';

type Retried = z.input<typeof retriedMsps>;
type Item = Retried['items'][number];
type Retrying = Pick<
  Context<RunInput, unknown, unknown>,
  'deps' | 'params' | 'actor' | 'receivedAt' | 'requestId' | 'transaction'
>;

/** MSPs tried at the same time, each by a workflow of its own. */
const WIDTH = 8;

/** Has one parked MSP tried again, and says so in the audit trail; waits for the outcome for at most `timeoutMs` milliseconds. */
export async function retryOne(
  { deps, params, actor, receivedAt, requestId, transaction }: Retrying,
  mspId: string,
  timeoutMs: number,
): Promise<WorkflowAnswer<{ statementNumber: string | null; parkedReason: string | null }>> {
  const { programme, period } = params;
  const answer = await askRetry(deps, { programme, period, mspId }, { requestId, timeoutMs });
  await transaction((trx) => {
    const subject = runSubject(params);
    appendAudit(trx, { at: receivedAt, actor, action: 'run.retried', subject, mspId });
  });
  return answer;
}

/**
 * Tries all MSPs of a run again that are parked with that code, each as if it were tried by itself, and tells what became of
 * each. One with open cases waits for their decisions, whatever else it is parked for, and is not tried. What is not answered
 * within `timeoutMs` milliseconds altogether is pending. Of more than `limit` it tries those behind the cursor, in the order of
 * their statements, and gives the next one: what stays parked keeps nobody behind it from being tried.
 */
export async function retryParked(
  context: Retrying,
  { code, limit, after }: z.output<typeof retryCode>,
  timeoutMs: number,
): Promise<Retried> {
  const { params, transaction } = context;
  const cursor = readCursor(after, z.tuple([cursorNumber, cursorNumber]), '/after');
  const parked = await transaction((trx) => parkedMsps(trx, { ...params, code, limit: limit + 1, after: cursor }));
  const { items: tried, next } = toPage(
    parked,
    limit,
    ({ shard, position }) => [shard, position],
    (msp) => msp,
  );
  const deadline = Date.now() + timeoutMs;
  const items: Item[] = [];
  const retry = async ({ mspId, openCases, reason }: ParkedMsp): Promise<Omit<Item, 'mspId' | 'mspName'>> => {
    const still = { statementNumber: null, parkedReason: reason };
    if (openCases > 0) return { ...still, outcome: 'refused', error: null };
    const left = deadline - Date.now();
    if (left <= 0) return { ...still, outcome: 'pending', error: null };
    try {
      const answer = await retryOne(context, mspId, left);
      if (!answer.answered) return { ...still, outcome: 'pending', error: null };
      return { ...answer.result, outcome: answer.result.statementNumber === null ? 'refused' : 'done', error: null };
    } catch (error) {
      return { ...still, ...outcomeOfMany(error) };
    }
  };
  await inParallel(tried, WIDTH, async (msp, index) => {
    items[index] = { mspId: msp.mspId, mspName: msp.mspName, ...(await retry(msp)) };
  });
  const count = (which: Item['outcome']) => items.filter(({ outcome }) => outcome === which).length;
  const counts = { done: count('done'), refused: count('refused'), pending: count('pending') };
  return { ...counts, next, items };
}

import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { insertDecision } from '../../db/access/decisionStore.js';
import { requireSettings } from '../../db/closing/mayOpen.js';
import { runState } from '../../db/closing/openRun.js';
import { participantState } from '../../db/readModels/participantState.js';
import { KontorError } from '../../domain/errors.js';
import { runSubject } from '../../domain/run.js';
import { ask } from '../../starts/ask.js';
import { askCompleteness, closePeriodId, endWaitOfClose } from '../../starts/closePeriod.js';
import { preview as startPreview } from '../../starts/previewPeriod.js';
import { retryOne, retryParked } from '../runs/retryParked.js';
import { requireProgramme } from '../requireProgramme.js';
import { PENDING, reply, route, type Context } from '../route.js';
import { pending, uuid } from '../schemas/common.js';
import {
  completenessDecision,
  completenessOutcome,
  preview,
  retried,
  retriedMsps,
  retryCode,
  signalled,
} from '../schemas/runs.js';
import { byRun, notOpened } from './runs.js';

type RunContext = Context<z.output<typeof byRun>, unknown, unknown>;

/** Ends a wait of the run for all its shards, idempotent. NOT_FOUND, and STATE_CONFLICT where no run is waiting. */
async function endWait(context: RunContext, wait: 'collection' | 'review', action: string) {
  const { programme, period } = context.params;
  await context.transaction((trx) => requireProgramme(trx, programme));
  if (!(await endWaitOfClose(context.deps, context.params, wait))) {
    throw new KontorError('STATE_CONFLICT', `No close of ${period} of "${programme}" is going on.`);
  }
  await context.transaction((trx) => {
    appendAudit(trx, {
      at: context.receivedAt,
      actor: context.actor,
      action,
      subject: runSubject(context.params),
    });
  });
  return reply(202, { programme, period, workflowId: closePeriodId(programme, period) });
}

export const runStepRoutes = [
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/runs/{period}/end-collection',
    summary: 'Collect no longer',
    tags: ['Runs'],
    action: 'runs.manage',
    params: byRun,
    responses: { 202: { description: 'The run goes on', schema: signalled } },
    handler: (context) => endWait(context, 'collection', 'run.collectionEnded'),
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/runs/{period}/end-review',
    summary: 'Review no longer: defaults apply to all untouched cases',
    tags: ['Runs'],
    action: 'runs.manage',
    params: byRun,
    responses: { 202: { description: 'The run goes on', schema: signalled } },
    handler: (context) => endWait(context, 'review', 'run.reviewEnded'),
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/runs/{period}/completeness',
    summary: 'Decide what happens to silent sites: collect on, or go on with estimates',
    description: 'Where too many sites of the programme are silent at the deadline, the run waits for this (rule 4).',
    tags: ['Runs'],
    action: 'runs.manage',
    params: byRun,
    body: completenessDecision,
    responses: {
      200: { description: 'What came of it', schema: completenessOutcome },
      202: { description: 'Nobody answered in time; ask again with the same Idempotency-Key', schema: pending },
    },
    handler: async ({ deps, limits, params, body, actor, receivedAt, requestId, transaction }) => {
      const content = { ...body, until: body.until?.toISOString() ?? null };
      const made = { id: requestId, subject: runSubject(params), content, actor, at: receivedAt };
      await transaction(async (trx) => {
        await requireProgramme(trx, params.programme);
        await insertDecision(trx, { kind: 'completeness', ...made });
      });
      const decision = { decisionId: requestId };
      const answer = await askCompleteness(deps, params, decision, { requestId, timeoutMs: limits.updateTimeoutMs });
      return answer.answered ? reply(200, answer.result) : PENDING;
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/runs/{period}/preview',
    summary: 'Show what a close would come to now',
    description:
      'A dry run of any month, also one that is not over: nothing is written and nobody gets mail. A month that was skipped is refused (`PERIOD_OUT_OF_ORDER`), as nothing of it is ever billed. 202 while it is still being worked out.',
    tags: ['Runs'],
    action: 'runs.inspect',
    params: byRun,
    responses: {
      200: { description: 'Totals and open cases', schema: preview },
      202: { description: 'Ask again shortly', schema: pending },
    },
    handler: async ({ deps, limits, params, transaction }) => {
      await transaction((trx) => requireSettings(trx, params));
      const answer = await ask(deps, limits.updateTimeoutMs, () => startPreview(deps, params));
      return answer.answered ? reply(200, answer.result) : PENDING;
    },
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/runs/{period}/parked/{mspId}/retry',
    summary: 'Try a parked MSP again, after what was missing is there',
    tags: ['Runs'],
    action: 'runs.manage',
    params: byRun.extend({ mspId: uuid }),
    responses: {
      200: { description: 'Issued, or why it is still parked', schema: retried },
      202: { description: 'Nobody answered in time; it may still be tried', schema: pending },
    },
    handler: async (context) => {
      const { limits, params, transaction } = context;
      const state = await transaction((trx) => participantState(trx, params, params.mspId));
      if (state === undefined) throw new KontorError('NOT_FOUND', 'That MSP takes no part in that run.');
      if (state !== 'parked') throw new KontorError('STATE_CONFLICT', `That MSP is ${state}, not parked.`);
      const answer = await retryOne(context, params.mspId, limits.updateTimeoutMs);
      return answer.answered ? reply(200, answer.result) : PENDING;
    },
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/runs/{period}/parked/retry',
    summary: 'Try all MSPs again that are parked for one reason',
    description:
      'Each as if it were tried by itself. One with open cases waits for their decisions and is not tried. Of many as many as ' +
      '`limit` says, in the order of their statements; `next` leads to those behind them.',
    tags: ['Runs'],
    action: 'runs.manage',
    params: byRun,
    body: retryCode,
    responses: {
      200: { description: 'What became of each', schema: retriedMsps },
      202: { description: 'Some are pending; ask again with the same Idempotency-Key', schema: retriedMsps },
    },
    handler: async (context) => {
      const { limits, params, body, transaction } = context;
      if ((await transaction((trx) => runState(trx, params))) === undefined) throw notOpened();
      const tried = await retryParked(context, body, limits.updateTimeoutMs);
      return tried.pending === 0 ? reply(200, tried) : { ...reply(202, tried), pending: true };
    },
  }),
];

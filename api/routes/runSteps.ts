import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { participantState } from '../../db/readModels/participantState.js';
import { KontorError } from '../../domain/errors.js';
import { ask } from '../../starts/ask.js';
import { closePeriodId, endWaitOfClose } from '../../starts/closePeriod.js';
import { preview as startPreview } from '../../starts/previewPeriod.js';
import { askRetry } from '../../starts/settleStatement.js';
import { requirePeriodOver } from '../periodOver.js';
import { PENDING, reply, route, type Context } from '../route.js';
import { pending, period, uuid } from '../schemas/common.js';
import { preview, retried, signalled } from '../schemas/runs.js';

const byPeriod = z.strictObject({ period });
type PeriodContext = Context<z.output<typeof byPeriod>, unknown, unknown>;

/** Ends a wait of the run for all its shards, idempotent. STATE_CONFLICT where no run is waiting. */
async function endWait(context: PeriodContext, wait: 'collection' | 'review', action: string) {
  const { period } = context.params;
  if (!(await endWaitOfClose(context.deps, period, wait))) {
    throw new KontorError('STATE_CONFLICT', `No close of ${period} is going on.`);
  }
  await context.transaction((trx) =>
    appendAudit(trx, {
      at: context.receivedAt,
      actor: context.principal.name,
      action,
      subject: `run:${period}`,
    }),
  );
  return reply(202, { period, workflowId: closePeriodId(period) });
}

export const runStepRoutes = [
  route({
    method: 'post',
    path: '/v1/runs/{period}/end-collection',
    summary: 'Collect no longer',
    tags: ['Runs'],
    roles: ['partner_team'],
    params: byPeriod,
    responses: { 202: { description: 'The run goes on', schema: signalled } },
    handler: (context) => endWait(context, 'collection', 'run.collectionEnded'),
  }),
  route({
    method: 'post',
    path: '/v1/runs/{period}/end-review',
    summary: 'Review no longer: defaults apply to all untouched cases',
    tags: ['Runs'],
    roles: ['partner_team'],
    params: byPeriod,
    responses: { 202: { description: 'The run goes on', schema: signalled } },
    handler: (context) => endWait(context, 'review', 'run.reviewEnded'),
  }),
  route({
    method: 'get',
    path: '/v1/runs/{period}/preview',
    summary: 'Show what a close would come to now',
    description: 'A dry run: nothing is written and nobody gets mail. 202 while it is still being worked out.',
    tags: ['Runs'],
    roles: ['partner_team'],
    params: byPeriod,
    responses: {
      200: { description: 'Totals and open cases', schema: preview },
      202: { description: 'Ask again shortly', schema: pending },
    },
    handler: async ({ deps, limits, params, receivedAt, transaction }) => {
      await transaction((trx) => requirePeriodOver(trx, params.period, receivedAt));
      const answer = await ask(deps, limits.updateTimeoutMs, () => startPreview(deps, params.period));
      return answer.answered ? reply(200, answer.result) : PENDING;
    },
  }),
  route({
    method: 'post',
    path: '/v1/runs/{period}/parked/{mspId}/retry',
    summary: 'Try a parked MSP again, after what was missing is there',
    tags: ['Runs'],
    roles: ['partner_team'],
    params: z.strictObject({ period, mspId: uuid }),
    responses: {
      200: { description: 'Issued, or why it is still parked', schema: retried },
      202: { description: 'Nobody answered in time; it may still be tried', schema: pending },
    },
    handler: async ({ deps, limits, params, principal, requestId, transaction }) => {
      const state = await transaction((trx) => participantState(trx, params.period, params.mspId));
      if (state === undefined) throw new KontorError('NOT_FOUND', 'That MSP takes no part in that run.');
      if (state !== 'parked') throw new KontorError('STATE_CONFLICT', `That MSP is ${state}, not parked.`);
      const answer = await askRetry(deps, params, principal.name, {
        requestId,
        timeoutMs: limits.updateTimeoutMs,
      });
      return answer.answered ? reply(200, answer.result) : PENDING;
    },
  }),
];

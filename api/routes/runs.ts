import { z } from 'zod';
import { stepFor } from '../../domain/parkedStep.js';
import { parkedMsps } from '../../db/readModels/parkedMsps.js';
import { runList } from '../../db/readModels/runList.js';
import { runStatus } from '../../db/readModels/runStatus.js';
import { requireOrder, requireOver } from '../../db/closing/mayOpen.js';
import { runState } from '../../db/closing/openRun.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { closePeriodId, startClose } from '../../starts/closePeriod.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { isPartnerTeam } from '../principal.js';
import { reply, route } from '../route.js';
import { cursorNumber, period, periodText, programmeCode } from '../schemas/common.js';
import { newRun, parkedMsp, run, runSummary, startedRun } from '../schemas/runs.js';
import { toAmount } from '../schemas/statements.js';

export const byRun = z.strictObject({ programme: programmeCode, period });

export function notOpened(): KontorError {
  return new KontorError('NOT_FOUND', 'No run of that period is open; one that was just started opens shortly.');
}

const TEAM_ALONE = { openedBy: null, reason: null, released: null, failure: null, seal: null } as const;

export const runRoutes = [
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/runs',
    summary: 'Close a month, or join the close that is going on',
    description:
      'Once per programme and period: a second start joins the first and changes none of its deadlines (rule 1). Months ' +
      'are closed in order (rule 19); with `skipReason` those before this one are left out for good.',
    tags: ['Runs'],
    action: 'runs.manage',
    params: z.strictObject({ programme: programmeCode }),
    body: newRun,
    responses: { 202: { description: 'The run is going on, or over', schema: startedRun } },
    handler: async ({ deps, params, body, actor, receivedAt, transaction }) => {
      const key = { programme: params.programme, period: body.period };
      const skipReason = body.skipReason ?? null;
      const state = await transaction(async (trx) => {
        await requireOver(trx, key, receivedAt);
        const known = await runState(trx, key);
        if (known === undefined) await requireOrder(trx, key, { skip: skipReason !== null });
        return known;
      });
      if (state === 'skipped') {
        throw fieldError('PERIOD_OUT_OF_ORDER', '/period', `${key.period} was skipped: nothing of it is ever billed.`);
      }
      const joined =
        state === 'sealed' ||
        !(await startClose(
          deps,
          {
            ...key,
            openedBy: actor,
            collectUntil: body.collectUntil?.toISOString() ?? null,
            reviewUntil: body.reviewUntil?.toISOString() ?? null,
            skipReason,
          },
          { unsealed: true },
        ));
      return reply(202, { ...key, workflowId: closePeriodId(key.programme, key.period), joined });
    },
  }),
  route({
    method: 'get',
    path: '/v1/runs',
    summary: 'List runs of every programme, the latest period first',
    description:
      'A distributor sees those in which it bills somebody, with the counts of these MSPs, and nobody’s name.',
    tags: ['Runs'],
    action: 'runs.read',
    query: z.strictObject({ ...PAGE_QUERY, programme: programmeCode.optional() }),
    responses: { 200: { description: 'A page of runs', schema: pageOf(runSummary) } },
    handler: async ({ query: { limit, after, programme }, principal, transaction }) => {
      const cursor = readCursor(after, z.tuple([periodText, programmeCode]));
      const found = await transaction((trx) => runList(trx, { programme, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(
          found,
          limit,
          (row) => [row.period, row.programme],
          (row) => (isPartnerTeam(principal) ? row : { ...row, openedBy: null }),
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/runs/{period}',
    summary: 'Show where a run stands',
    description:
      'A distributor sees what concerns the MSPs that it bills in that run: their parts with the deadlines, counts, totals and ' +
      'its own mails. Names and reasons are for the partner team.',
    tags: ['Runs'],
    action: 'runs.read',
    params: byRun,
    responses: { 200: { description: 'The run', schema: run } },
    handler: async ({ params, principal, transaction }) => {
      const found = await transaction((trx) => runStatus(trx, params));
      if (found === undefined) throw notOpened();
      const totals = Object.entries(found.totals).map(([currency, minor]) => [
        currency,
        toAmount(BigInt(minor), currency).amount,
      ]);
      return reply(200, {
        ...found,
        ...(isPartnerTeam(principal) ? {} : TEAM_ALONE),
        workflowId: closePeriodId(params.programme, params.period),
        totals: Object.fromEntries(totals) as Record<string, string>,
      });
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/runs/{period}/parked',
    summary: 'List MSPs that wait for a person',
    tags: ['Runs'],
    action: 'runs.inspect',
    params: byRun,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of MSPs', schema: pageOf(parkedMsp) } },
    handler: async ({ params, query, transaction }) => {
      const after = readCursor(query.after, z.tuple([cursorNumber, cursorNumber]));
      const filter = { ...params, limit: query.limit + 1, after };
      const found = await transaction(async (trx) => {
        if ((await runState(trx, params)) === undefined) throw notOpened();
        return parkedMsps(trx, filter);
      });
      return reply(
        200,
        toPage(
          found,
          query.limit,
          (row) => [row.shard, row.position],
          ({ shard: _shard, position: _position, ...row }) => ({ ...row, toDo: stepFor(row, params) }),
        ),
      );
    },
  }),
];

import { z } from 'zod';
import { parkedMsps } from '../../db/readModels/parkedMsps.js';
import { runList } from '../../db/readModels/runList.js';
import { runStatus } from '../../db/readModels/runStatus.js';
import { KontorError } from '../../domain/errors.js';
import { closePeriodId, startClose } from '../../starts/closePeriod.js';
import { requirePeriodOver } from '../periodOver.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { period, periodText } from '../schemas/common.js';
import { newRun, parkedMsp, run, runSummary, startedRun } from '../schemas/runs.js';
import { toAmount } from '../schemas/statements.js';

const byPeriod = z.strictObject({ period });

function notOpened(): KontorError {
  return new KontorError('NOT_FOUND', 'No run of that period is open; one that was just started opens shortly.');
}

export const runRoutes = [
  route({
    method: 'post',
    path: '/v1/runs',
    summary: 'Close a month, or join the close that is going on',
    description: 'Once per period: a second start joins the first and changes none of its deadlines (rule 1).',
    tags: ['Runs'],
    roles: ['partner_team'],
    body: newRun,
    responses: { 202: { description: 'The run is going on, or over', schema: startedRun } },
    handler: async ({ deps, body, principal, receivedAt, transaction }) => {
      const known = await transaction(async (trx) => {
        await requirePeriodOver(trx, body.period, receivedAt);
        return runStatus(trx, body.period);
      });
      const joined =
        known?.state === 'sealed' ||
        !(await startClose(deps, {
          period: body.period,
          openedBy: principal.name,
          collectUntil: body.collectUntil?.toISOString() ?? null,
          reviewUntil: body.reviewUntil?.toISOString() ?? null,
        }));
      return reply(202, { period: body.period, workflowId: closePeriodId(body.period), joined });
    },
  }),
  route({
    method: 'get',
    path: '/v1/runs',
    summary: 'List runs, the latest period first',
    tags: ['Runs'],
    roles: ['partner_team'],
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of runs', schema: pageOf(runSummary) } },
    handler: async ({ query, transaction }) => {
      const after = readCursor(query.after, z.tuple([periodText]));
      const found = await transaction((trx) => runList(trx, { limit: query.limit + 1, after }));
      return reply(
        200,
        toPage(
          found,
          query.limit,
          (row) => [row.period],
          (row) => row,
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/runs/{period}',
    summary: 'Show where a run stands',
    tags: ['Runs'],
    roles: ['partner_team'],
    params: byPeriod,
    responses: { 200: { description: 'The run', schema: run } },
    handler: async ({ params, transaction }) => {
      const found = await transaction((trx) => runStatus(trx, params.period));
      if (found === undefined) throw notOpened();
      const totals = Object.entries(found.totals).map(([currency, minor]) => [
        currency,
        toAmount(BigInt(minor), currency).amount,
      ]);
      return reply(200, {
        ...found,
        workflowId: closePeriodId(params.period),
        totals: Object.fromEntries(totals) as Record<string, string>,
      });
    },
  }),
  route({
    method: 'get',
    path: '/v1/runs/{period}/parked',
    summary: 'List MSPs that wait for a person',
    tags: ['Runs'],
    roles: ['partner_team'],
    params: byPeriod,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of MSPs', schema: pageOf(parkedMsp) } },
    handler: async ({ params, query, transaction }) => {
      const after = readCursor(query.after, z.tuple([z.int(), z.int()]));
      const filter = { period: params.period, limit: query.limit + 1, after };
      const found = await transaction((trx) => parkedMsps(trx, filter));
      return reply(
        200,
        toPage(
          found,
          query.limit,
          (row) => [row.shard, row.position],
          ({ shard: _shard, position: _position, ...row }) => row,
        ),
      );
    },
  }),
];

/** Usage as it arrives, what was found in it, and what was billed, for all who see sites: split by tenant, each its own alone. */
import { z } from 'zod';
import type { Trx } from '../../db/connect.js';
import { findingList } from '../../db/readModels/findingList.js';
import { monthUsage } from '../../db/readModels/monthUsage.js';
import { usageLines, type IssuedLine } from '../../db/readModels/usageLines.js';
import { seesAmounts } from '../../domain/access/actions.js';
import { METER_CODES } from '../../domain/catalog/index.js';
import { periodOf } from '../../domain/period.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { senderOf } from '../principal.js';
import { requireMsp } from '../requireMsp.js';
import { reply, route } from '../route.js';
import { caseState } from '../schemas/cases.js';
import { cursorInstant, period, periodText, programmeCode, uuid } from '../schemas/common.js';
import { toAmount } from '../schemas/statements.js';
import { monthUsage as monthUsageJson, siteFinding, usageLine } from '../schemas/usage.js';

const tags = ['Usage'] as const;
const byMsp = z.strictObject({ mspId: uuid });

function toJson({ key: _key, currency, line, ...issued }: IssuedLine, withAmounts: boolean): z.input<typeof usageLine> {
  const { siteId, siteName, tenantId, tenantName, tenantRef, meter } = line;
  const of = { siteId, siteName, tenantId, tenantName, tenantRef, meter };
  const amount = withAmounts ? toAmount(line.amountMinor, currency) : null;
  if (line.kind === 'usage') {
    const { kind, peak, peakOn, basis, licensed, quantity } = line;
    return { kind, ...issued, ...of, peak, peakOn, basis, licensed, quantity, amount };
  }
  const { kind, forPeriod, reason, oldQuantity, newQuantity } = line;
  return { kind, ...issued, ...of, forPeriod, reason, oldQuantity, newQuantity, amount };
}

/** What was found of an MSP. NOT_FOUND where there is none: who billed it once still sees that, though not the MSP of today. */
async function ofMsp<T>(trx: Trx, mspId: string, found: Promise<T[]>): Promise<T[]> {
  const items = await found;
  if (items.length === 0) await requireMsp(trx, mspId);
  return items;
}

export const usageRoutes = [
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/usage',
    summary: 'List what was used in a month, per site, tenant and meter',
    description:
      'By what the site calls its tenants. Whoever sees some tenants only, sees the usage of these; a distributor that ' +
      'of the months it bills. What arrived, and what counts of it before reconciliation.',
    tags,
    action: 'usage.read',
    params: byMsp,
    query: z.strictObject({
      ...PAGE_QUERY,
      period: period.optional().meta({ description: 'The running month, in UTC, if it is left out' }),
      siteId: uuid.optional(),
      tenantId: uuid.optional(),
      meter: z.enum(METER_CODES).optional(),
    }),
    responses: { 200: { description: 'A page of usage', schema: pageOf(monthUsageJson) } },
    handler: async ({ params: { mspId }, query, receivedAt, transaction }) => {
      const { limit, period: month = periodOf(receivedAt, 'UTC'), siteId, tenantId, meter } = query;
      const after = readCursor(query.after, z.tuple([z.string(), uuid, z.string().nullable(), z.string()]));
      const filter = { mspId, period: month, siteId, tenantId, meter, limit: limit + 1, after };
      const found = await transaction((trx) => ofMsp(trx, mspId, monthUsage(trx, filter)));
      return reply(
        200,
        toPage(
          found,
          limit,
          (row) => [row.siteName, row.siteId, row.reference, row.meter],
          (row) => row,
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/usage-lines',
    summary: 'List what was billed for usage, line by line of issued statements',
    description:
      'The latest month first. Whoever sees some tenants only, sees their lines; minimums belong to no tenant and are on ' +
      'the statement alone. What the MSP pays is not shown to its customers and to those who act for them.',
    tags,
    action: 'usage.read',
    params: byMsp,
    query: z.strictObject({
      ...PAGE_QUERY,
      programme: programmeCode.optional(),
      period: period.optional(),
      siteId: uuid.optional(),
      tenantId: uuid.optional(),
    }),
    responses: { 200: { description: 'A page of lines', schema: pageOf(usageLine) } },
    handler: async ({ params: { mspId }, query: { limit, after, ...filter }, principal, transaction }) => {
      const withAmounts = seesAmounts(senderOf(principal).view);
      const cursor = readCursor(after, z.tuple([periodText, z.string(), z.string()]));
      const lines = { mspId, ...filter, limit: limit + 1, after: cursor };
      const found = await transaction((trx) => ofMsp(trx, mspId, usageLines(trx, lines)));
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ period: of, line, key }) => [of, line.siteName, key],
          (line) => toJson(line, withAmounts),
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/findings',
    summary: 'List what reconciliation found at sites, the latest first',
    description:
      'With its evidence and what came of it. Whoever sees some tenants only, sees what was found for these. The partner team ' +
      'decides (`/v1/cases`); who decided and why stays there, as do cases about a whole statement.',
    tags,
    action: 'usage.read',
    params: byMsp,
    query: z.strictObject({
      ...PAGE_QUERY,
      programme: programmeCode.optional(),
      period: period.optional(),
      siteId: uuid.optional(),
      tenantId: uuid.optional(),
      state: caseState.optional(),
    }),
    responses: { 200: { description: 'A page of findings', schema: pageOf(siteFinding) } },
    handler: async ({ params: { mspId }, query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const findings = { mspId, ...filter, limit: limit + 1, after: cursor };
      const found = await transaction((trx) => ofMsp(trx, mspId, findingList(trx, findings)));
      return reply(
        200,
        toPage(
          found,
          limit,
          (row) => [row.foundAt, row.id],
          (row) => row,
        ),
      );
    },
  }),
];

/** Lines of a month for an MSP's service desk, in the columns that it wants. */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { findDeskColumns, putDeskColumns } from '../../db/parties/mspFormsStore.js';
import { factsOfAllTenants, type StatementFacts } from '../../db/readModels/tenantDocumentFacts.js';
import { ALL_DESK_COLUMNS, deskLines } from '../../domain/deskLines.js';
import { KontorError } from '../../domain/errors.js';
import { documentRows } from '../../domain/tenantDocument.js';
import { localeOf } from '../../locales/index.js';
import { deskLinesCsv } from '../../statements/index.js';
import { csvFormOf, csvQuery, csvReply } from '../csvReply.js';
import { requireMsp } from '../requireMsp.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { deskColumnsInput, deskColumnsShown } from '../schemas/tenantDocuments.js';

const tags = ['Tenant documents'] as const;
const byMsp = z.strictObject({ mspId: uuid });

const rowsOf = (facts: StatementFacts | undefined) => (facts === undefined ? [] : documentRows(facts));

export const deskLineRoutes = [
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/desk-columns',
    summary: 'Show the columns of the file for the service desk',
    description: 'All fields by their own names, until the MSP says otherwise.',
    tags,
    action: 'customerPrices.read',
    params: byMsp,
    responses: { 200: { description: 'The columns, in order', schema: deskColumnsShown } },
    handler: async ({ params: { mspId }, transaction }) => {
      const columns = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return findDeskColumns(trx, mspId);
      });
      return reply(200, { columns: columns ?? ALL_DESK_COLUMNS });
    },
  }),
  route({
    method: 'put',
    path: '/v1/msps/{mspId}/desk-columns',
    summary: 'Say which columns the service desk wants, in which order and by which names',
    tags,
    action: 'customerPrices.manage',
    params: byMsp,
    body: deskColumnsInput,
    responses: { 200: { description: 'The columns, in order', schema: deskColumnsShown } },
    handler: async ({ params: { mspId }, body: { columns }, actor, receivedAt, transaction }) => {
      await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        await putDeskColumns(trx, { mspId, columns, at: receivedAt, by: actor });
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'msp.deskColumnsSet',
          subject: `msp:${mspId}`,
          mspId,
          after: { columns },
        });
      });
      return reply(200, { columns });
    },
  }),
  route({
    method: 'get',
    path: '/v1/statements/{id}/desk-lines/csv',
    summary: 'Download the lines of a month for the service desk',
    description:
      'A record for each tenant or unit and meter: how much there is, how much there was the month before, the difference, and ' +
      "the amount at the MSP's own prices. Corrections of earlier months stand beside it. Licences for a term are not in it.",
    tags,
    action: 'customerPrices.read',
    params: z.strictObject({ id: uuid }),
    query: csvQuery,
    responses: { 200: { description: 'The lines', file: 'text/csv' } },
    handler: async ({ params, query, transaction }) => {
      const found = await transaction(async (trx) => {
        const facts = await factsOfAllTenants(trx, params.id);
        return facts && { ...facts, columns: await findDeskColumns(trx, facts.mspId) };
      });
      if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such statement.');
      const { facts, before, columns = ALL_DESK_COLUMNS } = found;
      const { statementNumber, period, locale, lists } = facts;
      const lines = deskLines(period, rowsOf(facts), rowsOf(before), lists);
      const file = { statementNumber, period, locale: localeOf(locale) };
      return csvReply(`${statementNumber}-desk`, deskLinesCsv(file, lines, columns, csvFormOf(query, locale)));
    },
  }),
];

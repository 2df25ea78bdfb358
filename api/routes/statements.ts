import { z } from 'zod';
import { findStatementMail, resendMail } from '../../db/outbox/resendMail.js';
import { statementList, type StatementSummary } from '../../db/readModels/statementList.js';
import { statementPdf } from '../../db/readModels/statementPdf.js';
import { loadStatements } from '../../db/statements/statementStore.js';
import { KontorError } from '../../domain/errors.js';
import { statementCsv, tenantTotalsCsv } from '../../statements/index.js';
import { csvFormOf, csvQuery, csvReply } from '../csvReply.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { fileReply, reply, route } from '../route.js';
import { period, periodText, programmeCode, uuid } from '../schemas/common.js';
import { resendInput, resentMail } from '../schemas/outbox.js';
import { statementTotals } from '../schemas/tenantDocuments.js';
import { breakDown, refsOf, totalsToJson } from '../statementTotals.js';
import { statement, statementSummary, toAmount, toStatementContent } from '../schemas/statements.js';

const byId = z.strictObject({ id: uuid });

function notFound(): KontorError {
  return new KontorError('NOT_FOUND', 'There is no such statement.');
}

function toJson(row: StatementSummary): z.input<typeof statementSummary> {
  const { totalMinor, currency, pdfSha256, pages, ...rest } = row;
  return {
    ...rest,
    total: toAmount(totalMinor, currency),
    document: pdfSha256 === null || pages === null ? null : { sha256: pdfSha256, pages },
  };
}

export const statementRoutes = [
  route({
    method: 'get',
    path: '/v1/statements',
    summary: 'List issued statements',
    description: 'An MSP sees its own, a distributor those of its MSPs.',
    tags: ['Statements'],
    action: 'statements.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      programme: programmeCode.optional(),
      period: period.optional(),
      mspId: uuid.optional(),
    }),
    responses: { 200: { description: 'A page of statements', schema: pageOf(statementSummary) } },
    handler: async ({ query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([periodText, z.string()]));
      const found = await transaction((trx) => statementList(trx, { ...filter, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(found, limit, (row) => [row.period, row.number], toJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/statements/{id}',
    summary: 'Show a statement with its lines, as frozen at issue',
    tags: ['Statements'],
    action: 'statements.read',
    params: byId,
    responses: { 200: { description: 'The statement', schema: statement } },
    handler: async ({ params, transaction }) => {
      const [found] = await transaction((trx) => loadStatements(trx, [params.id]));
      if (found === undefined) throw notFound();
      const { statementId: id, mspId, distributorId } = found;
      return reply(200, { id, mspId, distributorId, ...toStatementContent(found.statement) });
    },
  }),
  route({
    method: 'get',
    path: '/v1/statements/{id}/pdf',
    summary: 'Download the PDF',
    tags: ['Statements'],
    action: 'statements.read',
    params: byId,
    responses: { 200: { description: 'The document as it was mailed', file: 'application/pdf' } },
    handler: async ({ params, transaction }) => {
      const found = await transaction((trx) => statementPdf(trx, params.id));
      if (found === undefined) throw notFound();
      return fileReply(200, {
        file: found.pdf,
        contentType: 'application/pdf',
        filename: `${found.number}.pdf`,
        sha256: found.sha256,
      });
    },
  }),
  route({
    method: 'get',
    path: '/v1/statements/{id}/csv',
    summary: 'Download the lines as CSV',
    tags: ['Statements'],
    action: 'statements.read',
    params: byId,
    query: csvQuery,
    responses: { 200: { description: 'The lines', file: 'text/csv' } },
    handler: async ({ params, query, transaction }) => {
      const [found] = await transaction((trx) => loadStatements(trx, [params.id]));
      if (found === undefined) throw notFound();
      const { statement } = found;
      return csvReply(statement.number, statementCsv(statement, csvFormOf(query, statement.locale)));
    },
  }),
  route({
    method: 'get',
    path: '/v1/statements/{id}/tenants',
    summary: 'Show the statement broken down by tenant and unit',
    description:
      'As issued. Units and what is of none of them add up to the total. A minimum is divided by what each unit pays for its ' +
      'usage, a licence of a whole site by the use of it; what rounding leaves over goes to the largest remainders, and says so.',
    tags: ['Statements'],
    action: 'statements.read',
    params: byId,
    responses: { 200: { description: 'Its totals', schema: statementTotals } },
    handler: async ({ params, transaction }) => {
      const found = await transaction((trx) => breakDown(trx, params.id));
      if (found === undefined) throw notFound();
      return reply(200, totalsToJson(found));
    },
  }),
  route({
    method: 'get',
    path: '/v1/statements/{id}/tenants/csv',
    summary: 'Download the same as CSV',
    description:
      'A record for each unit and meter, and each part of a line of several units: they add up to the total.',
    tags: ['Statements'],
    action: 'statements.read',
    params: byId,
    query: csvQuery,
    responses: { 200: { description: 'The totals', file: 'text/csv' } },
    handler: async ({ params, query, transaction }) => {
      const found = await transaction((trx) => breakDown(trx, params.id));
      if (found === undefined) throw notFound();
      const { issued, totals, tree } = found;
      const { number, period, currency, locale } = issued.statement;
      const file = { number, period, currency, refs: refsOf(tree), totals };
      return csvReply(`${number}-tenants`, tenantTotalsCsv(file, csvFormOf(query, locale)));
    },
  }),
  route({
    method: 'post',
    path: '/v1/statements/{id}/resend',
    summary: 'Mail a statement to its MSP again',
    tags: ['Statements'],
    action: 'mail.resend',
    params: byId,
    body: resendInput,
    responses: { 202: { description: 'The mail is due', schema: resentMail } },
    handler: async ({ params, body, actor, receivedAt, requestId, transaction }) => {
      const resent = await transaction(async (trx) => {
        const id = await findStatementMail(trx, params.id);
        if (id === undefined) throw new KontorError('NOT_FOUND', 'No mail carried that statement.');
        return resendMail(trx, { id, reason: body.reason, actor, at: receivedAt, requestId });
      });
      return reply(202, resent);
    },
  }),
];

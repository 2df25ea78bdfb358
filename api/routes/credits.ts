import { z } from 'zod';
import type { Trx } from '../../db/connect.js';
import { correctionPdf } from '../../db/corrections/correctionDocumentStore.js';
import { loadCredits, type IssuedCredit } from '../../db/corrections/creditStore.js';
import { creditList, type CreditSummary } from '../../db/readModels/creditList.js';
import { KontorError } from '../../domain/errors.js';
import { creditCsv } from '../../statements/index.js';
import { csvFormOf, csvQuery, csvReply } from '../csvReply.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { fileReply, reply, route } from '../route.js';
import { day, period, programmeCode, uuid } from '../schemas/common.js';
import { credit, creditSummary } from '../schemas/corrections.js';
import { toAmount, toManualLine } from '../schemas/statements.js';

const tags = ['Corrections'] as const;
const byId = z.strictObject({ id: uuid });

async function requireCredit(trx: Trx, id: string): Promise<IssuedCredit> {
  const [found] = await loadCredits(trx, [id]);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such credit.');
  return found;
}

function toSummary({ totalMinor, currency, pdfSha256, pages, ...rest }: CreditSummary): z.input<typeof creditSummary> {
  return {
    ...rest,
    total: toAmount(totalMinor, currency),
    document: pdfSha256 === null || pages === null ? null : { sha256: pdfSha256, pages },
  };
}

export const creditRoutes = [
  route({
    method: 'get',
    path: '/v1/credits',
    summary: 'List credits, the latest first',
    description: 'An MSP sees its own, a distributor those to statements that it billed.',
    tags,
    action: 'statements.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      programme: programmeCode.optional(),
      period: period.optional(),
      mspId: uuid.optional(),
    }),
    responses: { 200: { description: 'A page of credits', schema: pageOf(creditSummary) } },
    handler: async ({ query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([day, z.string()]));
      const found = await transaction((trx) => creditList(trx, { ...filter, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(found, limit, (row) => [row.creditDate, row.number], toSummary),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/credits/{id}',
    summary: 'Show a credit with its line, as frozen',
    tags,
    action: 'statements.read',
    params: byId,
    responses: { 200: { description: 'The credit', schema: credit } },
    handler: async ({ params, transaction }) => {
      const {
        id,
        mspId,
        distributorId,
        statementId,
        credit: frozen,
      } = await transaction((trx) => requireCredit(trx, params.id));
      const { lines, totalMinor, ...head } = frozen;
      return reply(200, {
        ...{ id, mspId, distributorId, statementId, ...head },
        lines: lines.map((line) => toManualLine(line, frozen.currency)),
        total: toAmount(totalMinor, frozen.currency),
      });
    },
  }),
  route({
    method: 'get',
    path: '/v1/credits/{id}/pdf',
    summary: 'Download the PDF of a credit',
    tags,
    action: 'statements.read',
    params: byId,
    responses: { 200: { description: 'The document as it was mailed', file: 'application/pdf' } },
    handler: async ({ params, transaction }) => {
      const found = await transaction(async (trx) => {
        const { correctionId, credit: frozen } = await requireCredit(trx, params.id);
        const document = await correctionPdf(trx, correctionId);
        return document && { ...document, number: frozen.number };
      });
      if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such credit.');
      const { pdf: file, sha256, number } = found;
      return fileReply(200, { file, sha256, contentType: 'application/pdf', filename: `${number}.pdf` });
    },
  }),
  route({
    method: 'get',
    path: '/v1/credits/{id}/csv',
    summary: 'Download the lines of a credit as CSV',
    tags,
    action: 'statements.read',
    params: byId,
    query: csvQuery,
    responses: { 200: { description: 'The lines', file: 'text/csv' } },
    handler: async ({ params, query, transaction }) => {
      const { credit: frozen } = await transaction((trx) => requireCredit(trx, params.id));
      return csvReply(frozen.number, creditCsv(frozen, csvFormOf(query, frozen.locale)));
    },
  }),
];

import { z } from 'zod';
import { billingPackFiles, type BillingPackFiles } from '../../db/readModels/billingPackFiles.js';
import { billingPackList, type BillingPackSummary } from '../../db/readModels/billingPackList.js';
import { KontorError } from '../../domain/errors.js';
import { csvReply } from '../csvReply.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { fileReply, reply, route } from '../route.js';
import { amount, cursorNumber, instant, period, periodText, programmeCode, uuid } from '../schemas/common.js';
import { toAmount } from '../schemas/statements.js';

const packed = z.array(z.strictObject({ id: uuid, number: z.string(), mspId: uuid, total: amount }));

const billingPack = z
  .strictObject({
    id: uuid,
    distributorId: uuid,
    distributorCode: z.string(),
    programme: z.string(),
    period: periodText,
    supplement: z.int().meta({ description: '0 came with the run; higher ones carry what was settled later' }),
    madeAt: instant,
    acknowledgedAt: instant.nullable(),
    questioned: z.boolean().meta({ description: 'A question about it waits for an answer' }),
    summarySha256: z.string(),
    statements: packed,
    credits: packed.meta({
      description: 'Issued since the distributor’s pack before this one; in its totals they are deducted',
    }),
  })
  .meta({ id: 'BillingPack' });

const byId = z.strictObject({ id: uuid });

function notFound(): KontorError {
  return new KontorError('NOT_FOUND', 'There is no such billing pack.');
}

function toJson({ statements, credits, ...pack }: BillingPackSummary): z.input<typeof billingPack> {
  const documents = (packs: BillingPackSummary['statements']) =>
    packs.map(({ totalMinor, currency, ...document }) => ({
      ...document,
      total: toAmount(BigInt(totalMinor), currency),
    }));
  return { ...pack, statements: documents(statements), credits: documents(credits) };
}

function baseName({ programme, distributorCode, period: month, supplement }: BillingPackFiles): string {
  return `${programme}-${distributorCode}-${month}${supplement === 0 ? '' : `-${supplement}`}`;
}

export const billingPackRoutes = [
  route({
    method: 'get',
    path: '/v1/billing-packs',
    summary: 'List billing packs',
    description: 'A distributor sees its own.',
    tags: ['Billing packs'],
    action: 'packs.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      programme: programmeCode.optional(),
      period: period.optional(),
      distributorId: uuid.optional(),
    }),
    responses: { 200: { description: 'A page of packs', schema: pageOf(billingPack) } },
    handler: async ({ query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([periodText, z.string(), z.string(), cursorNumber]));
      const found = await transaction((trx) => billingPackList(trx, { ...filter, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(found, limit, (pack) => [pack.period, pack.programme, pack.distributorCode, pack.supplement], toJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/billing-packs/{id}',
    summary: 'Show a billing pack',
    tags: ['Billing packs'],
    action: 'packs.read',
    params: byId,
    responses: { 200: { description: 'The pack', schema: billingPack } },
    handler: async ({ params, transaction }) => {
      const [found] = await transaction((trx) => billingPackList(trx, { id: params.id, limit: 1 }));
      if (found === undefined) throw notFound();
      return reply(200, toJson(found));
    },
  }),
  route({
    method: 'get',
    path: '/v1/billing-packs/{id}/summary.pdf',
    summary: 'Download the summary',
    tags: ['Billing packs'],
    action: 'packs.read',
    params: byId,
    responses: { 200: { description: 'The summary as it was mailed', file: 'application/pdf' } },
    handler: async ({ params, transaction }) => {
      const found = await transaction((trx) => billingPackFiles(trx, params.id));
      if (found === undefined) throw notFound();
      return fileReply(200, {
        file: found.summaryPdf,
        contentType: 'application/pdf',
        filename: `${baseName(found)}-summary.pdf`,
        sha256: found.summarySha256,
      });
    },
  }),
  route({
    method: 'get',
    path: '/v1/billing-packs/{id}/lines.csv',
    summary: 'Download the lines of its statements and credits as CSV',
    tags: ['Billing packs'],
    action: 'packs.read',
    params: byId,
    responses: { 200: { description: 'The lines as they were mailed', file: 'text/csv' } },
    handler: async ({ params, transaction }) => {
      const found = await transaction((trx) => billingPackFiles(trx, params.id));
      if (found === undefined) throw notFound();
      return csvReply(`${baseName(found)}-lines`, found.linesCsv);
    },
  }),
];

/** A document for each tenant of an issued month, at the MSP's own prices, for the MSP and, once released, for its customers. */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { findRegistration } from '../../db/programmes/participationStore.js';
import { areDocumentsReleased, setDocumentsReleased } from '../../db/programmes/documentReleaseStore.js';
import { tenantDocumentFacts } from '../../db/readModels/tenantDocumentFacts.js';
import { tenantDocumentList } from '../../db/readModels/tenantDocumentList.js';
import { KontorError } from '../../domain/errors.js';
import { tenantDocument as documentOf, type TenantDocument } from '../../domain/tenantDocument.js';
import { tenantDocumentCsv } from '../../statements/index.js';
import { csvFormOf, csvQuery, csvReply } from '../csvReply.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { requireMsp } from '../requireMsp.js';
import { fileReply, reply, route } from '../route.js';
import { period, periodText, programmeCode, uuid } from '../schemas/common.js';
import { documentRelease, tenantDocument } from '../schemas/tenantDocuments.js';

const tags = ['Tenant documents'] as const;
const byDocument = z.strictObject({ id: uuid, tenantId: uuid });
const byProgramme = z.strictObject({ mspId: uuid, programme: programmeCode });

/** A document of more is beyond what a thread may use, and beyond what people read. */
const MOST_LINES = 5_000;

const description =
  "The quantities of the MSP's issued statement, of the tenant and the units below it, at the MSP's own prices: no invoice, but " +
  'what the MSP writes one from. Credits of the statement are in it, and its latest revision. Customers read it once the MSP ' +
  'has released its documents.';

async function requireDocument(trx: Trx, { id, tenantId }: z.output<typeof byDocument>): Promise<TenantDocument> {
  const facts = await tenantDocumentFacts(trx, { statementId: id, tenantId });
  if (facts === undefined) throw new KontorError('NOT_FOUND', 'There is no such document.');
  return documentOf(facts);
}

/** For a file's name: a reference may have any character. */
const nameOf = ({ statementNumber }: TenantDocument, tenantId: string) => `${statementNumber}-${tenantId}`;

async function requireParticipation(trx: Trx, { mspId, programme }: z.output<typeof byProgramme>): Promise<void> {
  await requireMsp(trx, mspId);
  const found = await findRegistration(trx, programme, mspId);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such participation.');
}

export const tenantDocumentRoutes = [
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/tenant-documents',
    summary: 'List the tenants that have a document of an issued month, the latest month first',
    description: 'Each tenant and unit with lines of its own or below it. To customers what the MSP has released.',
    tags,
    action: 'tenantDocuments.read',
    params: z.strictObject({ mspId: uuid }),
    query: z.strictObject({
      ...PAGE_QUERY,
      programme: programmeCode.optional(),
      period: period.optional(),
      tenantId: uuid.optional(),
    }),
    responses: { 200: { description: 'A page of documents', schema: pageOf(tenantDocument) } },
    handler: async ({ params: { mspId }, query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([periodText, z.string(), z.string()]));
      const found = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return tenantDocumentList(trx, { mspId, ...filter, limit: limit + 1, after: cursor });
      });
      return reply(
        200,
        toPage(
          found,
          limit,
          (row) => [row.period, row.number, row.tenantRef],
          (row) => row,
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/statements/{id}/tenants/{tenantId}/pdf',
    summary: "Download a tenant's document as PDF",
    description: `${description} Equal facts give equal bytes. BATCH_TOO_LARGE over ${MOST_LINES} lines: take the CSV.`,
    tags,
    action: 'tenantDocuments.read',
    params: byDocument,
    responses: { 200: { description: 'The document', file: 'application/pdf' } },
    handler: async ({ params, deps, transaction }) => {
      const document = await transaction((trx) => requireDocument(trx, params));
      const lines = document.rows.length;
      if (lines > MOST_LINES) {
        throw new KontorError(
          'BATCH_TOO_LARGE',
          `This document has ${lines} lines, a PDF at most ${MOST_LINES}: take it as CSV, or unit by unit.`,
        );
      }
      const { bytes, sha256 } = await deps.render.renderTenantDocument(document);
      return fileReply(200, {
        file: Buffer.from(bytes),
        contentType: 'application/pdf',
        filename: `${nameOf(document, params.tenantId)}.pdf`,
        sha256,
      });
    },
  }),
  route({
    method: 'get',
    path: '/v1/statements/{id}/tenants/{tenantId}/csv',
    summary: 'Download the same as CSV',
    description,
    tags,
    action: 'tenantDocuments.read',
    params: byDocument,
    query: csvQuery,
    responses: { 200: { description: 'A record for each line', file: 'text/csv' } },
    handler: async ({ params, query, transaction }) => {
      const document = await transaction((trx) => requireDocument(trx, params));
      return csvReply(
        nameOf(document, params.tenantId),
        tenantDocumentCsv(document, csvFormOf(query, document.locale)),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/tenant-documents/{programme}/release',
    summary: 'Show whether customers read the documents of their tenants',
    tags,
    action: 'customerPrices.read',
    params: byProgramme,
    responses: { 200: { description: 'Whether they do', schema: documentRelease } },
    handler: async ({ params, transaction }) => {
      const released = await transaction(async (trx) => {
        await requireParticipation(trx, params);
        return areDocumentsReleased(trx, params);
      });
      return reply(200, { released });
    },
  }),
  route({
    method: 'put',
    path: '/v1/msps/{mspId}/tenant-documents/{programme}/release',
    summary: 'Say whether customers read the documents of their tenants',
    description: 'Of all months of the programme, those before too. At first they do not.',
    tags,
    action: 'customerPrices.manage',
    params: byProgramme,
    body: documentRelease,
    responses: { 200: { description: 'Whether they do', schema: documentRelease } },
    handler: async ({ params, body: { released }, actor, receivedAt, transaction }) => {
      await transaction(async (trx) => {
        await requireParticipation(trx, params);
        if (!(await setDocumentsReleased(trx, { ...params, released, at: receivedAt, by: actor }))) return;
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'tenantDocuments.released',
          subject: `msp:${params.mspId}`,
          mspId: params.mspId,
          after: { programme: params.programme, released },
        });
      });
      return reply(200, { released });
    },
  }),
];

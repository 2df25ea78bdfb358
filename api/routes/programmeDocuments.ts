import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import {
  findDocument,
  listDocuments,
  publishDocument,
  withdrawDocument,
  type Audience,
} from '../../db/programmes/documentStore.js';
import { audiencesOf } from '../../db/readModels/documentAudience.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { DOCUMENT_BODY_BYTES } from '../http/limits.js';
import { isPartnerTeam, type Principal } from '../principal.js';
import { requireProgramme } from '../requireProgramme.js';
import { emptyReply, fileReply, reply, route } from '../route.js';
import { programmeCode } from '../schemas/common.js';
import { documentInput, documentName, language, programmeDocument } from '../schemas/programmeDocuments.js';

const tags = ['Programme documents'] as const;
const byProgramme = z.strictObject({ programme: programmeCode });
const byDocument = z.strictObject({ programme: programmeCode, name: documentName, language });

function noDocument(): KontorError {
  return new KontorError('NOT_FOUND', 'There is no such document for you.');
}

async function requireAudiences(trx: Trx, programme: string, principal: Principal): Promise<Audience[]> {
  const audiences = principal.kind === 'public' ? undefined : await audiencesOf(trx, programme, principal);
  if (audiences === undefined) {
    throw new KontorError('NOT_FOUND', `There is no programme "${programme}" in which you take part.`);
  }
  return audiences;
}

export const programmeDocumentRoutes = [
  route({
    method: 'put',
    path: '/v1/programmes/{programme}/documents/{name}/{language}',
    summary: 'Publish the next version of a programme document',
    description: 'The same content, title, type and audience as the version in force publishes nothing.',
    tags,
    action: 'documents.manage',
    params: byDocument,
    body: documentInput,
    bodyLimit: DOCUMENT_BODY_BYTES,
    responses: { 200: { description: 'The version in force', schema: programmeDocument } },
    handler: async ({ params, body: { contentBase64, ...body }, actor, receivedAt, transaction }) => {
      const content = Buffer.from(contentBase64, 'base64');
      const published = await transaction(async (trx) => {
        await requireProgramme(trx, params.programme);
        const before = await findDocument(trx, params);
        const document = { ...params, ...body, content, publishedAt: receivedAt, publishedBy: actor };
        const after = await publishDocument(trx, document);
        if (after.version === before?.version) return after;
        const { version, audience, title, contentType, sha256 } = after;
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'programme.documentPublished',
          subject: `programme:${params.programme}`,
          after: {
            ...{ name: params.name, language: params.language },
            ...{ version, audience, title, contentType, sha256, bytes: content.length },
          },
        });
        return after;
      });
      return reply(200, published);
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/documents',
    summary: 'List the documents of a programme that you may read',
    description:
      'Approved MSPs, distributors of the programme and the partner team. `all`: every version, to the team.',
    tags,
    action: 'software.download',
    params: byProgramme,
    query: z.strictObject({ versions: z.enum(['latest', 'all']).default('latest') }),
    responses: {
      200: { description: 'The documents', schema: z.strictObject({ items: z.array(programmeDocument) }) },
    },
    handler: async ({ params: { programme }, query: { versions }, principal, transaction }) => {
      if (versions === 'all' && !isPartnerTeam(principal)) {
        throw fieldError('FORBIDDEN', 'versions', 'Only the partner team lists versions that are not in force.');
      }
      const items = await transaction(async (trx) => {
        const audiences = await requireAudiences(trx, programme, principal);
        return listDocuments(trx, { programme, audiences, allVersions: versions === 'all' });
      });
      return reply(200, { items });
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/documents/{name}/{language}',
    summary: 'Download a programme document',
    description: 'The version in force; with `version` that one, to the partner team.',
    tags,
    action: 'software.download',
    params: byDocument,
    query: z.strictObject({
      version: z
        .string()
        .regex(/^[1-9][0-9]{0,5}$/, 'A number')
        .transform(Number)
        .optional()
        .meta({ type: 'integer' }),
    }),
    responses: { 200: { description: 'The document', file: 'application/octet-stream' } },
    handler: async ({ params, query: { version }, principal, transaction }) => {
      if (version !== undefined && !isPartnerTeam(principal)) {
        throw fieldError('FORBIDDEN', 'version', 'Only the partner team reads versions that are not in force.');
      }
      const found = await transaction(async (trx) => {
        const audiences = await requireAudiences(trx, params.programme, principal);
        const document = await findDocument(trx, { ...params, version });
        return document !== undefined && audiences.includes(document.audience) ? document : undefined;
      });
      if (found === undefined) throw noDocument();
      const { content, contentType, sha256, name } = found;
      return fileReply(200, { file: content, contentType, filename: name, sha256 });
    },
  }),
  route({
    method: 'delete',
    path: '/v1/programmes/{programme}/documents/{name}/{language}',
    summary: 'Withdraw a programme document in one language',
    description: 'Every version. Its content stays on record.',
    tags,
    action: 'documents.manage',
    params: byDocument,
    responses: { 204: { description: 'Withdrawn' } },
    handler: async ({ params, actor, receivedAt, transaction }) => {
      await transaction(async (trx) => {
        await requireProgramme(trx, params.programme);
        if (!(await withdrawDocument(trx, { ...params, at: receivedAt }))) throw noDocument();
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'programme.documentWithdrawn',
          subject: `programme:${params.programme}`,
          before: { name: params.name, language: params.language },
        });
      });
      return emptyReply(204);
    },
  }),
];

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL } from '../../db/connect.js';
import {
  findProgramme,
  findProgrammeDocument,
  listProgrammeDocuments,
  putProgramme,
  putProgrammeDocument,
} from '../../db/programmes/programmeStore.js';
import { KontorError } from '../../domain/errors.js';
import { DOCUMENT_BODY_BYTES } from '../http/limits.js';
import { fileReply, reply, route } from '../route.js';
import {
  documentInput,
  filename,
  programme,
  programmeCode,
  programmeDocument,
  programmeInput,
  toSettings,
} from '../schemas/programmes.js';

const byCode = z.strictObject({ code: programmeCode });
const byFilename = z.strictObject({ code: programmeCode, filename });

export const programmeRoutes = [
  route({
    method: 'put',
    path: '/v1/programmes/{code}',
    summary: 'Set a programme',
    tags: ['Programmes'],
    roles: ['partner_team'],
    params: byCode,
    body: programmeInput,
    responses: { 200: { description: 'The programme as it is now', schema: programme } },
    handler: async ({ params, body, principal, receivedAt, transaction }) => {
      const { name, zone, vendor } = body;
      const after = { code: params.code, name, zone, vendor, settings: toSettings(body.settings) };
      await transaction(async (trx) => {
        const before = await putProgramme(trx, after);
        await appendAudit(trx, {
          at: receivedAt,
          actor: principal.name,
          action: 'programme.set',
          subject: `programme:${params.code}`,
          before,
          after,
        });
      });
      return reply(200, after);
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{code}',
    summary: 'Show a programme',
    tags: ['Programmes'],
    roles: ['partner_team'],
    params: byCode,
    responses: { 200: { description: 'The programme', schema: programme } },
    handler: async ({ params, transaction }) => {
      const found = await transaction((trx) => findProgramme(trx, params.code));
      if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such programme.');
      return reply(200, found);
    },
  }),
  route({
    method: 'put',
    path: '/v1/programmes/{code}/documents/{filename}',
    summary: 'Set a programme document',
    tags: ['Programmes'],
    roles: ['partner_team'],
    params: byFilename,
    body: documentInput,
    bodyLimit: DOCUMENT_BODY_BYTES,
    responses: { 200: { description: 'The document as it is now', schema: programmeDocument } },
    handler: async ({ params, body, principal, receivedAt, transaction }) => {
      const content = Buffer.from(body.contentBase64, 'base64');
      const document = { filename: params.filename, title: body.title, contentType: body.contentType };
      await transaction(async (trx) => {
        if ((await findProgramme(trx, params.code)) === undefined) {
          throw new KontorError('NOT_FOUND', 'There is no such programme.');
        }
        await putProgrammeDocument(trx, { programmeCode: params.code, ...document, content });
        await appendAudit(trx, {
          at: receivedAt,
          actor: principal.name,
          action: 'programme.documentSet',
          subject: `programme:${params.code}`,
          after: { ...document, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') },
        });
      });
      return reply(200, document);
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{code}/documents',
    summary: 'List the documents of a programme',
    tags: ['Programmes'],
    roles: 'public',
    params: byCode,
    responses: {
      200: { description: 'The documents', schema: z.strictObject({ items: z.array(programmeDocument) }) },
    },
    handler: async ({ deps, params }) => {
      const items = await deps.db.transaction(ALL, (trx) => listProgrammeDocuments(trx, params.code));
      return reply(200, { items: items.map((item) => programmeDocument.parse(item)) });
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{code}/documents/{filename}',
    summary: 'Download a programme document',
    tags: ['Programmes'],
    roles: 'public',
    params: byFilename,
    responses: { 200: { description: 'The document', file: 'application/octet-stream' } },
    handler: async ({ deps, params }) => {
      const found = await deps.db.transaction(ALL, (trx) => findProgrammeDocument(trx, params.code, params.filename));
      if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such document.');
      const sha256 = createHash('sha256').update(found.content).digest('hex');
      const { content, contentType } = found;
      return fileReply(200, { file: content, contentType, filename: found.filename, sha256 });
    },
  }),
];

import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { auditTrail } from '../../db/readModels/auditTrail.js';
import { refusedMessages } from '../../db/readModels/refusedMessages.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { cursorInstant, instant, period, rowId, uuid } from '../schemas/common.js';

const auditEvent = z
  .strictObject({
    id: z.string(),
    at: instant,
    actor,
    action: z.string(),
    subject: z.string(),
    mspId: uuid.nullable(),
    before: z.unknown(),
    after: z.unknown(),
    reason: z.string().nullable(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEvent' });

const refusedMessage = z
  .strictObject({
    id: z.string(),
    receivedAt: instant,
    code: z.string(),
    detail: z.string(),
    claimedPeriod: z.string().nullable(),
    claimedSite: z.string().nullable(),
    keyFingerprint: z.string().nullable(),
    mspId: uuid.nullable(),
  })
  .meta({ id: 'RefusedMessage', description: 'What it claims is not proven' });

const short = z.string().min(1).max(200);

export const auditRoutes = [
  route({
    method: 'get',
    path: '/v1/audit',
    summary: 'Read the audit trail, the latest first',
    tags: ['Audit'],
    action: 'audit.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      subject: short.optional().meta({ example: 'case:0198f0c0-0000-7000-8000-000000000000' }),
      actor: short.optional().meta({ description: 'The id of a person, a service account or a site' }),
      companyId: uuid.optional(),
      from: cursorInstant.optional(),
      until: cursorInstant.optional().meta({ description: 'Exclusive' }),
    }),
    responses: { 200: { description: 'A page of events', schema: pageOf(auditEvent) } },
    handler: async ({ query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([rowId]));
      const found = await transaction((trx) => auditTrail(trx, { ...filter, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ id }) => [id],
          (event) => event,
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/refused-messages',
    summary: 'List messages of sites that were refused',
    description: 'Counted nowhere. `period` is the period the message claimed to be about.',
    tags: ['Audit'],
    action: 'runs.read',
    query: z.strictObject({ ...PAGE_QUERY, period: period.optional(), code: short.optional() }),
    responses: { 200: { description: 'A page of messages', schema: pageOf(refusedMessage) } },
    handler: async ({ query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([rowId]));
      const found = await transaction((trx) => refusedMessages(trx, { ...filter, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ id }) => [id],
          (message) => message,
        ),
      );
    },
  }),
];

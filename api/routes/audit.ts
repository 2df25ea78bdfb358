import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { auditTrail } from '../../db/readModels/auditTrail.js';
import { refusedClaims } from '../../db/readModels/refusedClaims.js';
import { refusedMessages } from '../../db/readModels/refusedMessages.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { cursorInstant, day, instant, period, rowId, uuid } from '../schemas/common.js';

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
    mspId: uuid,
  })
  .meta({ id: 'RefusedMessage' });

const refusedClaimsOfDay = z
  .strictObject({
    day,
    code: z.string(),
    programme: z.string().nullable().meta({ description: 'Of the site they named; null: of none that exists' }),
    claimedPeriod: z.string().nullable(),
    attempts: z.int(),
    lastAt: instant,
    lastFingerprint: z.string().nullable(),
  })
  .meta({ id: 'RefusedClaims' });

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
    description:
      'Their senders were proven, by signature or key; they are counted nowhere. `period` is the period the message claimed to be about.',
    tags: ['Audit'],
    action: 'runs.inspect',
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
  route({
    method: 'get',
    path: '/v1/refused-claims',
    summary: 'How many messages were refused from senders that proved nothing',
    description:
      'Made-up signatures and keys, which anybody can send, by UTC day, reason, programme and period claimed; also what a ' +
      'site was refused beyond the number that is written down an hour.',
    tags: ['Audit'],
    action: 'runs.inspect',
    query: z.strictObject({ ...PAGE_QUERY, period: period.optional(), code: short.optional() }),
    responses: { 200: { description: 'A page of counters', schema: pageOf(refusedClaimsOfDay) } },
    handler: async ({ query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([day, z.string(), z.string(), z.string()]));
      const found = await transaction((trx) => refusedClaims(trx, { ...filter, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(
          found,
          limit,
          (row) => [row.day, row.code, row.programme ?? '', row.claimedPeriod ?? ''],
          (row) => row,
        ),
      );
    },
  }),
];

/** Rule 15: what is kept no longer, legal holds, and people who are named no more. */
import { z } from 'zod';
import { listRestrictions } from '../../db/access/restrictionStore.js';
import { dueNow } from '../../db/retention/dueNow.js';
import { endHold, setHold } from '../../db/retention/changeHold.js';
import { listHolds } from '../../db/retention/holdStore.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { restrict } from '../restrict.js';
import { reply, route } from '../route.js';
import { cursorInstant, uuid } from '../schemas/common.js';
import { reasonInput } from '../schemas/participations.js';
import { legalHold, legalHoldInput, restriction, restrictionInput, retentionDue } from '../schemas/retention.js';

const tags = ['Retention'] as const;
const cursor = z.tuple([cursorInstant, uuid]);

export const retentionRoutes = [
  route({
    method: 'get',
    path: '/v1/retention',
    summary: 'Show what is kept no longer, class by class, and what legal holds keep',
    description:
      'A preview: each night it is removed (rule 15). What belongs to no single programme is kept as long as by the programme that keeps it longest.',
    tags,
    action: 'retention.read',
    responses: { 200: { description: 'Every class', schema: z.strictObject({ items: z.array(retentionDue) }) } },
    handler: async ({ receivedAt, transaction }) =>
      reply(200, { items: await transaction((trx) => dueNow(trx, receivedAt)) }),
  }),
  route({
    method: 'get',
    path: '/v1/legal-holds',
    summary: 'List legal holds, the latest first, those that were lifted included',
    tags,
    action: 'retention.read',
    query: z.strictObject({ ...PAGE_QUERY, which: z.enum(['standing', 'all']).default('all') }),
    responses: { 200: { description: 'A page of holds', schema: pageOf(legalHold) } },
    handler: async ({ query: { limit, after, which }, transaction }) => {
      const found = await transaction((trx) =>
        listHolds(trx, { standing: which === 'standing', limit: limit + 1, after: readCursor(after, cursor) }),
      );
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ setAt, id }) => [setAt, id],
          (hold) => hold,
        ),
      );
    },
  }),
  route({
    method: 'post',
    path: '/v1/legal-holds',
    summary: 'Hold a company, a programme or everything: nothing of it is removed or erased until the hold is lifted',
    description: 'STATE_CONFLICT where one over the same stands.',
    tags,
    action: 'retention.manage',
    body: legalHoldInput,
    responses: { 201: { description: 'The hold', schema: legalHold } },
    handler: async ({ body, actor, receivedAt: at, requestId: id, transaction }) => {
      const { companyId = null, programme = null, reason } = body;
      const change = { id, reason, at, actor };
      const hold = await transaction((trx) => setHold(trx, { companyId, programme }, change));
      return reply(201, hold);
    },
  }),
  route({
    method: 'post',
    path: '/v1/legal-holds/{holdId}/lift',
    summary: 'Lift a legal hold: what is kept no longer goes with the next removal',
    tags,
    action: 'retention.manage',
    params: z.strictObject({ holdId: uuid }),
    body: reasonInput,
    responses: { 200: { description: 'The hold as it is now', schema: legalHold } },
    handler: async ({ params: { holdId: id }, body: { reason }, actor, receivedAt: at, transaction }) => {
      return reply(200, await transaction((trx) => endHold(trx, { id, reason, at, actor })));
    },
  }),
  route({
    method: 'get',
    path: '/v1/restrictions',
    summary: 'List who is restricted, since when and until when, the latest first',
    tags,
    action: 'restrictions.manage',
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of restrictions', schema: pageOf(restriction) } },
    handler: async ({ query: { limit, after }, transaction }) => {
      const found = await transaction((trx) =>
        listRestrictions(trx, { limit: limit + 1, after: readCursor(after, cursor) }),
      );
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ since, id }) => [since, id],
          (each) => each,
        ),
      );
    },
  }),
  route({
    method: 'post',
    path: '/v1/restrictions',
    summary: 'Restrict a person, a contact or an applicant who asks to be erased',
    description:
      'From now on she is named nowhere, her login, sessions and tokens have ended, and no mail goes to her address. Issued ' +
      'documents and the audit trail keep what they hold until their period ends. Again gives the restriction that there is. ' +
      'STATE_CONFLICT for the last administrator of a company (let there be another first), under a legal hold, and for an ' +
      'address at which a partner team reads its mail.',
    tags,
    action: 'restrictions.manage',
    body: restrictionInput,
    responses: { 201: { description: 'The restriction', schema: restriction } },
    handler: async ({ body: { personId, address, reason }, actor, receivedAt: at, requestId: id, transaction }) => {
      const who = personId === undefined ? { address: address ?? '' } : { personId };
      return reply(201, await transaction((trx) => restrict(trx, who, { id, reason, at, actor })));
    },
  }),
];

import { z } from 'zod';
import { resendMail } from '../../db/outbox/resendMail.js';
import { MAIL_STATES, outboxList } from '../../db/readModels/outboxList.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { email, period, programmeCode, rowId } from '../schemas/common.js';
import { mail, resendInput, resentMail } from '../schemas/outbox.js';

export const outboxRoutes = [
  route({
    method: 'get',
    path: '/v1/outbox',
    summary: 'List mails, the latest first',
    tags: ['Mail'],
    action: 'mail.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      state: z.enum(MAIL_STATES).optional(),
      programme: programmeCode.optional(),
      period: period.optional(),
      recipient: email.optional(),
    }),
    responses: { 200: { description: 'A page of mails', schema: pageOf(mail) } },
    handler: async ({ query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([rowId]));
      const found = await transaction((trx) => outboxList(trx, { ...filter, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ id }) => [id],
          (row) => row,
        ),
      );
    },
  }),
  route({
    method: 'post',
    path: '/v1/outbox/{id}/resend',
    summary: 'Send a mail again',
    description:
      'A mail that no relay has accepted (refused, or parked) becomes due again under the same Message-ID. Of one that was accepted, or may have been, a ' +
      'copy is made, with a Message-ID of its own.',
    tags: ['Mail'],
    action: 'mail.resend',
    params: z.strictObject({ id: rowId }),
    body: resendInput,
    responses: { 202: { description: 'The mail is due', schema: resentMail } },
    handler: async ({ params, body, actor, receivedAt, requestId, transaction }) => {
      const { reason } = body;
      const resent = await transaction((trx) =>
        resendMail(trx, { id: params.id, reason, actor, at: receivedAt, requestId }),
      );
      return reply(202, resent);
    },
  }),
];

import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ALL } from '../../db/connect.js';
import { listWaiting } from '../../db/programmes/waitingList.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { requireProgramme } from '../requireProgramme.js';
import { reply, route } from '../route.js';
import { cursorText, programmeCode, uuid } from '../schemas/common.js';
import { ownWish, waiting, waitingInput, waitingLink, waitingNoted } from '../schemas/territories.js';
import { askToBeTold } from '../waiting/askToBeTold.js';
import { confirmWish, withdrawWish } from '../waiting/byLink.js';

const tags = ['Territories'] as const;
const byProgramme = z.strictObject({ programme: programmeCode });

/** The answer comes after this long, longer than the work takes: its time tells nothing. */
const ASKED_MS = 400;

export const waitingListRoutes = [
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/waiting-list',
    summary: 'Ask to be told when a programme opens in a country',
    description:
      'The address gets a mail with a link; once that is used it waits, and is told once, by mail. The answer is the same ' +
      'where it waits already. STATE_CONFLICT where the country is open: register. RATE_LIMITED on `/email` where that ' +
      'address was named three times within a day.',
    tags,
    action: 'public',
    namesStrangers: true,
    params: byProgramme,
    body: waitingInput,
    responses: { 202: { description: 'Noted; the address is to be confirmed', schema: waitingNoted } },
    handler: async ({ params: { programme }, body, actor, receivedAt: at, deps }) => {
      await Promise.all([askToBeTold(deps, { programme, ...body }, { at, actor }), pause(ASKED_MS)]);
      return reply(202, { programme, country: body.country });
    },
  }),
  route({
    method: 'post',
    path: '/v1/waiting-list/confirm',
    summary: 'Confirm the wish to be told, by the link in its mail',
    description: 'The link stays good until it is told, to withdraw the wish.',
    tags,
    action: 'public',
    guessable: true,
    body: waitingLink,
    responses: { 200: { description: 'It waits', schema: ownWish } },
    handler: async ({ deps, body, receivedAt }) =>
      reply(200, await deps.db.transaction(ALL, (trx) => confirmWish(trx, body.link, receivedAt))),
  }),
  route({
    method: 'post',
    path: '/v1/waiting-list/withdraw',
    summary: 'Withdraw the wish to be told, by the link in its mail',
    tags,
    action: 'public',
    guessable: true,
    body: waitingLink,
    responses: { 200: { description: 'It waits no more', schema: ownWish } },
    handler: async ({ deps, body, receivedAt }) =>
      reply(200, await deps.db.transaction(ALL, (trx) => withdrawWish(trx, body.link, receivedAt))),
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/waiting-list',
    summary: 'List who waits for a programme or was told, the first to ask first',
    description: 'Addresses that nobody has confirmed are listed apart, as long as that may still be done.',
    tags,
    action: 'territories.read',
    params: byProgramme,
    query: z.strictObject({ ...PAGE_QUERY, state: z.enum(['confirmed', 'unconfirmed']).default('confirmed') }),
    responses: { 200: { description: 'A page of the list', schema: pageOf(waiting) } },
    handler: async ({ params: { programme }, query: { limit, after, state }, receivedAt: at, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorText, uuid]));
      const wanted = { programme, unconfirmed: state === 'unconfirmed', at, limit: limit + 1, after: cursor };
      const found = await transaction(async (trx) => {
        await requireProgramme(trx, programme);
        return listWaiting(trx, wanted);
      });
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ askedAt, id }) => [askedAt, id],
          (item) => item,
        ),
      );
    },
  }),
];

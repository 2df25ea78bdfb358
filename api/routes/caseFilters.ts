/** Lists of cases as their readers want to see them, and what there is to do in numbers. */
import { z } from 'zod';
import {
  countFilters,
  deleteFilter,
  insertFilter,
  savedFilters,
  updateFilter,
  type FilterReader,
  type SavedFilter,
} from '../../db/access/savedFilterStore.js';
import type { Sender } from '../../db/access/senderStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { deskWorkList, teamWorkList } from '../../db/readModels/workList.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { sideOf, type Holder } from '../../domain/serviceDesk.js';
import { filterReader } from '../cases/savedQuery.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { validate } from '../http/validation.js';
import { senderOf, type Principal } from '../principal.js';
import { requireFilters } from '../requireFilters.js';
import { emptyReply, reply, route } from '../route.js';
import { CASE_FILTERS } from '../schemas/cases.js';
import { cursorInstant, programmeCode, uuid } from '../schemas/common.js';
import { caseFilter, caseFilterChange, DESK_FILTERS, newCaseFilter, workList } from '../schemas/desk.js';

const tags = ['Service desk'] as const;
const byId = z.strictObject({ id: uuid });

/** What one person keeps. */
const MOST_FILTERS = 100;

/** Filters are a person's own: FORBIDDEN for a service account. */
function personOf(principal: Principal): Sender {
  const sender = senderOf(principal);
  if (sender.kind === 'person') return sender;
  throw new KontorError('FORBIDDEN', 'Filters are kept by people: a service account names its parameters each time.');
}

/** By the schema of the list that the side reads: `/v1/cases`, or `/v1/desk/cases`. */
function requireQuery(side: Holder, query: Record<string, string>): void {
  const shape = side === 'partner_team' ? z.strictObject(CASE_FILTERS) : z.strictObject(DESK_FILTERS);
  validate(z.object({ query: shape }), { query }, 'body');
}

const nameTaken = () => fieldError('NAME_TAKEN', '/name', 'You have a filter of this name.');

/** One that is hers, locked against nobody: NOT_FOUND where she does not see it, FORBIDDEN where it is another's. */
async function requireOwn(trx: Trx, reader: FilterReader, id: string): Promise<SavedFilter> {
  const [found] = await savedFilters(trx, { reader, id, limit: 1 });
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such saved filter.');
  if (found.owner.id === reader.personId) return found;
  throw new KontorError('FORBIDDEN', `${found.owner.name} shares this filter: only its owner changes it.`);
}

export const caseFilterRoutes = [
  route({
    method: 'get',
    path: '/v1/case-filters',
    summary: 'List your saved filters, and those that your company shares, the latest first',
    tags,
    action: 'desk.read',
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of filters', schema: pageOf(caseFilter) } },
    handler: async ({ deps, query: { limit, after }, principal }) => {
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const reader = filterReader(senderOf(principal));
      const found = await deps.db.transaction(ALL, (trx) =>
        savedFilters(trx, { reader, limit: limit + 1, after: cursor }),
      );
      return reply(
        200,
        toPage(
          found,
          limit,
          (row) => [row.createdAt, row.id],
          (row) => row,
        ),
      );
    },
  }),
  route({
    method: 'post',
    path: '/v1/case-filters',
    summary: 'Save a filter of the list of cases under a name',
    description:
      'Of `GET /v1/cases` for the partner team, else of `GET /v1/desk/cases`: `?filter=` with its id. Shared, it is there for the ' +
      'people of your company, and means each of them by "me"; members who are limited to tenants share among themselves.',
    tags,
    action: 'desk.read',
    body: newCaseFilter,
    responses: { 201: { description: 'The filter', schema: caseFilter } },
    handler: async ({ deps, body, principal, receivedAt: at, requestId: id }) => {
      const reader = filterReader(personOf(principal));
      requireQuery(reader.side, body.query);
      const made = await deps.db.transaction(ALL, async (trx) => {
        if ((await countFilters(trx, reader.personId)) >= MOST_FILTERS) {
          throw new KontorError('STATE_CONFLICT', `You have ${MOST_FILTERS} filters: remove one first.`);
        }
        const inserted = await insertFilter(trx, { id, ...body, ...reader, at });
        const [kept] = await savedFilters(trx, { reader, id, limit: 1 });
        if (!inserted && kept === undefined) throw nameTaken();
        return requireOwn(trx, reader, id);
      });
      return reply(201, made);
    },
  }),
  route({
    method: 'patch',
    path: '/v1/case-filters/{id}',
    summary: 'Rename a filter of yours, share it or not, or change what it finds',
    description: 'What is not given stays.',
    tags,
    action: 'desk.read',
    params: byId,
    body: caseFilterChange,
    responses: { 200: { description: 'The filter', schema: caseFilter } },
    handler: async ({ deps, params: { id }, body, principal }) => {
      const reader = filterReader(personOf(principal));
      if (body.query !== undefined) requireQuery(reader.side, body.query);
      const changed = await deps.db.transaction(ALL, async (trx) => {
        await countFilters(trx, reader.personId);
        const before = await requireOwn(trx, reader, id);
        const { name = before.name, query = before.query, shared = before.shared } = body;
        if (!(await updateFilter(trx, { id, name, query, shared }))) throw nameTaken();
        return requireOwn(trx, reader, id);
      });
      return reply(200, changed);
    },
  }),
  route({
    method: 'delete',
    path: '/v1/case-filters/{id}',
    summary: 'Remove a filter of yours',
    tags,
    action: 'desk.read',
    params: byId,
    responses: { 204: { description: 'It is gone' } },
    handler: async ({ deps, params: { id }, principal }) => {
      const reader = filterReader(personOf(principal));
      await deps.db.transaction(ALL, async (trx) => {
        await requireOwn(trx, reader, id);
        await deleteFilter(trx, id);
      });
      return emptyReply(204);
    },
  }),
  route({
    method: 'get',
    path: '/v1/work-list',
    summary: 'Show in numbers what there is to do',
    description:
      'Open cases by kind, by whom they are with and, for the partner team, by owner; the oldest, and the soonest deadline. An MSP ' +
      'or a customer is shown those that are with it.',
    tags,
    action: 'desk.read',
    query: z.strictObject({ programme: programmeCode.optional() }),
    responses: { 200: { description: 'The numbers', schema: workList } },
    handler: async ({ query: { programme }, principal, transaction }) => {
      const sender = senderOf(principal);
      const side = sideOf(sender);
      const found = await transaction(async (trx) => {
        await requireFilters(trx, { programme });
        return side === 'partner_team'
          ? teamWorkList(trx, { programme, personId: sender.id })
          : deskWorkList(trx, { programme, side });
      });
      return reply(200, found);
    },
  }),
];

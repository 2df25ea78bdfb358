import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import {
  endLevel,
  findLevel,
  insertLevel,
  listLevels,
  updateLevel,
  type AccessLevel,
} from '../../db/access/levelStore.js';
import { providerGiving } from '../../db/access/identityProviderStore.js';
import type { Sender } from '../../db/access/senderStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { companyName } from '../../db/parties/companyStore.js';
import type { Action } from '../../domain/access/actions.js';
import { actionsOf, SYSTEM_LEVELS } from '../../domain/access/levels.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { mayManage, senderOf } from '../principal.js';
import { requireFilters } from '../requireFilters.js';
import { requireUnlimited } from '../requireUnlimited.js';
import { emptyReply, reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { level, levelChange, newLevel } from '../schemas/people.js';

const tags = ['People'] as const;
const byId = z.strictObject({ id: uuid });

/** A level of a company whose people the sender manages, locked; NOT_FOUND. */
async function requireLevel(trx: Trx, sender: Sender, id: string): Promise<AccessLevel> {
  const found = await findLevel(trx, id, 'for update');
  if (found !== undefined && mayManage(sender, found.companyId)) return found;
  throw new KontorError('NOT_FOUND', 'There is no such level of your company: system levels are copied, never edited.');
}

/** Nobody makes a level of more than they may themselves, nor edits one that has more. */
function requireOwn(sender: Sender, actions: readonly Action[]): void {
  const index = actions.findIndex((action) => !sender.actions.has(action));
  if (index !== -1) throw fieldError('FORBIDDEN', `/actions/${index}`, 'Nobody gives what they may not do themselves.');
}

function toLevel({ id, name, copiedFrom, actions }: AccessLevel) {
  return { id, name, copiedFrom, actions: [...actions].sort() };
}

export const levelRoutes = [
  route({
    method: 'get',
    path: '/v1/levels',
    summary: 'List the system levels and the company’s own, with what each may do',
    tags,
    action: 'people.read',
    query: z.strictObject({ companyId: uuid.optional().meta({ description: 'Your own company unless given' }) }),
    responses: { 200: { description: 'The levels', schema: z.strictObject({ items: z.array(level) }) } },
    handler: async ({ deps, query: { companyId }, principal, transaction }) => {
      const sender = senderOf(principal);
      // The list is never empty, so the frame does not ask.
      if (companyId !== undefined) await transaction((trx) => requireFilters(trx, { companyId }));
      const of = companyId ?? sender.companyId;
      const own = mayManage(sender, of) ? await deps.db.transaction(ALL, (trx) => listLevels(trx, of)) : [];
      const system = SYSTEM_LEVELS.map((name) => ({
        ...{ id: null, name, copiedFrom: name },
        actions: [...actionsOf(name)].sort(),
      }));
      return reply(200, { items: [...system, ...own.map(toLevel)] });
    },
  }),
  route({
    method: 'post',
    path: '/v1/levels',
    summary: 'Copy a system level as one of the company’s own',
    tags,
    action: 'people.manage',
    body: newLevel,
    responses: { 201: { description: 'The level', schema: level } },
    handler: async ({ deps, body, principal, actor, receivedAt: at, requestId: id }) => {
      const sender = senderOf(principal);
      const { companyId = sender.companyId, name, copyOf, actions = actionsOf(copyOf) } = body;
      requireOwn(sender, actions);
      const made = { id, companyId, name, copiedFrom: copyOf, actions };
      await deps.db.transaction(ALL, async (trx) => {
        if (!mayManage(sender, companyId) || (await companyName(trx, companyId)) === '') {
          throw fieldError('VALIDATION_FAILED', '/companyId', 'There is no such company whose people you manage.');
        }
        if ((await findLevel(trx, id)) !== undefined) return;
        if (!(await insertLevel(trx, made, at))) {
          throw fieldError('NAME_TAKEN', '/name', 'A level of the company has this name.');
        }
        appendAudit(trx, {
          at,
          actor,
          action: 'level.made',
          subject: `level:${id}`,
          after: made,
        });
      });
      return reply(201, toLevel(made));
    },
  }),
  route({
    method: 'put',
    path: '/v1/levels/{id}',
    summary: 'Edit a level of the company’s own: it holds at once for everybody who has it',
    tags,
    action: 'people.manage',
    params: byId,
    body: levelChange,
    responses: { 200: { description: 'The level as it is now', schema: level } },
    handler: async ({ deps, params: { id }, body, principal, actor, receivedAt: at }) => {
      const sender = senderOf(principal);
      const changed = await deps.db.transaction(ALL, async (trx) => {
        const before = await requireLevel(trx, sender, id);
        // Among those who have it may be some whose access goes beyond hers.
        await requireUnlimited(trx, principal);
        requireOwn(sender, body.actions);
        requireOwn(sender, before.actions);
        const after = { ...before, ...body };
        if (!(await updateLevel(trx, after))) {
          throw fieldError('NAME_TAKEN', '/name', 'A level of the company has this name.');
        }
        appendAudit(trx, {
          at,
          actor,
          action: 'level.changed',
          subject: `level:${id}`,
          before,
          after,
        });
        return after;
      });
      return reply(200, toLevel(changed));
    },
  }),
  route({
    method: 'delete',
    path: '/v1/levels/{id}',
    summary: 'Delete a level of the company’s own that nobody has, and that no identity provider gives',
    tags,
    action: 'people.manage',
    params: byId,
    responses: { 204: { description: 'It is gone' } },
    handler: async ({ deps, params: { id }, principal, actor, receivedAt: at }) => {
      const sender = senderOf(principal);
      await deps.db.transaction(ALL, async (trx) => {
        const before = await requireLevel(trx, sender, id);
        requireOwn(sender, before.actions);
        const provider = await providerGiving(trx, id);
        if (provider !== undefined) {
          const by = `identity provider "${provider.name}" (${provider.code})`;
          throw new KontorError('STATE_CONFLICT', `The ${by} gives this level: change its levels first.`);
        }
        if (!(await endLevel(trx, id, at))) {
          throw new KontorError('STATE_CONFLICT', 'Somebody has this level: give them another first.');
        }
        appendAudit(trx, { at, actor, action: 'level.deleted', subject: `level:${id}`, before });
      });
      return emptyReply(204);
    },
  }),
];

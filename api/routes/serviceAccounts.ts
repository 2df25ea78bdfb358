import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { insertMembership, membershipOfAccount } from '../../db/access/membershipStore.js';
import {
  endServiceAccount,
  findServiceAccount,
  insertServiceAccount,
  listServiceAccounts,
  type ServiceAccount,
} from '../../db/access/serviceAccountStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { viewsOf } from '../../db/parties/companyStore.js';
import { requireActive } from '../../db/parties/requireActive.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { requireCovered, requireGrantable, scopeWithin } from '../mayGrant.js';
import { mayManage, senderOf, type Principal } from '../principal.js';
import { emptyReply, reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { newServiceAccount, serviceAccount } from '../schemas/tokens.js';

const tags = ['Access'] as const;

/** The service account, if it is of a company whose people the sender manages; NOT_FOUND. */
export async function requireServiceAccount(trx: Trx, principal: Principal, id: string): Promise<ServiceAccount> {
  const account = await findServiceAccount(trx, id);
  if (account !== undefined && mayManage(senderOf(principal), account.companyId)) return account;
  throw new KontorError('NOT_FOUND', 'There is no such service account.');
}

export const serviceAccountRoutes = [
  route({
    method: 'post',
    path: '/v1/service-accounts',
    summary: 'Make a service account: the identity of a machine inside a company',
    description: 'A service account never counts as one of two pairs of eyes (rule 18).',
    tags,
    action: 'people.manage',
    body: newServiceAccount,
    responses: { 201: { description: 'The service account', schema: serviceAccount } },
    handler: async ({ deps, body, principal, actor, receivedAt: at, requestId: id }) => {
      const sender = senderOf(principal);
      const { companyId = sender.companyId, name, level, tenantIds = null, withBelow } = body;
      const made = await deps.db.transaction(ALL, async (trx) => {
        if (!mayManage(sender, companyId) || (await viewsOf(trx, companyId)).length === 0) {
          throw fieldError('VALIDATION_FAILED', '/companyId', 'There is no such company whose people you manage.');
        }
        const grant = { companyId, systemLevel: level, accessLevelId: null, tenantIds, withBelow };
        await requireGrantable(trx, sender, grant);
        if ((await findServiceAccount(trx, id)) === undefined) await requireActive(trx, companyId, '/companyId');
        const outcome = await insertServiceAccount(trx, { id, companyId, name, at, by: actor });
        if (outcome === 'taken') throw fieldError('NAME_TAKEN', '/name', 'A service account of the company has it.');
        if (outcome === 'made') {
          const holder = { personId: null, serviceAccountId: id, fromAt: at, untilAt: null };
          await insertMembership(trx, { id, ...holder, ...grant }, { at, by: actor });
          appendAudit(trx, {
            at,
            actor,
            action: 'serviceAccount.made',
            subject: `service-account:${id}`,
            after: { companyId, name, level, tenantIds, withBelow },
          });
        }
        return requireServiceAccount(trx, principal, id);
      });
      return reply(201, made);
    },
  }),
  route({
    method: 'get',
    path: '/v1/service-accounts',
    summary: 'List the service accounts of a company by name, ended ones included',
    tags,
    action: 'people.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      companyId: uuid.optional().meta({ description: 'Your own company unless given' }),
    }),
    responses: { 200: { description: 'A page of service accounts', schema: pageOf(serviceAccount) } },
    handler: async ({ deps, query: { limit, after, companyId }, principal }) => {
      const sender = senderOf(principal);
      const cursor = readCursor(after, z.tuple([z.string(), uuid]));
      const of = companyId ?? sender.companyId;
      const found = mayManage(sender, of)
        ? await deps.db.transaction(ALL, async (trx) =>
            listServiceAccounts(trx, {
              companyId: of,
              within: await scopeWithin(trx, sender),
              limit: limit + 1,
              after: cursor,
            }),
          )
        : [];
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ name, id }) => [name, id],
          (account) => account,
        ),
      );
    },
  }),
  route({
    method: 'post',
    path: '/v1/service-accounts/{id}/end',
    summary: 'End a service account: its tokens are worth nothing from now on',
    tags,
    action: 'people.manage',
    params: z.strictObject({ id: uuid }),
    responses: { 204: { description: 'It has ended, in every process' } },
    handler: async ({ deps, params: { id }, principal, actor, receivedAt: at }) => {
      await deps.db.transaction(ALL, async (trx) => {
        const { endedAt } = await requireServiceAccount(trx, principal, id);
        if (endedAt !== null) return;
        const membership = await membershipOfAccount(trx, id);
        if (membership !== undefined) await requireCovered(trx, senderOf(principal), membership);
        await endServiceAccount(trx, id, at);
        const subject = `service-account:${id}`;
        appendAudit(trx, { at, actor, action: 'serviceAccount.ended', subject });
      });
      return emptyReply(204);
    },
  }),
];

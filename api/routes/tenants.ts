import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { insertTenant, listTenants, type Tenant } from '../../db/parties/tenantStore.js';
import { KontorError } from '../../domain/errors.js';
import { startOnboarding } from '../../starts/onboardTenant.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { tenant, tenantInput } from '../schemas/tenants.js';

const tags = ['Tenants'] as const;
const byMsp = z.strictObject({ mspId: uuid });

function toJson({ id, ref, name, state, createdAt }: Tenant): z.input<typeof tenant> {
  return { id, ref, name, state, createdAt };
}

export const tenantRoutes = [
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/tenants',
    summary: 'Add a tenant',
    description: 'Active once it has sites and all of them are. `ref` is the name its sites report it under.',
    tags,
    roles: ['partner_team', 'msp'],
    params: byMsp,
    body: tenantInput,
    responses: { 201: { description: 'The tenant', schema: tenant } },
    handler: async ({ params: { mspId }, body, principal, receivedAt, requestId, deps, transaction }) => {
      const made: Tenant = { mspId, id: requestId, ...body, state: 'onboarding', createdAt: receivedAt };
      await transaction(async (trx) => {
        const outcome = await insertTenant(trx, made);
        if (outcome === 'refused') throw new KontorError('NOT_FOUND', 'There is no approved MSP of that id.');
        if (outcome === 'taken') {
          throw new KontorError('NAME_TAKEN', 'Another tenant of this MSP has that reference.', [
            { field: '/ref', code: 'NAME_TAKEN', message: `"${body.ref}" is in use.` },
          ]);
        }
        await startOnboarding(deps, { mspId, tenantId: made.id });
        await appendAudit(trx, {
          at: receivedAt,
          actor: principal.name,
          action: 'tenant.added',
          subject: `tenant:${made.id}`,
          mspId,
          after: body,
        });
      });
      return reply(201, toJson(made));
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/tenants',
    summary: 'List tenants by reference',
    tags,
    roles: ['partner_team', 'distributor', 'msp'],
    params: byMsp,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of tenants', schema: pageOf(tenant) } },
    handler: async ({ params, query, transaction }) => {
      const [after] = readCursor(query.after, z.tuple([z.string()])) ?? [''];
      const found = await transaction((trx) => listTenants(trx, params.mspId, after, query.limit + 1));
      return reply(
        200,
        toPage(found, query.limit, ({ ref }) => [ref], toJson),
      );
    },
  }),
];

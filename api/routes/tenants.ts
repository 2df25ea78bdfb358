import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { holdsView } from '../../db/parties/companyStore.js';
import {
  closeTenant,
  findTenant,
  listOwnTenants,
  listTenants,
  putCustomer,
  type Tenant,
} from '../../db/parties/tenantStore.js';
import { requireUnopened } from '../../db/programmes/periods.js';
import { programmesOfMsp } from '../../db/readModels/programmesOfMsp.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { addTenants } from '../addTenants.js';
import { requireMsp } from '../requireMsp.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import {
  MOST_TENANTS_AT_ONCE,
  tenant,
  tenantClosing,
  tenantCustomer,
  tenantInput,
  tenantInputs,
  tenantOfMsp,
  tenantsMade,
} from '../schemas/tenants.js';

const tags = ['Tenants'] as const;
const byMsp = z.strictObject({ mspId: uuid });

const byTenant = z.strictObject({ mspId: uuid, tenantId: uuid });

function toJson({ mspId: _mspId, ...shown }: Tenant): z.input<typeof tenant> {
  return shown;
}

export const tenantRoutes = [
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/tenants',
    summary: 'Add a tenant, or a unit below one',
    description:
      'Active once it, or a unit below it, has sites and all of them are. `ref` is the name its sites report it under, ' +
      'unless they are assigned another. Units nest to any depth.',
    tags,
    action: 'tenants.manage',
    params: byMsp,
    body: tenantInput,
    responses: { 201: { description: 'The tenant', schema: tenant } },
    handler: async ({ params: { mspId }, body, actor, receivedAt: at, requestId: id, deps, transaction }) => {
      const [made] = await transaction((trx) => addTenants(trx, { mspId, actor, at }, [{ ...body, id, pointer: '' }]));
      if (made === undefined) throw new KontorError('INTERNAL', 'A tenant was added and is not there.');
      deps.onboarding.changed(mspId);
      return reply(201, toJson(made));
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/tenants/import',
    summary: `Add up to ${MOST_TENANTS_AT_ONCE} tenants and units below them`,
    description: 'All or none; what is wrong is told of each. A unit stands after the tenant or unit it belongs to.',
    tags,
    action: 'tenants.manage',
    params: byMsp,
    body: tenantInputs,
    responses: { 201: { description: 'The tenants', schema: tenantsMade } },
    handler: async ({ params: { mspId }, body: { tenants }, actor, receivedAt: at, deps, transaction }) => {
      const asked = tenants.map((one, index) => ({ ...one, id: randomUUID(), pointer: `/tenants/${index}` }));
      const made = await transaction((trx) => addTenants(trx, { mspId, actor, at }, asked));
      deps.onboarding.changed(mspId);
      return reply(201, { items: made.map(toJson) });
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/tenants',
    summary: 'List tenants by reference',
    tags,
    action: 'tenants.read',
    params: byMsp,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of tenants', schema: pageOf(tenant) } },
    handler: async ({ params, query, transaction }) => {
      const [after] = readCursor(query.after, z.tuple([z.string()])) ?? [''];
      const found = await transaction(async (trx) => {
        await requireMsp(trx, params.mspId);
        return listTenants(trx, params.mspId, after, query.limit + 1);
      });
      return reply(
        200,
        toPage(found, query.limit, ({ ref }) => [ref], toJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/tenants',
    summary: 'List the tenants you see, over all MSPs',
    description: 'A customer sees its own, a system integrator those of the customers it acts for.',
    tags,
    action: 'tenants.read',
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of tenants', schema: pageOf(tenantOfMsp) } },
    handler: async ({ query, transaction }) => {
      const after = readCursor(query.after, z.tuple([z.string(), uuid, z.string()]));
      const found = await transaction((trx) => listOwnTenants(trx, { limit: query.limit + 1, after }));
      return reply(
        200,
        toPage(
          found,
          query.limit,
          ({ mspName, mspId, ref }) => [mspName, mspId, ref],
          (item) => item,
        ),
      );
    },
  }),
  route({
    method: 'put',
    path: '/v1/msps/{mspId}/tenants/{tenantId}/customer',
    summary: "Say which customer's company a tenant is",
    description:
      'Its people see from now on what is of the tenant and the units below it, and nothing else of the MSP.',
    tags,
    action: 'tenants.manage',
    params: byTenant,
    body: tenantCustomer,
    responses: { 200: { description: 'The tenant', schema: tenant } },
    handler: async ({ params, body: { customerId }, actor, receivedAt, transaction }) => {
      const { mspId, tenantId } = params;
      const linked = await transaction(async (trx) => {
        const before = await findTenant(trx, mspId, tenantId);
        if (before === undefined) throw new KontorError('NOT_FOUND', 'This MSP has no such tenant.');
        if (customerId !== null && !(await holdsView(trx, customerId, 'customer'))) {
          throw fieldError('VALIDATION_FAILED', '/customerId', 'There is no such customer.');
        }
        if (!(await putCustomer(trx, before, customerId))) {
          throw fieldError('STATE_CONFLICT', '/customerId', 'Somebody has just set its customer. Read it again.');
        }
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'tenant.customerSet',
          subject: `tenant:${tenantId}`,
          mspId,
          before: { customerId: before.customerId },
          after: { customerId },
        });
        return { ...before, customerId };
      });
      return reply(200, toJson(linked));
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/tenants/{tenantId}/close',
    summary: 'Close a tenant or unit from a month on',
    description: 'With every unit below it. What sites assigned to them ends there; later usage is unassigned.',
    tags,
    action: 'tenants.manage',
    params: byTenant,
    body: tenantClosing,
    responses: { 200: { description: 'The tenant', schema: tenant } },
    handler: async ({ params, body: { from }, actor, receivedAt, deps, transaction }) => {
      const { mspId, tenantId } = params;
      const closed = await transaction(async (trx) => {
        const before = await findTenant(trx, mspId, tenantId);
        if (before === undefined) throw new KontorError('NOT_FOUND', 'This MSP has no such tenant.');
        for (const programme of await programmesOfMsp(trx, mspId)) await requireUnopened(trx, programme, from, '/from');
        await closeTenant(trx, { mspId, tenantId, from });
        const after = await findTenant(trx, mspId, tenantId);
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'tenant.closed',
          subject: `tenant:${tenantId}`,
          mspId,
          before: { state: before.state, closedFrom: before.closedFrom },
          after: { state: after?.state, closedFrom: after?.closedFrom },
        });
        return after ?? before;
      });
      deps.onboarding.changed(mspId);
      return reply(200, toJson(closed));
    },
  }),
];

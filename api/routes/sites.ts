import { periodOf } from '../../domain/period.js';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { requireUnopened } from '../../db/programmes/periods.js';
import { programmeOfMsp } from '../../db/readModels/programmeOf.js';
import { siteList, type SiteSummary } from '../../db/readModels/siteList.js';
import { assignTenants, insertSite, lockSite, renameSite, type Site } from '../../db/sites/siteStore.js';
import { KontorError } from '../../domain/errors.js';
import { addDays } from '../../domain/instant.js';
import { provisioningPolicy } from '../../domain/programmeSettings.js';
import { tellTenants } from '../../starts/onboardTenant.js';
import { startProvisioning } from '../../starts/provisionSite.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { newKey } from '../newKey.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { contactState, site, siteInput, siteMade, siteName, siteState } from '../schemas/sites.js';
import { tenantRefs } from '../schemas/tenants.js';

const tags = ['Sites'] as const;
const byMsp = z.strictObject({ mspId: uuid });
const bySite = z.strictObject({ mspId: uuid, siteId: uuid });

/** The site, locked; NOT_FOUND where the MSP has none of that id. */
export async function requireSite(trx: Trx, mspId: string, siteId: string): Promise<Site> {
  const found = await lockSite(trx, mspId, siteId);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'This MSP has no such site.');
  return found;
}

async function showSite(trx: Trx, mspId: string, siteId: string): Promise<SiteSummary> {
  const [found] = await siteList(trx, { mspId, siteId, limit: 1 });
  if (found === undefined) throw new KontorError('NOT_FOUND', 'This MSP has no such site.');
  return found;
}

function requireKnownTenants(unknownRefs: readonly string[]): void {
  if (unknownRefs.length === 0) return;
  throw new KontorError(
    'VALIDATION_FAILED',
    'Add these tenants first.',
    unknownRefs.map((ref) => ({
      field: '/tenantRefs',
      code: 'UNKNOWN_TENANT',
      message: `"${ref}" is no tenant of this MSP.`,
    })),
  );
}

export const sitesOfMspRoutes = [
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites',
    summary: 'Add a site and its metered key',
    description: 'The key is shown in this answer alone; it is kept as a hash.',
    tags,
    roles: ['partner_team', 'msp'],
    params: byMsp,
    body: siteInput,
    showsSecret: true,
    responses: { 201: { description: 'The site and its key', schema: siteMade } },
    handler: async ({ params: { mspId }, body, principal, receivedAt, requestId: siteId, deps, transaction }) => {
      const keyId = randomUUID();
      const { key, keyHash } = newKey();
      await transaction(async (trx) => {
        const programme = await programmeOfMsp(trx, body.programme, mspId);
        const fromPeriod = body.fromPeriod ?? periodOf(receivedAt, 'UTC');
        await requireUnopened(trx, body.programme, fromPeriod, '/fromPeriod');
        const site = { mspId, siteId, ...body, fromPeriod, keyId, keyHash, at: receivedAt };
        const { made, unknownRefs } = await insertSite(trx, site);
        if (!made || programme === undefined)
          throw new KontorError('NOT_FOUND', 'There is no approved MSP of that id.');
        requireKnownTenants(unknownRefs);
        const remindAt = provisioningPolicy(programme.settings).remindAfterDays.map((days) =>
          addDays(receivedAt, days),
        );
        await startProvisioning(deps, { mspId, siteId, remindAt }, receivedAt);
        await appendAudit(trx, {
          at: receivedAt,
          actor: principal.name,
          action: 'site.added',
          subject: `site:${siteId}`,
          mspId,
          after: { ...body, keyId },
        });
      });
      return reply(201, { siteId, keyId, key });
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/sites',
    summary: 'List sites by name',
    tags,
    roles: ['partner_team', 'distributor', 'msp'],
    params: byMsp,
    query: z.strictObject({ ...PAGE_QUERY, contact: contactState.optional(), state: siteState.optional() }),
    responses: { 200: { description: 'A page of sites', schema: pageOf(site) } },
    handler: async ({ params: { mspId }, query, transaction }) => {
      const after = readCursor(query.after, z.tuple([z.string(), uuid]));
      const { contact, state, limit } = query;
      const found = await transaction((trx) => siteList(trx, { mspId, contact, state, limit: limit + 1, after }));
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ name, siteId }) => [name, siteId],
          (item) => item,
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/sites/{siteId}',
    summary: 'Show a site',
    tags,
    roles: ['partner_team', 'distributor', 'msp'],
    params: bySite,
    responses: { 200: { description: 'The site', schema: site } },
    handler: async ({ params: { mspId, siteId }, transaction }) =>
      reply(200, await transaction((trx) => showSite(trx, mspId, siteId))),
  }),
  route({
    method: 'patch',
    path: '/v1/msps/{mspId}/sites/{siteId}',
    summary: 'Rename a site',
    tags,
    roles: ['partner_team', 'msp'],
    params: bySite,
    body: z.strictObject({ name: siteName }),
    responses: { 200: { description: 'The site', schema: site } },
    handler: async ({ params: { mspId, siteId }, body: { name }, principal, receivedAt, transaction }) => {
      const renamed = await transaction(async (trx) => {
        const before = await requireSite(trx, mspId, siteId);
        await renameSite(trx, mspId, siteId, name);
        const after = await showSite(trx, mspId, siteId);
        await appendAudit(trx, {
          at: receivedAt,
          actor: principal.name,
          action: 'site.renamed',
          subject: `site:${siteId}`,
          mspId,
          before: { name: before.name },
          after: { name },
        });
        return after;
      });
      return reply(200, renamed);
    },
  }),
  route({
    method: 'put',
    path: '/v1/msps/{mspId}/sites/{siteId}/tenants',
    summary: 'Set the tenants a site serves',
    tags,
    roles: ['partner_team', 'msp'],
    params: bySite,
    body: z.strictObject({ tenantRefs }),
    responses: { 200: { description: 'The site', schema: site } },
    handler: async ({ params: { mspId, siteId }, body, principal, receivedAt, deps, transaction }) => {
      const { changedTenantIds, assigned } = await transaction(async (trx) => {
        await requireSite(trx, mspId, siteId);
        const before = await showSite(trx, mspId, siteId);
        const { changedTenantIds, unknownRefs } = await assignTenants(trx, { mspId, siteId, ...body });
        requireKnownTenants(unknownRefs);
        const assigned = await showSite(trx, mspId, siteId);
        await appendAudit(trx, {
          at: receivedAt,
          actor: principal.name,
          action: 'site.tenantsSet',
          subject: `site:${siteId}`,
          mspId,
          before: { tenantRefs: before.tenantRefs },
          after: { tenantRefs: assigned.tenantRefs },
        });
        return { changedTenantIds, assigned };
      });
      tellTenants(deps, mspId, changedTenantIds);
      return reply(200, assigned);
    },
  }),
];

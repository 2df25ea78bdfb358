import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { firstUnopenedPeriod, hasOpenedPeriod, requireUnopened } from '../../db/programmes/periods.js';
import { siteList, type SiteSummary } from '../../db/readModels/siteList.js';
import { assignFrom, listAssignments } from '../../db/sites/assignmentStore.js';
import { retireInstallations } from '../../db/sites/installationStore.js';
import { listKeys } from '../../db/sites/meteredKeyStore.js';
import { lockSite, renameSite, retireSite, type Site } from '../../db/sites/siteStore.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { addSites, requireKnown, wantedOf } from '../addSites.js';
import { endOneKey, sideOf } from '../endOneKey.js';
import { requireMsp } from '../requireMsp.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { reason } from '../schemas/keys.js';
import {
  assignment,
  contactState,
  MOST_AT_ONCE,
  site,
  siteInput,
  siteInputs,
  siteKind,
  siteMade,
  siteName,
  sitesMade,
  siteState,
  siteTenants,
} from '../schemas/sites.js';

const tags = ['Sites'] as const;
const byMsp = z.strictObject({ mspId: uuid });
const bySite = z.strictObject({ mspId: uuid, siteId: uuid });

/** The site, locked; NOT_FOUND where the MSP has none of that id. */
export async function requireSite(trx: Trx, mspId: string, siteId: string): Promise<Site> {
  const found = await lockSite(trx, mspId, siteId);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'This MSP has no such site.');
  return found;
}

/** The same; STATE_CONFLICT where it is retired. */
export async function requireOpenSite(trx: Trx, mspId: string, siteId: string): Promise<Site> {
  const site = await requireSite(trx, mspId, siteId);
  if (site.state === 'retired') throw new KontorError('STATE_CONFLICT', 'This site is retired: add a new one.');
  return site;
}

/** The site as it is shown; NOT_FOUND where the MSP has none of that id. */
export async function showSite(trx: Trx, mspId: string, siteId: string): Promise<SiteSummary> {
  const [found] = await siteList(trx, { mspId, siteId, limit: 1 });
  if (found === undefined) throw new KontorError('NOT_FOUND', 'This MSP has no such site.');
  return found;
}

export const sitesOfMspRoutes = [
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites',
    summary: 'Add a site and its metered key',
    description: 'The key is shown in this answer alone; it is kept as a hash.',
    tags,
    action: 'sites.manage',
    params: byMsp,
    body: siteInput,
    showsSecret: true,
    responses: { 201: { description: 'The site and its key', schema: siteMade } },
    handler: async ({ params: { mspId }, body, actor, receivedAt: at, requestId: siteId, deps, transaction }) => {
      const [made] = await transaction((trx) =>
        addSites(trx, { mspId, actor, at }, [{ ...body, siteId, pointer: '' }]),
      );
      if (made === undefined) throw new KontorError('INTERNAL', 'A site was added and is not there.');
      deps.onboarding.changed(mspId);
      return reply(201, made);
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites/import',
    summary: `Add up to ${MOST_AT_ONCE} sites and their metered keys`,
    description:
      'All or none; what is wrong is told of each site. The keys, in the order of the sites, are shown in this answer ' +
      'alone; they are kept as hashes.',
    tags,
    action: 'sites.manage',
    params: byMsp,
    body: siteInputs,
    showsSecret: true,
    responses: { 201: { description: 'The sites and their keys', schema: sitesMade } },
    handler: async ({ params: { mspId }, body: { sites }, actor, receivedAt: at, deps, transaction }) => {
      const asked = sites.map((one, index) => ({ ...one, siteId: randomUUID(), pointer: `/sites/${index}` }));
      const items = await transaction((trx) => addSites(trx, { mspId, actor, at }, asked));
      deps.onboarding.changed(mspId);
      return reply(201, { items });
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/sites',
    summary: 'List sites by name',
    tags,
    action: 'sites.read',
    params: byMsp,
    query: z.strictObject({
      ...PAGE_QUERY,
      kind: siteKind.optional(),
      contact: contactState.optional(),
      state: siteState.optional(),
    }),
    responses: { 200: { description: 'A page of sites', schema: pageOf(site) } },
    handler: async ({ params: { mspId }, query, transaction }) => {
      const after = readCursor(query.after, z.tuple([z.string(), uuid]));
      const { kind, contact, state, limit } = query;
      const found = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return siteList(trx, { mspId, kind, contact, state, limit: limit + 1, after });
      });
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
    action: 'sites.read',
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
    action: 'sites.manage',
    params: bySite,
    body: z.strictObject({ name: siteName }),
    responses: { 200: { description: 'The site', schema: site } },
    handler: async ({ params: { mspId, siteId }, body: { name }, actor, receivedAt, transaction }) => {
      const renamed = await transaction(async (trx) => {
        const before = await requireOpenSite(trx, mspId, siteId);
        await renameSite(trx, mspId, siteId, name);
        const after = await showSite(trx, mspId, siteId);
        appendAudit(trx, {
          at: receivedAt,
          actor,
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
    method: 'post',
    path: '/v1/msps/{mspId}/sites/{siteId}/retire',
    summary: 'Retire a site',
    description: 'Final. Its keys are destroyed, its installations retired, and its name is free again.',
    tags,
    action: 'sites.manage',
    params: bySite,
    body: z.strictObject({ reason }).meta({ id: 'SiteRetirement' }),
    responses: { 200: { description: 'The site', schema: site } },
    handler: async (context) => {
      const { params, body, actor, receivedAt: at, deps, transaction } = context;
      const { mspId, siteId } = params;
      const retired = await transaction(async (trx) => {
        const before = await requireSite(trx, mspId, siteId);
        if (!(await retireSite(trx, params))) throw new KontorError('STATE_CONFLICT', 'This site is retired already.');
        for (const key of await listKeys(trx, params)) {
          if (key.state === 'destroyed') continue;
          const by = sideOf(context.principal);
          await endOneKey(trx, context, params, { keyId: key.id, how: 'destroyed', by, at, reason: body.reason });
        }
        await retireInstallations(trx, { mspId, siteId, at });
        appendAudit(trx, {
          at,
          actor,
          action: 'site.retired',
          subject: `site:${siteId}`,
          mspId,
          before: { state: before.state },
          after: { state: 'retired' },
          reason: body.reason,
        });
        return showSite(trx, mspId, siteId);
      });
      deps.onboarding.changed(mspId);
      return reply(200, retired);
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/sites/{siteId}/assignments',
    summary: "List what a site's references stand for",
    tags,
    action: 'sites.read',
    params: bySite,
    responses: {
      200: { description: 'The assignments, past ones too', schema: z.strictObject({ items: z.array(assignment) }) },
    },
    handler: async ({ params, transaction }) => {
      const items = await transaction(async (trx) => {
        await showSite(trx, params.mspId, params.siteId);
        return listAssignments(trx, params);
      });
      return reply(200, { items });
    },
  }),
  route({
    method: 'put',
    path: '/v1/msps/{mspId}/sites/{siteId}/tenants',
    summary: 'Set the tenants a site serves, from a month on',
    description:
      'From that month on the site serves exactly these; earlier months stay as they were. `tenantRefs` are reported ' +
      'under their own references, `assignments` under what the site calls them. A month that was opened stays as it is.',
    tags,
    action: 'tenants.manage',
    params: bySite,
    body: siteTenants,
    responses: { 200: { description: 'The site', schema: site } },
    handler: async ({ params, body, actor, receivedAt, deps, transaction }) => {
      const { mspId, siteId } = params;
      const shown = await transaction(async (trx) => {
        const { programme, fromPeriod } = await requireOpenSite(trx, mspId, siteId);
        const unopened = (await hasOpenedPeriod(trx, programme))
          ? await firstUnopenedPeriod(trx, programme)
          : fromPeriod;
        const from = body.from ?? (unopened > fromPeriod ? unopened : fromPeriod);
        await requireUnopened(trx, programme, from, '/from');
        if (from < fromPeriod) throw fieldError('PERIOD_INVALID', '/from', `This site counts from ${fromPeriod} on.`);
        const before = await listAssignments(trx, params);
        const unknown = await assignFrom(trx, { mspId, siteId, from, wanted: wantedOf(body) });
        requireKnown(unknown.map((tenantRef) => ({ tenantRef, of: body })));
        const after = await listAssignments(trx, params);
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'site.tenantsSet',
          subject: `site:${siteId}`,
          mspId,
          before: { assignments: before },
          after: { assignments: after },
        });
        return showSite(trx, mspId, siteId);
      });
      deps.onboarding.changed(mspId);
      return reply(200, shown);
    },
  }),
];

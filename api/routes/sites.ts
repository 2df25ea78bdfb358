import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { requireProductEnabled } from '../../db/programmes/enabledProducts.js';
import { firstUnopenedPeriod, hasOpenedPeriod, requireUnopened } from '../../db/programmes/periods.js';
import { programmeOfMsp } from '../../db/readModels/programmeOf.js';
import { siteList, type SiteSummary } from '../../db/readModels/siteList.js';
import { addAssignments, assignFrom, listAssignments, type Wanted } from '../../db/sites/assignmentStore.js';
import { retireInstallations } from '../../db/sites/installationStore.js';
import { insertKey, listKeys } from '../../db/sites/meteredKeyStore.js';
import { insertSite, lockSite, renameSite, retireSite, type Site } from '../../db/sites/siteStore.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { addDays } from '../../domain/instant.js';
import { periodOf } from '../../domain/period.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { endOneKey } from '../endOneKey.js';
import { newKey } from '../newKey.js';
import { requireMsp } from '../requireMsp.js';
import { requireTakesPart } from '../../db/programmes/requireTakesPart.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { reason } from '../schemas/keys.js';
import {
  assignment,
  contactState,
  site,
  siteInput,
  siteMade,
  siteName,
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

/** Keeps what the site's references stand for, with `keep`. Throws VALIDATION_FAILED for what is no open unit. */
async function assign(
  keep: (wanted: Wanted[]) => Promise<string[]>,
  { tenantRefs, assignments }: z.output<typeof siteTenants>,
): Promise<void> {
  const wanted = [...tenantRefs.map((ref) => ({ reference: ref, tenantRef: ref })), ...assignments];
  if (new Set(wanted.map(({ reference }) => reference)).size < wanted.length) {
    throw fieldError('VALIDATION_FAILED', '/assignments', 'A reference stands for one tenant or unit.');
  }
  const unknown = await keep(wanted);
  if (unknown.length === 0) return;
  throw new KontorError(
    'VALIDATION_FAILED',
    'Add these tenants first.',
    unknown.map((ref) => ({
      field: tenantRefs.includes(ref) ? '/tenantRefs' : '/assignments',
      code: 'UNKNOWN_TENANT',
      message: `"${ref}" is no tenant of this MSP, or is closed.`,
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
    action: 'sites.manage',
    params: byMsp,
    body: siteInput,
    showsSecret: true,
    responses: { 201: { description: 'The site and its key', schema: siteMade } },
    handler: async ({ params: { mspId }, body, actor, receivedAt, requestId: siteId, deps, transaction }) => {
      const keyId = randomUUID();
      const { key, keyHash } = newKey();
      await transaction(async (trx) => {
        const programme = await programmeOfMsp(trx, body.programme, mspId);
        if (programme === undefined) throw new KontorError('NOT_FOUND', 'There is no approved MSP of that id.');
        const thisMonth = periodOf(receivedAt, programme.programmeZone);
        const { joinedPeriod } = await requireTakesPart(trx, body.programme, mspId);
        const wanted = { mspId, programme: body.programme, product: body.product };
        await requireProductEnabled(trx, wanted);
        const joins = joinedPeriod ?? thisMonth;
        const { tenantRefs, fromPeriod = joins > thisMonth ? joins : thisMonth, ...site } = body;
        if (fromPeriod < joins) {
          throw fieldError('PERIOD_INVALID', '/fromPeriod', `This MSP takes part in the programme from ${joins} on.`);
        }
        await requireUnopened(trx, site.programme, fromPeriod, '/fromPeriod');
        const { remindAfterDays } = programme.settings.provisioning;
        const remindAt = remindAfterDays.map((days) => addDays(receivedAt, days));
        const added = { mspId, siteId, ...site, fromPeriod, at: receivedAt, remindAt };
        if (!(await insertSite(trx, added))) throw new KontorError('NOT_FOUND', 'There is no approved MSP of that id.');
        await insertKey(trx, { mspId, siteId }, { keyId, kind: 'metered', keyHash, state: 'issued', at: receivedAt });
        await assign((wanted) => addAssignments(trx, { mspId, siteId, from: fromPeriod, wanted }), {
          tenantRefs,
          assignments: [],
        });
        await appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'site.added',
          subject: `site:${siteId}`,
          mspId,
          after: { ...body, fromPeriod, keyId },
        });
      });
      deps.onboarding.changed(mspId);
      return reply(201, { siteId, keyId, key });
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/sites',
    summary: 'List sites by name',
    tags,
    action: 'sites.read',
    params: byMsp,
    query: z.strictObject({ ...PAGE_QUERY, contact: contactState.optional(), state: siteState.optional() }),
    responses: { 200: { description: 'A page of sites', schema: pageOf(site) } },
    handler: async ({ params: { mspId }, query, transaction }) => {
      const after = readCursor(query.after, z.tuple([z.string(), uuid]));
      const { contact, state, limit } = query;
      const found = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return siteList(trx, { mspId, contact, state, limit: limit + 1, after });
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
        await appendAudit(trx, {
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
          await endOneKey(trx, context, params, { keyId: key.id, how: 'destroyed', at, reason: body.reason });
        }
        await retireInstallations(trx, { mspId, siteId, at });
        await appendAudit(trx, {
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
        await assign((wanted) => assignFrom(trx, { mspId, siteId, from, wanted }), body);
        const after = await listAssignments(trx, params);
        await appendAudit(trx, {
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

import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { installationList } from '../../db/readModels/installationList.js';
import { findInstallation, retireInstallations } from '../../db/sites/installationStore.js';
import { KontorError } from '../../domain/errors.js';
import { replaceOne } from '../replaceOne.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { installation } from '../schemas/sites.js';
import { requireSite, showSite } from './sites.js';

const tags = ['Installations'] as const;
const bySite = z.strictObject({ mspId: uuid, siteId: uuid });
const byInstallation = z.strictObject({ mspId: uuid, siteId: uuid, installationId: uuid });
const items = z.strictObject({ items: z.array(installation) });

export const installationRoutes = [
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/sites/{siteId}/installations',
    summary: 'List the installations of a site, the newest first',
    tags,
    action: 'sites.read',
    params: bySite,
    responses: { 200: { description: 'The installations', schema: items } },
    handler: async ({ params: { mspId, siteId }, transaction }) => {
      const found = await transaction(async (trx) => {
        await showSite(trx, mspId, siteId);
        return installationList(trx, mspId, siteId);
      });
      return reply(200, { items: found });
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites/{siteId}/installations/{installationId}/replace',
    summary: 'Say that another installation took over',
    description:
      'The old one is not expected to report any more. New hardware within 30 days of its last contact replaces it for ' +
      'free: until now the two count as one (rule 6).',
    tags,
    action: 'sites.manage',
    params: byInstallation,
    body: z.strictObject({ by: uuid }).meta({ id: 'Replacement' }),
    responses: { 200: { description: 'The installations', schema: items } },
    handler: async ({ params, body: { by }, actor, receivedAt: at, transaction }) => {
      const { mspId, siteId, installationId } = params;
      const found = await transaction(async (trx) => {
        await requireSite(trx, mspId, siteId);
        if ((await findInstallation(trx, params, by)) === undefined) {
          throw new KontorError('VALIDATION_FAILED', 'Activate the new installation first.', [
            { field: '/by', code: 'UNKNOWN_INSTALLATION', message: 'This site has no such installation.' },
          ]);
        }
        await replaceOne(trx, { mspId, siteId, installationId, by, at, actor, field: '/by' });
        return installationList(trx, mspId, siteId);
      });
      return reply(200, { items: found });
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites/{siteId}/installations/{installationId}/retire',
    summary: 'Retire an installation',
    description: 'It is not expected to report any more; what it was seen to use until then counts.',
    tags,
    action: 'sites.manage',
    params: byInstallation,
    responses: { 200: { description: 'The installations', schema: items } },
    handler: async ({ params, actor, receivedAt: at, transaction }) => {
      const { mspId, siteId, installationId } = params;
      const found = await transaction(async (trx) => {
        await requireSite(trx, mspId, siteId);
        const before = await findInstallation(trx, params, installationId);
        if (before === undefined) throw new KontorError('NOT_FOUND', 'This site has no such installation.');
        if (before.retiredAt !== null) throw new KontorError('STATE_CONFLICT', 'This installation is retired already.');
        await retireInstallations(trx, { mspId, siteId, installationId, at });
        appendAudit(trx, {
          at,
          actor,
          action: 'installation.retired',
          subject: `site:${siteId}`,
          mspId,
          after: { installationId },
        });
        return installationList(trx, mspId, siteId);
      });
      return reply(200, { items: found });
    },
  }),
];

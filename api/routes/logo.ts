/** The picture on an MSP's documents for its tenants. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { findLogo, putLogo, removeLogo } from '../../db/parties/mspFormsStore.js';
import { KontorError } from '../../domain/errors.js';
import { readLogo } from '../../statements/index.js';
import { requireMsp } from '../requireMsp.js';
import { emptyReply, fileReply, reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { logo, logoInput } from '../schemas/tenantDocuments.js';

const tags = ['Tenant documents'] as const;
const byMsp = z.strictObject({ mspId: uuid });

const noLogo = () => new KontorError('NOT_FOUND', 'This MSP has no logo.');

export const logoRoutes = [
  route({
    method: 'put',
    path: '/v1/msps/{mspId}/logo',
    summary: "Set the logo on the MSP's documents for its tenants",
    description:
      'Looked at by its content, whatever it is called. What is in the file beside the picture is left out. Documents of all ' +
      'months show it from now on.',
    tags,
    action: 'customerPrices.manage',
    params: byMsp,
    body: logoInput,
    responses: { 200: { description: 'The logo is kept', schema: logo } },
    handler: async ({ params: { mspId }, body, actor, receivedAt, transaction }) => {
      const { contentType, content } = readLogo(Buffer.from(body.contentBase64, 'base64'));
      await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        await putLogo(trx, { mspId, contentType, content, at: receivedAt, by: actor });
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'msp.logoSet',
          subject: `msp:${mspId}`,
          mspId,
          after: { contentType, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') },
        });
      });
      return reply(200, { contentType, bytes: content.length });
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/logo',
    summary: 'Download the logo',
    tags,
    action: 'customerPrices.read',
    params: byMsp,
    responses: { 200: { description: 'The picture', file: 'image/*' } },
    handler: async ({ params: { mspId }, transaction }) => {
      const found = await transaction((trx) => findLogo(trx, mspId));
      if (found === undefined) throw noLogo();
      const { contentType, content } = found;
      return fileReply(200, {
        ...{ file: content, contentType, filename: contentType === 'image/png' ? 'logo.png' : 'logo.jpg' },
        sha256: createHash('sha256').update(content).digest('hex'),
      });
    },
  }),
  route({
    method: 'delete',
    path: '/v1/msps/{mspId}/logo',
    summary: 'Remove the logo',
    tags,
    action: 'customerPrices.manage',
    params: byMsp,
    responses: { 204: { description: 'Removed' } },
    handler: async ({ params: { mspId }, actor, receivedAt, transaction }) => {
      await transaction(async (trx) => {
        if (!(await removeLogo(trx, mspId))) throw noLogo();
        appendAudit(trx, { at: receivedAt, actor, action: 'msp.logoRemoved', subject: `msp:${mspId}`, mspId });
      });
      return emptyReply(204);
    },
  }),
];

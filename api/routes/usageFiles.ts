import { z } from 'zod';
import { carriedOf, MOST_CARRIED } from '../../sites/index.js';
import { USAGE_FILE_BODY_BYTES } from '../http/limits.js';
import { requireMsp } from '../requireMsp.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { usageFile, usageFileStored } from '../schemas/usageFiles.js';

export const usageFileRoutes = [
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/usage-files',
    summary: 'Upload a signed file of sites without a network',
    description:
      `Up to ${MOST_CARRIED} messages that the sites of this MSP signed (docs/protocol.md, "Files"), stored all or none; the answer ` +
      'says in their order what became of each. The same file again changes nothing: its messages are counted as repeated.',
    tags: ['Site'],
    action: 'sites.manage',
    params: z.strictObject({ mspId: uuid }),
    body: usageFile,
    bodyLimit: USAGE_FILE_BODY_BYTES,
    responses: { 200: { description: 'Stored', schema: usageFileStored } },
    handler: async ({ params: { mspId }, body, actor, receivedAt, deps, limits, transaction }) => {
      await transaction((trx) => requireMsp(trx, mspId));
      const messages = carriedOf(body);
      const outcomes = await deps.ingest.carry({ mspId, messages, receivedAt, actor, bodyDepth: limits.bodyDepth });
      return reply(200, {
        items: outcomes.map(({ message, stored }) => ({
          siteId: message.from.siteId,
          installationId: message.from.installationId,
          kind: message.kind,
          period: message.kind === 'usageReport' ? message.period : null,
          ...stored,
        })),
      });
    },
  }),
];

/** Machines without a network are activated by a file that somebody carries, and one that she carries back (rule 17). */
import { z } from 'zod';
import { findShownKey } from '../../db/sites/shownKey.js';
import { addDays } from '../../domain/instant.js';
import { ANSWER_DAYS, signActivationAnswer, type ActivationAnswer } from '../../sites/index.js';
import { answerKeyOf, privateKeyOf } from '../answerKey.js';
import { readActivationRequest } from '../ingest/readMessage.js';
import { requireMsp } from '../requireMsp.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { activationRequest, activationResponse, answerKey } from '../schemas/activationFiles.js';

const tags = ['Site'] as const;

export const activationFileRoutes = [
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/activation-files',
    summary: 'Activate a machine without a network by its request file',
    description:
      'By the rules of an activation over the network; the same file again changes nothing. The answer is the response file, ' +
      `which Kontor signed and the machine verifies (docs/protocol.md), good for ${ANSWER_DAYS} days. UNKNOWN_KEY also for a ` +
      'metered key of a site or tenant that the sender does not see.',
    tags,
    action: 'software.activate',
    params: z.strictObject({ mspId: uuid }),
    body: activationRequest,
    lazyBody: true,
    responses: { 201: { description: 'The response file', schema: activationResponse } },
    handler: async (context) => {
      const { params, actor, receivedAt, deps, transaction } = context;
      const { mspId } = params;
      await transaction((trx) => requireMsp(trx, mspId));
      const request = readActivationRequest(context.readJson());
      const mayCarry = async (keyHash: Buffer) =>
        (await transaction((trx) => findShownKey(trx, keyHash)))?.mspId === mspId;
      const activated = await deps.ingest.activateCarried({ receivedAt, actor, mayCarry }, request);
      if (activated.first) deps.onboarding.changed(mspId);
      const { siteId, signingKeyId, minimumVersion } = activated;
      const { installationId, product, nonce, signingKey } = request;
      const answer: ActivationAnswer = {
        ...({ version: 1, kind: 'activation', mspId, siteId, installationId } as const),
        ...{ publicKey: signingKey.publicKey, signingKeyId, product, minimumVersion, nonce },
        answeredAt: receivedAt.toISOString(),
        expiresAt: addDays(receivedAt, ANSWER_DAYS).toISOString(),
      };
      const key = await answerKeyOf(deps.db, deps.secrets, receivedAt);
      const privateKey = privateKeyOf(deps.secrets, key);
      return reply(201, await signActivationAnswer(answer, { keyId: key.id, privateKey }));
    },
  }),
  route({
    method: 'get',
    path: '/v1/site/answer-key',
    summary: 'The public key by which a machine without a network verifies its response file',
    tags,
    action: 'public',
    responses: { 200: { description: 'The key', schema: answerKey } },
    handler: async ({ deps, receivedAt }) => {
      const { id, publicKey } = await answerKeyOf(deps.db, deps.secrets, receivedAt);
      return reply(200, { keyId: id, publicKey: publicKey.toString('base64url') });
    },
  }),
];

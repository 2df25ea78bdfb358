/**
 * Keys of sites. A metered key's changes are one transaction with their audit event, and no workflow: there is nothing to
 * wait for and nothing to undo, ingest reads the key's row at each message, and a stolen key must be revocable while
 * Temporal is away.
 */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { endKey, insertKey, listKeys, moveInstallations } from '../../db/sites/meteredKeyStore.js';
import { hasLiveInstallation } from '../../db/sites/installationStore.js';
import { retireSite } from '../../db/sites/siteStore.js';
import { KontorError } from '../../domain/errors.js';
import { MAY_DEPLOY } from '../../domain/site.js';
import { askToDestroy, confirmDestruction } from '../destroyKey.js';
import { endOneKey, keyJson, revocationOf } from '../endOneKey.js';
import { newKey } from '../newKey.js';
import { requireProductEnabled } from '../../db/programmes/enabledProducts.js';
import { requireTakesPart } from '../../db/programmes/requireTakesPart.js';
import { requireLicence, requireWhole } from '../requireWhole.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import {
  keyDestruction,
  keyDestructionConfirmed,
  keyDestructionInput,
  keyRevocation,
  keyShown,
  meteredKey,
} from '../schemas/keys.js';
import { requireOpenSite, requireSite, showSite } from './sites.js';

const tags = ['Keys'] as const;
const bySite = z.strictObject({ mspId: uuid, siteId: uuid });
const byKey = z.strictObject({ mspId: uuid, siteId: uuid, keyId: uuid });

export const keyRoutes = [
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/sites/{siteId}/keys',
    summary: 'List the keys of a site, the newest first',
    tags,
    action: 'keys.read',
    params: bySite,
    responses: { 200: { description: 'The keys', schema: z.strictObject({ items: z.array(meteredKey) }) } },
    handler: async ({ params, transaction }) => {
      const found = await transaction(async (trx) => {
        await showSite(trx, params.mspId, params.siteId);
        return listKeys(trx, params);
      });
      return reply(200, { items: found.map(keyJson) });
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites/{siteId}/keys/additional',
    summary: 'Issue an additional key for a site',
    description:
      'Beside its metered key, such as for a standby machine. Shown in this answer alone. Customers and system integrators ' +
      'get one where a term licence is in force, of a site that serves none but their tenants.',
    tags,
    action: 'keys.additional',
    params: bySite,
    showsSecret: true,
    responses: { 201: { description: 'The key', schema: keyShown } },
    handler: async (context) => {
      const { params, principal, actor, receivedAt, requestId: keyId, transaction } = context;
      const { mspId, siteId } = params;
      const { key, keyHash } = newKey();
      await transaction(async (trx) => {
        await requireWhole(trx, principal, { mspId, siteId });
        const { programme, product } = await requireOpenSite(trx, mspId, siteId);
        await requireTakesPart(trx, programme, mspId);
        await requireProductEnabled(trx, { mspId, programme, product });
        await requireLicence(trx, context, { mspId, siteId }, product);
        const issued = { keyId, kind: 'additional', keyHash, state: 'issued', at: receivedAt } as const;
        await insertKey(trx, { mspId, siteId }, issued);
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'key.issued',
          subject: `key:${keyId}`,
          mspId,
          after: { keyId, siteId, kind: 'additional' },
        });
      });
      return reply(201, { keyId, key });
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites/{siteId}/keys/{keyId}/revoke',
    summary: 'Revoke a key at once',
    description:
      'No installation activates with it any more; usage after the revocation becomes a discrepancy. `effectiveAt` is ' +
      'when the key was stolen or the contract ended, where that was earlier; also of a key that was replaced, destroyed or ' +
      'revoked as of a later instant.',
    tags,
    action: 'keys.manage',
    params: byKey,
    body: keyRevocation,
    responses: { 200: { description: 'The key', schema: meteredKey } },
    handler: async (context) => {
      const { mspId, siteId, keyId } = context.params;
      const end = revocationOf(context, context.body, keyId);
      const ended = await context.transaction(async (trx) => {
        await requireSite(trx, mspId, siteId);
        return endOneKey(trx, context, { mspId, siteId }, end);
      });
      return reply(200, keyJson(ended));
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites/{siteId}/keys/{keyId}/destroy',
    summary: 'Ask to destroy a key that is no longer needed',
    description: 'The first of two steps: nothing changes until it is confirmed under the id that is answered.',
    tags,
    action: 'keys.destroy',
    params: byKey,
    body: keyDestructionInput,
    responses: { 201: { description: 'What was asked for', schema: keyDestruction } },
    handler: async (context) => {
      const { mspId, siteId, keyId } = context.params;
      const asked = await context.transaction((trx) =>
        askToDestroy(trx, context, { mspId, siteId }, { keyId, ...context.body }),
      );
      return reply(201, asked);
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites/{siteId}/keys/{keyId}/destroy/confirm',
    summary: 'Destroy a key, as was asked for',
    description:
      'Final. A site without any other key, of its own or of its tenant, is retired. What it used until then it may still ' +
      'report; usage after that becomes a discrepancy, as after a revocation. STATE_CONFLICT a day after it was asked for.',
    tags,
    action: 'keys.destroy',
    params: byKey,
    body: keyDestructionConfirmed,
    responses: { 200: { description: 'The key', schema: meteredKey } },
    handler: async (context) => {
      const { mspId, siteId, keyId } = context.params;
      const { ended, retired } = await context.transaction(async (trx) => {
        await requireWhole(trx, context.principal, { mspId, siteId });
        await requireSite(trx, mspId, siteId);
        const ended = await confirmDestruction(trx, context, { mspId, siteId }, { keyId, ...context.body });
        const hasNone = (await listKeys(trx, { mspId, siteId })).every(({ state }) => state === 'destroyed');
        // It may live on under a key of its tenant.
        const isOver = hasNone && !(await hasLiveInstallation(trx, { mspId, siteId }));
        return { ended, retired: isOver && (await retireSite(trx, { mspId, siteId })) };
      });
      // Its tenants wait for its activation no longer.
      if (retired) context.deps.onboarding.changed(mspId);
      return reply(200, keyJson(ended));
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites/{siteId}/keys/rotate',
    summary: 'Replace the key of a site',
    description:
      'Installations go on under the new key, which is shown in this answer alone; the old one is destroyed. After a ' +
      'revocation the site gets a new key, and installations activate with it again.',
    tags,
    action: 'keys.manage',
    params: bySite,
    showsSecret: true,
    responses: { 201: { description: 'The new key', schema: keyShown } },
    handler: async ({ params: { mspId, siteId }, actor, receivedAt, requestId: keyId, transaction }) => {
      const { key, keyHash } = newKey();
      await transaction(async (trx) => {
        const { programme, contact } = await requireOpenSite(trx, mspId, siteId);
        await requireTakesPart(trx, programme, mspId);
        if (!MAY_DEPLOY[contact]) {
          throw new KontorError('STATE_CONFLICT', 'This site was silent for too long: no new key until it checks in.');
        }
        const owner = { mspId, siteId };
        const old = (await listKeys(trx, owner)).find(
          (one) => one.kind === 'metered' && (one.state === 'issued' || one.state === 'active'),
        );
        if (old !== undefined) {
          const end = {
            keyId: old.id,
            how: 'rotated',
            by: null,
            at: receivedAt,
            reason: `Replaced by ${keyId}`,
          } as const;
          await endKey(trx, owner, end);
        }
        const next = { keyId, kind: 'metered', keyHash, at: receivedAt } as const;
        await insertKey(trx, owner, { ...next, state: old?.state === 'active' ? 'active' : 'issued' });
        if (old !== undefined) {
          await moveInstallations(trx, { mspId, fromKeyId: old.id, toKeyId: keyId, at: receivedAt });
        }
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'key.rotated',
          subject: `key:${keyId}`,
          mspId,
          before: { keyId: old?.id ?? null },
          after: { keyId, siteId },
        });
      });
      return reply(201, { keyId, key });
    },
  }),
];

/** Keys of a tenant and product: any site that serves the tenant, or a unit below it, activates with them. */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { insertKey, listKeys } from '../../db/sites/meteredKeyStore.js';
import { KontorError } from '../../domain/errors.js';
import { askToDestroy, confirmDestruction } from '../destroyKey.js';
import { endOneKey, keyJson, revocationOf } from '../endOneKey.js';
import { newKey } from '../newKey.js';
import { requireProductEnabled } from '../../db/programmes/enabledProducts.js';
import { requireSubscription } from '../../db/programmes/requireSubscription.js';
import { requireTakesPart } from '../../db/programmes/requireTakesPart.js';
import { requireTenant } from '../requireTenant.js';
import { requireLicence, requireWhole } from '../requireWhole.js';
import { reply, route, type Context } from '../route.js';
import { runningPeriod } from '../runningPeriod.js';
import { startSubscription } from '../startSubscription.js';
import { uuid } from '../schemas/common.js';
import {
  keyDestruction,
  keyDestructionConfirmed,
  keyDestructionInput,
  keyRevocation,
  keyShown,
  meteredKey,
  tenantKeyInput,
} from '../schemas/keys.js';

const tags = ['Keys'] as const;
const byTenant = z.strictObject({ mspId: uuid, tenantId: uuid });
const byKey = z.strictObject({ mspId: uuid, tenantId: uuid, keyId: uuid });

type Issue = Pick<
  Context<z.output<typeof byTenant>, unknown, unknown>,
  'params' | 'actor' | 'receivedAt' | 'requestId'
>;

/** Issues a key of the tenant with its audit event. Throws NOT_FOUND and STATE_CONFLICT. */
async function issueKey(
  trx: Trx,
  { params: { mspId, tenantId }, actor, receivedAt, requestId: keyId }: Issue,
  wanted: z.output<typeof tenantKeyInput>,
): Promise<{ keyId: string; key: string }> {
  const { key, keyHash } = newKey();
  const { state } = await requireTenant(trx, mspId, tenantId);
  if (state === 'closed') throw new KontorError('STATE_CONFLICT', 'This tenant is closed.');
  await requireTakesPart(trx, wanted.programme, mspId);
  const { kind, ...use } = { ...wanted, mspId, tenantId };
  await requireProductEnabled(trx, use);
  // Who is limited to tenants does not see the MSP's zone, and starts no subscription.
  const running = await runningPeriod(trx, mspId, receivedAt);
  const subscribed = await requireSubscription(trx, use, running);
  if (!subscribed && kind === 'metered') {
    await startSubscription(trx, use, { running, by: { keyId }, actor, at: receivedAt });
  }
  const issued = { keyId, ...wanted, keyHash, at: receivedAt };
  await insertKey(trx, { mspId, tenantId }, { ...issued, state: 'issued' });
  appendAudit(trx, {
    at: receivedAt,
    actor,
    action: 'key.issued',
    subject: `key:${keyId}`,
    mspId,
    after: { keyId, tenantId, ...wanted },
  });
  return { keyId, key };
}

export const tenantKeyRoutes = [
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/tenants/{tenantId}/keys',
    summary: 'List the keys of a tenant, the newest first',
    tags,
    action: 'keys.read',
    params: byTenant,
    responses: { 200: { description: 'The keys', schema: z.strictObject({ items: z.array(meteredKey) }) } },
    handler: async ({ params, transaction }) => {
      const found = await transaction(async (trx) => {
        await requireTenant(trx, params.mspId, params.tenantId);
        return listKeys(trx, params);
      });
      return reply(200, { items: found.map(keyJson) });
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/tenants/{tenantId}/keys',
    summary: 'Issue a key for a tenant and product',
    description:
      'Shown in this answer alone. An activation with it names its site, which is added if there is none. The first one ' +
      'starts a metered subscription, unless the programme asks for a subscription before (STATE_CONFLICT).',
    tags,
    action: 'keys.manage',
    params: byTenant,
    body: tenantKeyInput,
    showsSecret: true,
    responses: { 201: { description: 'The key', schema: keyShown } },
    handler: async (context) => {
      const { keyId, key } = await context.transaction((trx) => issueKey(trx, context, context.body));
      return reply(201, { keyId, key });
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/tenants/{tenantId}/keys/additional',
    summary: 'Issue an additional key for a tenant and product',
    description:
      'Shown in this answer alone. Customers and system integrators get one where a term licence is in force, of a tenant ' +
      'that is theirs with every unit below it.',
    tags,
    action: 'keys.additional',
    params: byTenant,
    body: tenantKeyInput.omit({ kind: true }).meta({ id: 'AdditionalTenantKeyInput' }),
    showsSecret: true,
    responses: { 201: { description: 'The key', schema: keyShown } },
    handler: async (context) => {
      const { mspId, tenantId } = context.params;
      const { keyId, key } = await context.transaction(async (trx) => {
        await requireWhole(trx, context.principal, { mspId, tenantId });
        await requireLicence(trx, context, { mspId, tenantId }, context.body.product);
        return issueKey(trx, context, { ...context.body, kind: 'additional' });
      });
      return reply(201, { keyId, key });
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/tenants/{tenantId}/keys/{keyId}/revoke',
    summary: "Revoke a tenant's key at once",
    description: 'For every site that activated with it. `effectiveAt` as for the key of a site.',
    tags,
    action: 'keys.manage',
    params: byKey,
    body: keyRevocation,
    responses: { 200: { description: 'The key', schema: meteredKey } },
    handler: async (context) => {
      const { mspId, tenantId, keyId } = context.params;
      const end = revocationOf(context, context.body, keyId);
      const ended = await context.transaction((trx) => endOneKey(trx, context, { mspId, tenantId }, end));
      return reply(200, keyJson(ended));
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/tenants/{tenantId}/keys/{keyId}/destroy',
    summary: "Ask to destroy a tenant's key that is no longer needed",
    description: 'The first of two steps: nothing changes until it is confirmed under the id that is answered.',
    tags,
    action: 'keys.destroy',
    params: byKey,
    body: keyDestructionInput,
    responses: { 201: { description: 'What was asked for', schema: keyDestruction } },
    handler: async (context) => {
      const { mspId, tenantId, keyId } = context.params;
      const asked = await context.transaction((trx) =>
        askToDestroy(trx, context, { mspId, tenantId }, { keyId, ...context.body }),
      );
      return reply(201, asked);
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/tenants/{tenantId}/keys/{keyId}/destroy/confirm',
    summary: "Destroy a tenant's key, as was asked for",
    description:
      'Final, for every site that activated with it. What they used until then they may still report. STATE_CONFLICT a day ' +
      'after it was asked for.',
    tags,
    action: 'keys.destroy',
    params: byKey,
    body: keyDestructionConfirmed,
    responses: { 200: { description: 'The key', schema: meteredKey } },
    handler: async (context) => {
      const { mspId, tenantId, keyId } = context.params;
      const ended = await context.transaction((trx) =>
        confirmDestruction(trx, context, { mspId, tenantId }, { keyId, ...context.body }),
      );
      return reply(200, keyJson(ended));
    },
  }),
];

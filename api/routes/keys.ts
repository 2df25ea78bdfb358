/**
 * A metered key's changes are one transaction with their audit event, and no workflow: there is nothing to wait for and
 * nothing to undo, the door reads the key's row at each message, and a stolen key must be revocable while Temporal is
 * away.
 */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import {
  endKey,
  insertKey,
  listKeys,
  moveInstallations,
  type KeyEnd,
  type MeteredKey,
} from '../../db/sites/meteredKeyStore.js';
import { retireSiteWithoutKey } from '../../db/sites/siteStore.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { addDays } from '../../domain/instant.js';
import { MAY_DEPLOY } from '../../domain/site.js';
import { OLDEST_CHECK_IN_DAYS } from '../../domain/siteMessage.js';
import { newKey } from '../newKey.js';
import { reply, route, type Context } from '../route.js';
import { uuid } from '../schemas/common.js';
import { keyRevocation, keyShown, meteredKey } from '../schemas/keys.js';
import { siteChanged } from '../siteChanged.js';
import { requireSite } from './sites.js';

const tags = ['Keys'] as const;
const bySite = z.strictObject({ mspId: uuid, siteId: uuid });
const byKey = z.strictObject({ mspId: uuid, siteId: uuid, keyId: uuid });

function toJson({ id, state, issuedAt, endedAt, reason: why }: MeteredKey): z.input<typeof meteredKey> {
  return { keyId: id, state, issuedAt, endedAt, reason: why };
}

type KeyContext = Context<z.output<typeof byKey>, unknown, unknown>;

/** `endsAt`: since when the key counts as ended; what is on record about the act itself is now. */
async function end(context: KeyContext, to: KeyEnd['to'], why: string, endsAt: Date): Promise<MeteredKey> {
  const { params, principal, receivedAt, deps, transaction } = context;
  const { mspId, siteId, keyId } = params;
  const { ended, retired } = await transaction(async (trx) => {
    await requireSite(trx, mspId, siteId);
    const before = (await listKeys(trx, mspId, siteId)).find(({ id }) => id === keyId);
    if (before === undefined) throw new KontorError('NOT_FOUND', 'This site has no such key.');
    const ended = await endKey(trx, { mspId, siteId, keyId, to, at: endsAt, reason: why });
    if (ended === undefined) throw new KontorError('STATE_CONFLICT', `A key that is ${before.state} cannot be ${to}.`);
    const retired = to === 'destroyed' && (await retireSiteWithoutKey(trx, mspId, siteId));
    await appendAudit(trx, {
      at: receivedAt,
      actor: principal.name,
      action: `key.${to}`,
      subject: `key:${keyId}`,
      mspId,
      before: { state: before.state },
      after: { state: to, siteId, siteRetired: retired, endedAt: ended.endedAt },
      reason: why,
    });
    return { ended, retired };
  });
  // Whoever waits for the site's activation waits no longer.
  if (retired) siteChanged(deps, mspId, siteId);
  return ended;
}

export const keyRoutes = [
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/sites/{siteId}/keys',
    summary: 'List the keys of a site, the newest first',
    tags,
    roles: ['partner_team', 'distributor', 'msp'],
    params: bySite,
    responses: { 200: { description: 'The keys', schema: z.strictObject({ items: z.array(meteredKey) }) } },
    handler: async ({ params: { mspId, siteId }, transaction }) => {
      const found = await transaction((trx) => listKeys(trx, mspId, siteId));
      // Each site has had a key from its first moment.
      if (found.length === 0) throw new KontorError('NOT_FOUND', 'This MSP has no such site.');
      return reply(200, { items: found.map(toJson) });
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites/{siteId}/keys/{keyId}/revoke',
    summary: 'Revoke a key at once',
    description:
      'No installation activates with it any more; usage after the revocation becomes a discrepancy. `effectiveAt` is ' +
      'when the key was stolen or the contract ended, where that was earlier.',
    tags,
    roles: ['partner_team', 'msp'],
    params: byKey,
    body: keyRevocation,
    responses: { 200: { description: 'The key', schema: meteredKey } },
    handler: async (context) => {
      const { body, principal, receivedAt } = context;
      const endsAt = body.effectiveAt ?? receivedAt;
      // What was used after a revocation is not billed by default: an MSP that could set its date could set its bill.
      if (body.effectiveAt !== undefined && principal.role !== 'partner_team') {
        throw new KontorError('FORBIDDEN', 'Only the partner team revokes as of an earlier instant.');
      }
      if (endsAt > receivedAt || endsAt < addDays(receivedAt, -OLDEST_CHECK_IN_DAYS)) {
        throw fieldError(
          'VALIDATION_FAILED',
          '/effectiveAt',
          'A key is revoked as of now, or of a day check-ins are kept of.',
        );
      }
      return reply(200, toJson(await end(context, 'revoked', body.reason, endsAt)));
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites/{siteId}/keys/{keyId}/destroy',
    summary: 'Destroy a key that is no longer needed',
    description: 'Final. A site without any other key is retired.',
    tags,
    roles: ['partner_team', 'msp'],
    params: byKey,
    responses: { 200: { description: 'The key', schema: meteredKey } },
    handler: async (context) =>
      reply(200, toJson(await end(context, 'destroyed', 'No longer needed', context.receivedAt))),
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/sites/{siteId}/keys/rotate',
    summary: 'Replace the key of a site',
    description:
      'Installations go on under the new key, which is shown in this answer alone; the old one is destroyed. After a ' +
      'revocation the site gets a new key, and installations activate with it again.',
    tags,
    roles: ['partner_team', 'msp'],
    params: bySite,
    showsSecret: true,
    responses: { 201: { description: 'The new key', schema: keyShown } },
    handler: async ({ params: { mspId, siteId }, principal, receivedAt, requestId: keyId, transaction }) => {
      const { key, keyHash } = newKey();
      await transaction(async (trx) => {
        const { state, contact } = await requireSite(trx, mspId, siteId);
        if (state === 'retired') throw new KontorError('STATE_CONFLICT', 'This site is retired: add a new one.');
        if (!MAY_DEPLOY[contact]) {
          throw new KontorError('STATE_CONFLICT', 'This site was silent for too long: no new key until it checks in.');
        }
        const old = (await listKeys(trx, mspId, siteId)).find(
          (one) => one.state === 'issued' || one.state === 'active',
        );
        if (old !== undefined) {
          const replaced = { mspId, siteId, keyId: old.id, at: receivedAt, reason: `Replaced by ${keyId}` };
          await endKey(trx, { ...replaced, to: 'destroyed' });
        }
        await insertKey(trx, {
          mspId,
          siteId,
          keyId,
          keyHash,
          state: old?.state === 'active' ? 'active' : 'issued',
          at: receivedAt,
        });
        if (old !== undefined) await moveInstallations(trx, { mspId, siteId, fromKeyId: old.id, toKeyId: keyId });
        await appendAudit(trx, {
          at: receivedAt,
          actor: principal.name,
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

/** A key is destroyed in two steps: asked for with a reason, then confirmed under the id of that request. Nothing undoes it. */
import type { z } from 'zod';
import { appendAudit } from '../db/access/auditStore.js';
import type { Trx } from '../db/connect.js';
import { findKeyDestruction, insertKeyDestruction } from '../db/sites/keyDestructionStore.js';
import { listKeys, type KeyOwner, type MeteredKey } from '../db/sites/meteredKeyStore.js';
import type { Actor } from '../domain/access/actor.js';
import { fieldError, KontorError } from '../domain/errors.js';
import { addDays } from '../domain/instant.js';
import { CONFIRM_WITHIN_HOURS } from '../domain/key.js';
import { endOneKey, sideOf } from './endOneKey.js';
import type { Principal } from './principal.js';
import { requireWhole } from './requireWhole.js';
import type { keyDestruction } from './schemas/keys.js';

interface Act {
  principal: Principal;
  actor: Actor;
  receivedAt: Date;
  requestId: string;
}

const confirmUntil = (askedAt: Date) => addDays(askedAt, CONFIRM_WITHIN_HOURS / 24);

/** Step one: nothing changes but that it is on record. Throws NOT_FOUND, FORBIDDEN, and STATE_CONFLICT for one destroyed before. */
export async function askToDestroy(
  trx: Trx,
  { principal, actor, receivedAt: askedAt, requestId: id }: Act,
  owner: KeyOwner,
  { keyId, reason }: { keyId: string; reason: string },
): Promise<z.input<typeof keyDestruction>> {
  await requireWhole(trx, principal, owner);
  const key = (await listKeys(trx, owner)).find((one) => one.id === keyId);
  if (key === undefined) throw new KontorError('NOT_FOUND', 'There is no such key here.');
  if (key.state === 'destroyed') {
    throw new KontorError('STATE_CONFLICT', 'A key that is destroyed cannot be destroyed.');
  }
  const installations = await insertKeyDestruction(trx, owner, { id, keyId, reason, askedAt, askedBy: actor });
  appendAudit(trx, {
    at: askedAt,
    actor,
    action: 'key.destructionAsked',
    subject: `key:${keyId}`,
    mspId: owner.mspId,
    after: { destructionId: id, state: key.state, installations },
    reason,
  });
  return { destructionId: id, keyId, reason, askedAt, confirmUntil: confirmUntil(askedAt), installations };
}

/**
 * Step two, of the key's owner, which the caller has locked: final. Throws NOT_FOUND where nobody asked that of this key, and
 * STATE_CONFLICT where it is too late or was done.
 */
export async function confirmDestruction(
  trx: Trx,
  act: Act,
  owner: KeyOwner,
  { keyId, destructionId: id }: { keyId: string; destructionId: string },
): Promise<MeteredKey> {
  await requireWhole(trx, act.principal, owner);
  const asked = await findKeyDestruction(trx, owner, { keyId, id });
  if (asked === undefined) {
    throw fieldError('NOT_FOUND', '/destructionId', 'Nobody has asked for that of this key: ask first, with a reason.');
  }
  if (confirmUntil(asked.askedAt) < act.receivedAt) {
    throw fieldError(
      'STATE_CONFLICT',
      '/destructionId',
      `It was asked for more than ${CONFIRM_WITHIN_HOURS} hours ago: ask again.`,
    );
  }
  const { reason } = asked;
  return endOneKey(trx, act, owner, { keyId, how: 'destroyed', by: sideOf(act.principal), at: act.receivedAt, reason });
}

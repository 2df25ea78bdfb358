import type { Actor } from '../domain/access/actor.js';
import type { z } from 'zod';
import { appendAudit } from '../db/access/auditStore.js';
import type { Trx } from '../db/connect.js';
import { endKey, listKeys, type KeyEnd, type KeyOwner, type MeteredKey } from '../db/sites/meteredKeyStore.js';
import { fieldError, KontorError } from '../domain/errors.js';
import { addDays } from '../domain/instant.js';
import { OLDEST_CHECK_IN_DAYS } from '../domain/siteMessage.js';
import { isPartnerTeam, type Principal } from './principal.js';
import type { keyRevocation, meteredKey } from './schemas/keys.js';

interface Act {
  principal: Principal;
  actor: Actor;
  receivedAt: Date;
}

export function keyJson({ id, ...key }: MeteredKey): z.input<typeof meteredKey> {
  const { kind, product, state, issuedAt, endedAt, endedHow, reason } = key;
  return { keyId: id, kind, product, state, issuedAt, endedAt, endedHow, reason };
}

/**
 * A revocation as wished. What it changes of issued months is corrected as late usage is. Throws FORBIDDEN where an MSP wants it as of an earlier instant, VALIDATION_FAILED where it
 * lies ahead or before what check-ins are kept of.
 */
export function revocationOf(
  { principal, receivedAt }: Act,
  { reason, effectiveAt }: z.output<typeof keyRevocation>,
  keyId: string,
): KeyEnd {
  const at = effectiveAt ?? receivedAt;
  // What was used after a revocation is not billed by default: an MSP that could set its date could set its bill.
  if (effectiveAt !== undefined && !isPartnerTeam(principal)) {
    throw new KontorError('FORBIDDEN', 'Only the partner team revokes as of an earlier instant.');
  }
  if (at > receivedAt || at < addDays(receivedAt, -OLDEST_CHECK_IN_DAYS)) {
    throw fieldError(
      'VALIDATION_FAILED',
      '/effectiveAt',
      'A key is revoked as of now, or of a day check-ins are kept of.',
    );
  }
  return { keyId, how: 'revoked', by: sideOf(principal), at, notedAt: receivedAt, reason };
}

/** On whose side a key is ended. */
export function sideOf(principal: Principal): 'msp' | 'vendor' {
  return isPartnerTeam(principal) ? 'vendor' : 'msp';
}

/** Ends a key of the owner, which the caller has locked, with its audit event. Throws NOT_FOUND and STATE_CONFLICT. */
export async function endOneKey(
  trx: Trx,
  { actor, receivedAt }: Act,
  owner: KeyOwner,
  end: KeyEnd,
): Promise<MeteredKey> {
  const before = (await listKeys(trx, owner)).find(({ id }) => id === end.keyId);
  if (before === undefined) throw new KontorError('NOT_FOUND', 'There is no such key here.');
  const ended = await endKey(trx, owner, end);
  if (ended === undefined) {
    const { state, endedAt } = before;
    const isOver = end.how === 'revoked' && endedAt !== null;
    throw new KontorError(
      'STATE_CONFLICT',
      isOver
        ? `This key is ${state} as of ${endedAt.toISOString()}; it can be revoked as of an earlier instant alone.`
        : `A key that is ${state} cannot be ${end.how}.`,
    );
  }
  const { mspId, ...of } = owner;
  appendAudit(trx, {
    at: receivedAt,
    actor,
    action: `key.${end.how}`,
    subject: `key:${end.keyId}`,
    mspId,
    before: { state: before.state, endedHow: before.endedHow, endedAt: before.endedAt },
    after: { state: ended.state, ...of, endedHow: ended.endedHow, endedAt: ended.endedAt },
    reason: end.reason,
  });
  return ended;
}

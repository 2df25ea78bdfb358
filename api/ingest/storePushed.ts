import type { Trx } from '../../db/connect.js';
import { useNonces, type UsedNonce } from '../../db/usage/nonceStore.js';
import { storeSiteMessages } from '../../db/usage/storeSiteMessages.js';
import { KontorError } from '../../domain/errors.js';
import type { SiteMessage, Stored } from '../../domain/siteMessage.js';

/** A message whose signature has been verified, but for its nonce. */
export interface PushedMessage extends UsedNonce {
  message: SiteMessage;
}

/**
 * Uses up the nonces, which the push protocol alone has, and stores the messages whose nonce is new. Outcomes in order:
 * those of storeSiteMessages, or NONCE_REUSED.
 */
export async function storePushed(
  trx: Trx,
  pushed: readonly PushedMessage[],
  usedAt: Date,
): Promise<(Stored | KontorError)[]> {
  const isFresh = await useNonces(trx, pushed, usedAt);
  const fresh = pushed.filter((_, index) => isFresh[index]);
  const outcomes = await storeSiteMessages(
    trx,
    fresh.map(({ message }) => message),
  );
  return pushed.map(
    (entry) =>
      outcomes[fresh.indexOf(entry)] ??
      new KontorError('NONCE_REUSED', 'This very message was received before. Sign anew to send it again.'),
  );
}

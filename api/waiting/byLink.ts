import { ADDRESSEE } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { confirmWaiting, lockWaitingOfLink, withdrawWaiting } from '../../db/programmes/waitingList.js';
import { KontorError } from '../../domain/errors.js';

/** What whoever holds the link of a wish is answered. */
export interface OwnWish {
  programme: string;
  programmeName: string;
  country: string;
}

async function requireWish(trx: Trx, secret: string, at: Date) {
  const found = await lockWaitingOfLink(trx, secret, at);
  if (found !== undefined) return found;
  throw new KontorError('LINK_INVALID', 'This link does not count any more: ask to be told once more.');
}

/**
 * Confirms a wish to be told by the secret of its link, which stays good to withdraw it; again changes nothing. Throws
 * LINK_INVALID where the link is too old or of something else, and where the wish was told or withdrawn.
 */
export async function confirmWish(trx: Trx, secret: string, at: Date): Promise<OwnWish> {
  const { id, programme, programmeName, country, confirmedAt } = await requireWish(trx, secret, at);
  if (confirmedAt === null) {
    await confirmWaiting(trx, id, at);
    appendAudit(trx, {
      ...{ at, actor: ADDRESSEE, action: 'waitingList.confirmed', subject: `programme:${programme}` },
      after: { id, country },
    });
  }
  return { programme, programmeName, country };
}

/** Withdraws a wish to be told, confirmed or not, by the secret of its link, for which that is the end. LINK_INVALID. */
export async function withdrawWish(trx: Trx, secret: string, at: Date): Promise<OwnWish> {
  const { id, programme, programmeName, country } = await requireWish(trx, secret, at);
  await withdrawWaiting(trx, id, at);
  appendAudit(trx, {
    ...{ at, actor: ADDRESSEE, action: 'waitingList.withdrawn', subject: `programme:${programme}` },
    before: { id, country },
  });
  return { programme, programmeName, country };
}

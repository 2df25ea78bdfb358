import type { Actor } from '../../domain/access/actor.js';
import { requireSecondPerson } from '../../domain/access/fourEyes.js';
import type { Trx } from '../connect.js';
import { involvedPersons } from './involvedPersons.js';

/**
 * Rule 18: throws FOUR_EYES_REQUIRED unless `second` is a person and another one than those who acted first, a service
 * account counting as whoever made it; nor may one have made the other's account. `act` names what needs two: "confirms a
 * total".
 */
export async function requireFourEyes(trx: Trx, first: readonly Actor[], second: Actor, act: string): Promise<void> {
  const machines = first.filter(({ kind }) => kind === 'service_account');
  const eyes = new Set([...first.map(({ id }) => id), ...(await involvedPersons(trx, machines))]);
  const firstWithMakers = await involvedPersons(trx, first);
  requireSecondPerson(
    second,
    { first: eyes, firstWithMakers, secondWithMaker: await involvedPersons(trx, [second]) },
    act,
  );
}

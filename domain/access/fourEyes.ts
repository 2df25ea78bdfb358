import { KontorError } from '../errors.js';
import type { Actor } from './actor.js';

/**
 * Rule 18: throws FOUR_EYES_REQUIRED unless `second` is a person and another one than those who acted first. `first` and
 * `secondAndMaker` are ids with those of the makers of the accounts; `act` names what needs two.
 */
export function requireSecondPerson(
  second: Actor,
  {
    first,
    firstWithMakers,
    secondWithMaker,
  }: Record<'first' | 'firstWithMakers' | 'secondWithMaker', ReadonlySet<string>>,
  act: string,
): void {
  const refuse = (why: string): never => {
    throw new KontorError('FOUR_EYES_REQUIRED', `Another person ${act} (rule 18): ${why}.`);
  };
  if (second.kind !== 'person') refuse('only people are a pair of eyes, a service account is not');
  if (first.has(second.id)) refuse('you acted first, yourself or by a service account');
  if (firstWithMakers.has(second.id)) refuse('you made the account of one who acted first');
  if ([...first].some((id) => secondWithMaker.has(id))) refuse('one who acted first made your account');
}

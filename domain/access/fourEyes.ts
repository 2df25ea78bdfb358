import { KontorError } from '../errors.js';
import type { Actor } from './actor.js';

/**
 * Rule 18: throws FOUR_EYES_REQUIRED unless `second` is a person and another one than those who acted first. `first` and
 * `secondAndMaker` are ids with those of the makers of the accounts.
 */
export function requireSecondPerson(
  second: Actor,
  {
    first,
    firstWithMakers,
    secondWithMaker,
  }: Record<'first' | 'firstWithMakers' | 'secondWithMaker', ReadonlySet<string>>,
): void {
  const refuse = (why: string): never => {
    throw new KontorError('FOUR_EYES_REQUIRED', `${why} cannot confirm a total (rule 18); ask a second person.`);
  };
  if (second.kind !== 'person') refuse('Only people are a pair of eyes: a service account');
  if (first.has(second.id)) refuse('Who opened the run or decided a case of this MSP');
  if (firstWithMakers.has(second.id)) refuse('Who made the account of one who acted first');
  if ([...first].some((id) => secondWithMaker.has(id))) refuse('Whose account was made by one who acted first');
}

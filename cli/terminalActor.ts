import { findPersonOf, hasPeople } from '../db/access/personStore.js';
import type { Trx } from '../db/connect.js';
import { PARTNER_TEAM } from '../db/parties/companyStore.js';
import { TERMINAL, type Actor } from '../domain/access/actor.js';
import { KontorError } from '../domain/errors.js';

/**
 * Who acts at the terminal: the person of the partner team that `--as` names. Once the partner team has people one of them is
 * named, lest rule 18 count nobody.
 *
 * @throws KontorError VALIDATION_FAILED
 */
export async function terminalActor(trx: Trx, email: string | undefined): Promise<Actor> {
  if (email === undefined) {
    if (!(await hasPeople(trx, PARTNER_TEAM))) return TERMINAL;
    throw new KontorError(
      'VALIDATION_FAILED',
      'Say who does it: --as with the address of a person of the partner team.',
    );
  }
  const person = await findPersonOf(trx, { companyId: PARTNER_TEAM, email });
  if (person === undefined) throw new KontorError('VALIDATION_FAILED', `--as: ${email} is nobody of the partner team.`);
  return { kind: 'person', ...person };
}

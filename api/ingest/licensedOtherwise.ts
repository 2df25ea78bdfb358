import type { Trx } from '../../db/connect.js';
import { boundElsewhere, type BoundElsewhere } from '../../db/sites/installationStore.js';
import type { Site } from '../../db/sites/siteStore.js';
import { fieldError } from '../../domain/errors.js';
import { dayOf } from '../../domain/period.js';
import type { Activation } from '../../sites/index.js';
import { fingerprint } from './verifySender.js';

const SAID = { term: 'a term licence', other: 'a licence of another kind' } as const;

/**
 * Throws LICENSED_OTHERWISE on `/licence` where an installation says of itself that it runs under another licence. Of a key only
 * its fingerprint is told and kept.
 */
export function requireSaidMetered({ licence }: Pick<Activation, 'licence'>): void {
  if (licence === undefined || licence.kind === 'metered') return;
  const key = licence.key === undefined ? '' : ` (key ${fingerprint(licence.key)})`;
  throw fieldError(
    'LICENSED_OTHERWISE',
    '/licence',
    `This installation runs under ${SAID[licence.kind]}${key} and is not switched to metered use: remove that licence from it, ` +
      'or install the product anew, and activate then.',
  );
}

const BOUND: Record<BoundElsewhere, string> = {
  msp:
    'This installation is in use under a key of another MSP: have it retired there, or that key withdrawn, or install the ' +
    'product anew, and activate then.',
  term:
    'This installation is in use at another site of this MSP, under the term licence of that site: retire it there, or install ' +
    'the product anew, and activate then.',
};

/** The same on `/installationId` by what Kontor knows, of an installation that is new to the site. */
export async function requireBoundNowhere(trx: Trx, site: Site, installationId: string, at: Date): Promise<void> {
  const where = { mspId: site.mspId, siteId: site.id, installationId, day: dayOf(at, 'UTC') };
  const bound = await boundElsewhere(trx, where);
  if (bound !== undefined) throw fieldError('LICENSED_OTHERWISE', '/installationId', BOUND[bound]);
}

import { productByCode } from '../catalog/index.js';
import { KontorError } from '../errors.js';
import type { Day } from '../period.js';
import type { View } from './views.js';

/** What an additional key may come with. */
export interface LicenceTerm {
  meter: string;
  /** Half-open. */
  startsOn: Day;
  endsOn: Day;
}

/**
 * Rule 17: customers and system integrators retrieve additional keys "with yearly licences", service providers without.
 * Throws STATE_CONFLICT where a view that needs one has no term licence of the product in force on the day.
 */
export function requireLicenceInForce(view: View, product: string, licences: readonly LicenceTerm[], today: Day): void {
  if (view !== 'customer' && view !== 'system_integrator') return;
  const meters = productByCode(product)?.meters.map(({ code }) => code) ?? [];
  const inForce = ({ meter, startsOn, endsOn }: LicenceTerm) =>
    meters.includes(meter) && startsOn <= today && today < endsOn;
  if (licences.some(inForce)) return;
  throw new KontorError(
    'STATE_CONFLICT',
    `Additional keys come with a term licence, and none for ${product} is in force here: ask the MSP for one.`,
  );
}

/** Rule 17: what a company can be. `vendor` is the partner team's own; the others are the six groups of users. */
export const VIEWS = [
  'vendor',
  'distributor',
  'service_provider',
  'system_integrator',
  'customer',
  'reseller',
  'partner',
] as const;
export type View = (typeof VIEWS)[number];

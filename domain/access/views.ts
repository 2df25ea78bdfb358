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

/** Where a view comes from that the partner team does not simply give to a company; null: it does. */
export function givenElsewhere(view: View): string | null {
  switch (view) {
    case 'service_provider':
      return 'A company becomes a service provider by signing up: POST /v1/registrations.';
    case 'distributor':
      return 'A distributor is added with its terms: POST /v1/distributors.';
    case 'vendor':
      return 'That is the partner team’s own view.';
    case 'customer':
    case 'system_integrator':
    case 'reseller':
    case 'partner':
      return null;
  }
}

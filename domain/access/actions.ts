import type { SystemLevel } from './levels.js';
import type { View } from './views.js';

/** Who may do something: in which views, from which system level on, and whether named tenants are enough for it. */
interface ActionRule {
  views: readonly View[];
  level: SystemLevel;
  /** Also for those whose scope is named tenants, customers and integrators: as far as row level security shows rows. */
  tenants?: true;
}

const VENDOR = ['vendor'] as const satisfies readonly View[];
/** Who sees how months are priced, closed and packed. */
const DISTRIBUTING = ['vendor', 'distributor'] as const satisfies readonly View[];
/** Who sees what is billed. */
const BILLING = ['vendor', 'distributor', 'service_provider'] as const satisfies readonly View[];
/** Whether a view sees amounts: what an MSP pays is between those who bill it and itself, and not its customers'. */
export const seesAmounts = (view: View): boolean => BILLING.some((one) => one === view);

/** Who runs an MSP's sites: itself, or the partner team for it. */
const RUNS_SITES = ['vendor', 'service_provider'] as const satisfies readonly View[];
/** Who sees sites, tenants and their keys. */
const SEES_SITES = [...BILLING, 'system_integrator', 'customer'] as const satisfies readonly View[];
/** Between whom cases are handed over. */
const AT_THE_DESK = ['vendor', 'service_provider', 'system_integrator', 'customer'] as const satisfies readonly View[];
const EVERYBODY = [...SEES_SITES, 'reseller', 'partner'] as const satisfies readonly View[];

/**
 * Everything that can be done, once. Routes name an action; `may` decides by this table. The last five are the matrix of
 * rule 17: what each of the six views may do with software, keys and quotes.
 */
export const ACTIONS = {
  'me.read': { views: EVERYBODY, level: 'reader', tenants: true },
  'me.manage': { views: EVERYBODY, level: 'reader', tenants: true },
  'people.read': { views: EVERYBODY, level: 'administrator', tenants: true },
  'people.manage': { views: EVERYBODY, level: 'administrator', tenants: true },
  'people.end': { views: VENDOR, level: 'administrator' },
  'people.recover': { views: VENDOR, level: 'administrator' },
  'identityProviders.manage': { views: EVERYBODY, level: 'administrator', tenants: true },
  'audit.read': { views: VENDOR, level: 'manager' },
  'retention.read': { views: VENDOR, level: 'manager' },
  'retention.manage': { views: VENDOR, level: 'administrator' },
  'restrictions.manage': { views: VENDOR, level: 'administrator' },
  'programmes.read': { views: VENDOR, level: 'reader' },
  'programmes.manage': { views: VENDOR, level: 'administrator' },
  'territories.read': { views: VENDOR, level: 'reader' },
  'territories.manage': { views: VENDOR, level: 'manager' },
  'documents.manage': { views: VENDOR, level: 'manager' },
  'distributors.read': { views: VENDOR, level: 'reader' },
  'distributors.manage': { views: VENDOR, level: 'manager' },
  'prices.read': { views: DISTRIBUTING, level: 'reader' },
  'prices.manage': { views: VENDOR, level: 'manager' },
  'registrations.read': { views: VENDOR, level: 'reader' },
  'registrations.decide': { views: VENDOR, level: 'operator' },
  'companies.read': { views: BILLING, level: 'reader' },
  'companies.manage': { views: VENDOR, level: 'manager' },
  'contacts.read': { views: EVERYBODY, level: 'reader', tenants: true },
  'contacts.manage': { views: EVERYBODY, level: 'administrator', tenants: true },
  'company.read': { views: EVERYBODY, level: 'reader', tenants: true },
  'company.edit': { views: EVERYBODY, level: 'administrator', tenants: true },
  'participations.read': { views: BILLING, level: 'reader' },
  'participations.apply': { views: RUNS_SITES, level: 'manager' },
  'participations.manage': { views: VENDOR, level: 'manager' },
  'runs.read': { views: DISTRIBUTING, level: 'reader' },
  'runs.inspect': { views: VENDOR, level: 'reader' },
  'runs.manage': { views: VENDOR, level: 'manager' },
  'cases.read': { views: VENDOR, level: 'reader' },
  'cases.decide': { views: VENDOR, level: 'operator' },
  'desk.read': { views: AT_THE_DESK, level: 'reader', tenants: true },
  'desk.write': { views: AT_THE_DESK, level: 'operator', tenants: true },
  'desk.activate': { views: ['service_provider'], level: 'administrator' },
  'mail.read': { views: VENDOR, level: 'reader' },
  'mail.resend': { views: VENDOR, level: 'operator' },
  'statements.read': { views: BILLING, level: 'reader' },
  'customerPrices.read': { views: ['service_provider'], level: 'reader' },
  'customerPrices.manage': { views: ['service_provider'], level: 'manager' },
  'tenantDocuments.read': { views: ['service_provider', 'customer'], level: 'reader', tenants: true },
  'corrections.read': { views: VENDOR, level: 'reader' },
  'corrections.ask': { views: VENDOR, level: 'operator' },
  'corrections.decide': { views: VENDOR, level: 'manager' },
  'packs.read': { views: DISTRIBUTING, level: 'reader' },
  'packs.respond': { views: ['distributor'], level: 'operator' },
  'packs.answer': { views: VENDOR, level: 'operator' },
  'tenants.read': { views: SEES_SITES, level: 'reader', tenants: true },
  'tenants.manage': { views: RUNS_SITES, level: 'operator' },
  'sites.read': { views: SEES_SITES, level: 'reader', tenants: true },
  'sites.manage': { views: RUNS_SITES, level: 'operator' },
  'keys.read': { views: SEES_SITES, level: 'reader', tenants: true },
  'keys.manage': { views: RUNS_SITES, level: 'operator' },
  'licences.read': { views: SEES_SITES, level: 'reader', tenants: true },
  'licences.order': { views: RUNS_SITES, level: 'manager' },
  'licences.manage': { views: VENDOR, level: 'manager' },
  'orders.read': { views: VENDOR, level: 'reader' },
  'orders.decide': { views: VENDOR, level: 'manager' },
  'quotes.read': {
    views: ['vendor', 'customer', 'system_integrator', 'service_provider', 'reseller', 'distributor'],
    level: 'reader',
    tenants: true,
  },
  'quotes.answer': { views: VENDOR, level: 'manager' },
  'products.read': { views: BILLING, level: 'reader' },
  'products.manage': { views: VENDOR, level: 'manager' },
  'subscriptions.read': { views: SEES_SITES, level: 'reader', tenants: true },
  'subscriptions.manage': { views: RUNS_SITES, level: 'operator' },
  'usage.read': { views: SEES_SITES, level: 'reader', tenants: true },
  'mandates.read': { views: ['vendor', 'system_integrator', 'customer'], level: 'reader', tenants: true },
  'mandates.ask': { views: ['system_integrator'], level: 'administrator', tenants: true },
  'mandates.consent': { views: ['customer'], level: 'administrator', tenants: true },
  'mandates.end': { views: ['system_integrator', 'customer'], level: 'administrator', tenants: true },
  'software.publish': { views: VENDOR, level: 'manager' },
  'software.download': { views: EVERYBODY, level: 'reader', tenants: true },
  'software.activate': {
    views: ['vendor', 'customer', 'system_integrator', 'service_provider'],
    level: 'operator',
    tenants: true,
  },
  'quotes.request': {
    views: ['vendor', 'customer', 'system_integrator', 'service_provider', 'reseller', 'distributor'],
    level: 'operator',
    tenants: true,
  },
  'keys.destroy': {
    views: ['vendor', 'customer', 'system_integrator', 'service_provider'],
    level: 'operator',
    tenants: true,
  },
  'keys.additional': {
    views: ['vendor', 'customer', 'system_integrator', 'service_provider'],
    level: 'operator',
    tenants: true,
  },
} as const satisfies Record<string, ActionRule>;

export type Action = keyof typeof ACTIONS;

/** The rule of an action, with the members that not every one has. */
export function ruleOf(action: Action): ActionRule {
  return ACTIONS[action];
}

/** Whether a text, for instance of a stored level, names an action that there is. */
export function isAction(text: string): text is Action {
  return Object.hasOwn(ACTIONS, text);
}

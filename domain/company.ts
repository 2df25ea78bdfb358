import type { View } from './access/views.js';

/** From a suspension there is a way back, from the end there is none. */
export const COMPANY_STATES = ['active', 'suspended', 'ended'] as const;
export type CompanyState = (typeof COMPANY_STATES)[number];

/**
 * The naming convention of outside sources: a system in lower case, a colon, and its reference as that system writes it,
 * such as `crm:10023`. What signed up in Kontor's own portal has no source.
 */
export const COMPANY_SOURCE = /^(?!portal:)[a-z][a-z0-9-]{1,19}:[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/;

/** What a company is still in, by number. */
export interface CompanyTies {
  /** Programmes in which it has applied, takes part or is suspended, or whose last month with it is not closed. */
  programmes: number;
  /** Countries it serves from now on. */
  territories: number;
  /** MSPs that it bills for a month that is not closed, now or later. */
  billedMsps: number;
  /** That are its own as a customer and have not been closed. */
  tenants: number;
  /** That have not ended. */
  subsidiaries: number;
  /** Asked for or in force, by its side. */
  mandates: { system_integrator: number; customer: number };
  /** Whether there are months and documents of it as an MSP, or as a distributor. */
  history: { service_provider: boolean; distributor: boolean };
}

function listed(parts: readonly (readonly [count: number, one: string, many: string])[]): string[] {
  return parts.filter(([count]) => count > 0).map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
}

/** What keeps a company from giving up its business: programmes it takes part in, countries and MSPs it serves. */
export function businessLeft({ programmes, territories, billedMsps }: CompanyTies): string[] {
  return listed([
    [programmes, 'programme it takes part in', 'programmes it takes part in'],
    [territories, 'territory it serves', 'territories it serves'],
    [billedMsps, 'MSP it bills', 'MSPs it bills'],
  ]);
}

/** What keeps a company from ending. Mandates do not: they end with it. */
export function leftToEnd(ties: CompanyTies): string[] {
  return [
    ...businessLeft(ties),
    ...listed([
      [ties.tenants, 'tenant as a customer', 'tenants as a customer'],
      [ties.subsidiaries, 'subsidiary', 'subsidiaries'],
    ]),
  ];
}

/** What keeps a company from giving up a view: what exists only in that view. Tokens and sessions do not: they end. */
export function leftInView(view: View, { territories, billedMsps, tenants, mandates, history }: CompanyTies): string[] {
  switch (view) {
    case 'service_provider':
      return history.service_provider ? ['its months in a programme'] : [];
    case 'distributor':
      return history.distributor || territories + billedMsps > 0
        ? ['the territories and MSPs it serves or served']
        : [];
    case 'customer':
      return listed([
        [tenants, 'tenant', 'tenants'],
        [mandates.customer, 'mandate', 'mandates'],
      ]);
    case 'system_integrator':
      return listed([[mandates.system_integrator, 'mandate', 'mandates']]);
    case 'vendor':
      return ['the programmes it runs'];
    case 'reseller':
    case 'partner':
      return [];
  }
}

import { describe, expect, it } from '@jest/globals';
import { businessLeft, COMPANY_SOURCE, leftInView, leftToEnd, type CompanyTies } from '../../domain/company.js';
import { VIEWS } from '../../domain/access/views.js';

const NOTHING: CompanyTies = {
  ...{ programmes: 0, territories: 0, billedMsps: 0, tenants: 0, subsidiaries: 0 },
  mandates: { system_integrator: 0, customer: 0 },
  history: { service_provider: false, distributor: false },
};

describe('the source of a company', () => {
  it.each(['crm:10023', 'sap-erp:K/2026.7', 'dir2:a_b-C'])('%s follows the convention', (source) => {
    expect(COMPANY_SOURCE.test(source)).toBe(true);
  });

  it.each(['', 'crm', 'crm:', ':1', 'CRM:1', 'crm: 1', 'crm:1 2', 'c:1', '1crm:1', 'crm:1\n', 'portal:1', 'crm:-1'])(
    '%j does not: a system in lower case, a colon, its reference; the portal is none',
    (source) => {
      expect(COMPANY_SOURCE.test(source)).toBe(false);
    },
  );
});

describe('what is left', () => {
  it('of a company without ties is nothing, and it may end and lose any view but the partner team’s', () => {
    expect(leftToEnd(NOTHING)).toEqual([]);
    expect(VIEWS.filter((view) => leftInView(view, NOTHING).length > 0)).toEqual(['vendor']);
  });

  it('is named with its number', () => {
    const ties = { ...NOTHING, programmes: 1, territories: 2, billedMsps: 1, tenants: 3, subsidiaries: 1 };
    const business = ['1 programme it takes part in', '2 territories it serves', '1 MSP it bills'];
    expect(businessLeft(ties)).toEqual(business);
    expect(leftToEnd(ties)).toEqual([...business, '3 tenants as a customer', '1 subsidiary']);
  });

  it('keeps the view in which it exists, and no other', () => {
    const keeps = (ties: Partial<CompanyTies>) =>
      VIEWS.filter((view) => view !== 'vendor' && leftInView(view, { ...NOTHING, ...ties }).length > 0);
    expect(keeps({ tenants: 1 })).toEqual(['customer']);
    expect(keeps({ mandates: { system_integrator: 1, customer: 0 } })).toEqual(['system_integrator']);
    expect(keeps({ mandates: { system_integrator: 0, customer: 1 } })).toEqual(['customer']);
    expect(keeps({ history: { service_provider: true, distributor: false } })).toEqual(['service_provider']);
    expect(keeps({ history: { service_provider: false, distributor: true } })).toEqual(['distributor']);
    expect(keeps({ territories: 1 })).toEqual(['distributor']);
    expect(keeps({ subsidiaries: 1 })).toEqual([]);
  });
});

import type { Period } from '../../domain/period.js';
import type { World, WorldDistributor, WorldPlan } from './types.js';

export const PROGRAMME: World['programme'] = {
  code: 'msp',
  name: 'Managed service providers',
  zone: 'Europe/Berlin',
  baseCurrency: 'EUR',
  vendor: {
    name: 'Software Vendor SE',
    registrationNumber: 'HRB 100001',
    address: ['Beispielallee 1', '10115 Berlin'],
    country: 'DE',
    email: 'partner-team@vendor.example',
  },
};

export const DOCUMENTS: World['documents'] = [
  {
    filename: 'programme-guide.md',
    title: 'Programme guide',
    content: '# Programme guide\n\nInstall, activate with the metered key, and pay afterwards for what was used.\n',
  },
  {
    filename: 'price-models.md',
    title: 'Price models',
    content: '# Price models\n\nPer unit, graduated tiers, volume tiers, packages; a minimum per month.\n',
  },
];

export const DISTRIBUTORS: WorldDistributor[] = [
  {
    code: 'IT',
    name: 'Distributore Italia S.p.A.',
    registrationNumber: 'REA MI-2000001',
    address: ['Via Esempio 10', '20121 Milano'],
    country: 'IT',
    email: 'billing@distributor-it.example',
    currency: 'EUR',
    locale: 'it',
    zone: 'Europe/Rome',
  },
  {
    code: 'DE',
    name: 'Distributor Deutschland GmbH',
    registrationNumber: 'HRB 200002',
    address: ['Musterstraße 20', '20095 Hamburg'],
    country: 'DE',
    email: 'billing@distributor-de.example',
    currency: 'EUR',
    locale: 'de',
    zone: 'Europe/Berlin',
  },
  {
    code: 'PL',
    name: 'Dystrybutor Polska Sp. z o.o.',
    registrationNumber: 'KRS 0000300003',
    address: ['ul. Przykładowa 30', '00-001 Warszawa'],
    country: 'PL',
    email: 'billing@distributor-pl.example',
    currency: 'PLN',
    locale: 'pl',
    zone: 'Europe/Warsaw',
  },
  {
    code: 'JP',
    name: '日本ディストリビューター株式会社',
    registrationNumber: '4000-01-000004',
    address: ['港区見本1-2-3', '東京都 105-0001'],
    country: 'JP',
    email: 'billing@distributor-jp.example',
    currency: 'JPY',
    locale: 'en',
    zone: 'Asia/Tokyo',
  },
];

/** A base plan in euro with all four price models and a minimum, and Japan's own in yen. Poland's is converted. */
export function plansOf(previous: Period): WorldPlan[] {
  const fromPeriod = previous;
  return [
    {
      name: 'Base list',
      distributorCode: null,
      currency: 'EUR',
      fromPeriod,
      monthlyMinimum: '25.00',
      prices: {
        'mail-server.mailbox': {
          model: 'graduated',
          tiers: [{ upTo: 100, unitPrice: '1.20' }, { upTo: 1000, unitPrice: '1.05' }, { unitPrice: '0.95' }],
        },
        'firewall.user': {
          model: 'volume',
          tiers: [{ upTo: 200, unitPrice: '1.90' }, { upTo: 2000, unitPrice: '1.75' }, { unitPrice: '1.60' }],
        },
        'scanner.scan': { model: 'package', size: 10, packagePrice: '2.45' },
        'scanner.node': { model: 'per_unit', unitPrice: '0.655' },
        'backup.server_agent': { model: 'per_unit', unitPrice: '4.35' },
        'backup.workstation_agent': {
          model: 'graduated',
          tiers: [{ upTo: 50, unitPrice: '1.85' }, { unitPrice: '1.525' }],
        },
        'endpoint.device': { model: 'per_unit', unitPrice: '1.1275' },
      },
    },
    {
      name: '日本価格表',
      distributorCode: 'JP',
      currency: 'JPY',
      fromPeriod,
      monthlyMinimum: '4000',
      prices: {
        'mail-server.mailbox': {
          model: 'graduated',
          tiers: [{ upTo: 100, unitPrice: '195' }, { upTo: 1000, unitPrice: '172' }, { unitPrice: '155' }],
        },
        'firewall.user': { model: 'volume', tiers: [{ upTo: 200, unitPrice: '310' }, { unitPrice: '285' }] },
        'scanner.scan': { model: 'package', size: 10, packagePrice: '398' },
        'scanner.node': { model: 'per_unit', unitPrice: '106.5' },
        'backup.server_agent': { model: 'per_unit', unitPrice: '710' },
        'backup.workstation_agent': { model: 'per_unit', unitPrice: '298.4' },
        'endpoint.device': { model: 'per_unit', unitPrice: '183.25' },
      },
    },
  ];
}

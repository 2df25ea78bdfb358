import { PRODUCTS, type MeterCode, type MeterOf, type ProductCode } from '../../domain/catalog/index.js';
import type { Period } from '../../domain/period.js';
import type { Price } from '../../domain/pricing/index.js';
import type { WorldPlan, WorldProgramme } from './types.js';

export const MSP_PROGRAMME = 'msp';

/** A product that the demo's vendors do not sell: with it in their lists the months that are played would be others. */
const NOT_SOLD = 'pbx' satisfies ProductCode;
export const PRODUCTS_PLAYED = PRODUCTS.filter(({ code }) => code !== NOT_SOLD);

/** Every product that is played, priced in euro; Japan's distributor has a list of its own, Poland's prices are converted. */
export function mspProgramme(previous: Period): WorldProgramme {
  return {
    code: MSP_PROGRAMME,
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
    documents: [
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
    ],
    distributorCodes: ['IT', 'DE', 'PL', 'JP'],
    plans: plansOf(previous),
  };
}

/** What a unit costs in euro, roughly: enough to weigh one site against its MSP. */
export const ROUGH_PRICE: Readonly<Record<MeterCode, number>> = {
  'mail-server.mailbox': 1.1,
  'firewall.user': 1.8,
  'scanner.scan': 0.25,
  'scanner.node': 0.65,
  'backup.server_agent': 4.35,
  'backup.workstation_agent': 1.7,
  'endpoint.device': 1.1,
  'pbx.user': 1.2,
};

/** A list with a price for every meter that is played: a new one does not compile without. */
type FullPlan = WorldPlan & { prices: Record<MeterOf<Exclude<ProductCode, typeof NOT_SOLD>>, Price> };

/** A base plan in euro with all four price models and a minimum, and Japan's own in yen. */
function plansOf(previous: Period): FullPlan[] {
  const fromPeriod = previous;
  return [
    {
      name: 'Base list',
      distributorCode: null,
      currency: 'EUR',
      fromPeriod,
      monthlyMinimum: '25.00',
      termPriceFactor: 10,
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
      termPriceFactor: 1_600,
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

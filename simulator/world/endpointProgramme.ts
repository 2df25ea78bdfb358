import type { MeterOf, ProductCode } from '../../domain/catalog/index.js';
import type { Period } from '../../domain/period.js';
import type { Price } from '../../domain/pricing/index.js';
import type { WorldProgramme } from './types.js';

export const ENDPOINT_PROGRAMME = 'endpoint';

/** What the second vendor sells: of an MSP that takes part in both programmes these products are billed here. */
const PRODUCTS_SOLD = ['backup', 'endpoint'] as const satisfies readonly ProductCode[];
export const ENDPOINT_PRODUCTS: readonly ProductCode[] = PRODUCTS_SOLD;

/** A price for every meter of these products: a new one does not compile without. */
type EndpointPrices = Record<MeterOf<(typeof PRODUCTS_SOLD)[number]>, Price>;

const ENDPOINT_LIST: EndpointPrices = {
  'backup.server_agent': { model: 'per_unit', unitPrice: '4.95' },
  'backup.workstation_agent': { model: 'graduated', tiers: [{ upTo: 50, unitPrice: '2.10' }, { unitPrice: '1.75' }] },
  'endpoint.device': { model: 'volume', tiers: [{ upTo: 100, unitPrice: '1.35' }, { unitPrice: '1.20' }] },
};

/** Of another vendor on the other side of the ocean: priced in dollars alone, converted for each of its distributors. */
export function endpointProgramme(previous: Period): WorldProgramme {
  return {
    code: ENDPOINT_PROGRAMME,
    name: 'Endpoint partners',
    zone: 'America/New_York',
    baseCurrency: 'USD',
    vendor: {
      name: 'Endpoint Works Inc.',
      registrationNumber: 'DE-7000007',
      address: ['700 Example Avenue', 'New York, NY 10001'],
      country: 'US',
      email: 'partners@endpoint.example',
    },
    documents: [
      {
        filename: 'partner-guide.md',
        title: 'Partner guide',
        content: '# Partner guide\n\nDevices and agents are counted; the distributor bills them in local currency.\n',
      },
    ],
    distributorCodes: ['IT', 'DE', 'PL'],
    plans: [
      {
        name: 'Endpoint list',
        distributorCode: null,
        currency: 'USD',
        fromPeriod: previous,
        monthlyMinimum: '20.00',
        termPriceFactor: 11,
        prices: ENDPOINT_LIST,
      },
    ],
  };
}

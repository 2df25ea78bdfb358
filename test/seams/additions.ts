/**
 * One addition of each kind, made the way README, "How to add", says. A step writes a new file, or puts `text` before or
 * after a line that stands in the file once, or in its place.
 */
export type Edit =
  | { file: string; write: string }
  | { file: string; before: string; text: string }
  | { file: string; after: string; text: string }
  | { file: string; insteadOf: string; text: string };

export interface Addition {
  /** As README names it. */
  what: string;
  edits: readonly Edit[];
  /** Files that a command writes: they count as the others do. */
  written?: readonly string[];
}

export const ADDITIONS: readonly Addition[] = [
  {
    what: 'a price model',
    edits: [
      {
        file: 'domain/pricing/flatRate.ts',
        write: `import { z } from 'zod';
import { decimalPrice } from './decimalPrice.js';
import { priceModel } from './priceModel.js';

/** One price for the whole meter, whatever is used; the line that uses the first unit bears it. */
export const flatRate = priceModel({
  schema: z.strictObject({ model: z.literal('flat_rate'), unitPrice: decimalPrice }),
  line: ({ unitPrice }, from) => [{ kind: 'units', units: from === 0 ? 1 : 0, unitPrice }],
  terms: ({ unitPrice }, { price }) => ({ unitPrice: price(unitPrice) }),
});
`,
      },
      {
        file: 'domain/pricing/index.ts',
        before: "import { graduated } from './graduated.js';",
        text: "import { flatRate } from './flatRate.js';",
      },
      {
        file: 'domain/pricing/index.ts',
        after: 'const PRICE_MODELS = {',
        text: '  flat_rate: flatRate,',
      },
      {
        file: 'locales/en/statement.ts',
        after: '  prices: {',
        text: '    flat_rate: ({ unitPrice }) => `${unitPrice} a month`,',
      },
      {
        file: 'test/domain/prices.ts',
        after: 'export const PRICES_OF: { [M in PriceModel]: fc.Arbitrary<PriceOf[M]> } = {',
        text: "  flat_rate: fc.record({ model: fc.constant('flat_rate'), unitPrice }),",
      },
    ],
  },
  {
    what: 'a meter',
    edits: [
      {
        file: 'domain/catalog/scanner.ts',
        after: '  meters: [',
        text: "    { code: 'scanner.host', unit: 'host', aggregation: 'peak' },",
      },
      { file: 'locales/en/index.ts', after: '  unitTitles: {', text: "    host: 'hosts'," },
      {
        file: 'simulator/world/programme.ts',
        before: "        'scanner.scan': { model: 'package', size: 10, packagePrice: '2.45' },",
        text: "        'scanner.host': { model: 'per_unit', unitPrice: '0.50' },",
      },
      {
        file: 'simulator/world/programme.ts',
        before: "        'scanner.scan': { model: 'package', size: 10, packagePrice: '398' },",
        text: "        'scanner.host': { model: 'per_unit', unitPrice: '80' },",
      },
      {
        file: 'simulator/world/programme.ts',
        after: 'export const ROUGH_PRICE: Readonly<Record<MeterCode, number>> = {',
        text: "  'scanner.host': 0.5,",
      },
    ],
  },
  {
    what: 'a meter of the products backup or endpoint',
    edits: [
      {
        file: 'domain/catalog/backup.ts',
        after: '  meters: [',
        text: "    { code: 'backup.gigabyte', unit: 'gigabyte', aggregation: 'last' },",
      },
      { file: 'locales/en/index.ts', after: '  unitTitles: {', text: "    gigabyte: 'gigabytes'," },
      {
        file: 'simulator/world/programme.ts',
        before: "        'backup.server_agent': { model: 'per_unit', unitPrice: '4.35' },",
        text: "        'backup.gigabyte': { model: 'per_unit', unitPrice: '0.05' },",
      },
      {
        file: 'simulator/world/programme.ts',
        before: "        'backup.server_agent': { model: 'per_unit', unitPrice: '710' },",
        text: "        'backup.gigabyte': { model: 'per_unit', unitPrice: '8' },",
      },
      {
        file: 'simulator/world/programme.ts',
        after: 'export const ROUGH_PRICE: Readonly<Record<MeterCode, number>> = {',
        text: "  'backup.gigabyte': 0.05,",
      },
      {
        file: 'simulator/world/endpointProgramme.ts',
        after: 'const ENDPOINT_LIST: EndpointPrices = {',
        text: "  'backup.gigabyte': { model: 'per_unit', unitPrice: '0.06' },",
      },
    ],
  },
  {
    what: 'a product',
    written: ['docs/settings.md'],
    edits: [
      {
        file: 'domain/catalog/vpn.ts',
        write: `import type { Product } from './product.js';

export const vpn = {
  code: 'vpn',
  name: 'VPN',
  minimumVersion: '2.0.0',
  meters: [{ code: 'vpn.connection', unit: 'connection', aggregation: 'sum' }],
} as const satisfies Product;
`,
      },
      {
        file: 'domain/catalog/index.ts',
        after: "import { scanner } from './scanner.js';",
        text: "import { vpn } from './vpn.js';",
      },
      {
        file: 'domain/catalog/index.ts',
        insteadOf:
          'export const PRODUCTS = [mailServer, firewall, scanner, backup, endpoint, pbx] as const satisfies readonly Product[];',
        text: 'export const PRODUCTS = [mailServer, firewall, scanner, backup, endpoint, pbx, vpn] as const satisfies readonly Product[];',
      },
      { file: 'locales/en/index.ts', after: '  products: {', text: "    vpn: 'VPN'," },
      { file: 'locales/en/index.ts', after: '  unitTitles: {', text: "    connection: 'connections'," },
      {
        file: 'simulator/world/programme.ts',
        before: "        'scanner.scan': { model: 'package', size: 10, packagePrice: '2.45' },",
        text: "        'vpn.connection': { model: 'per_unit', unitPrice: '0.20' },",
      },
      {
        file: 'simulator/world/programme.ts',
        before: "        'scanner.scan': { model: 'package', size: 10, packagePrice: '398' },",
        text: "        'vpn.connection': { model: 'per_unit', unitPrice: '32' },",
      },
      {
        file: 'simulator/world/programme.ts',
        after: 'export const ROUGH_PRICE: Readonly<Record<MeterCode, number>> = {',
        text: "  'vpn.connection': 0.2,",
      },
    ],
  },
  {
    what: 'a discrepancy kind',
    written: ['docs/settings.md'],
    edits: [
      {
        file: 'domain/reconcile/roundNumber.ts',
        write: `import { z } from 'zod';
import { units } from './evidence.js';
import { QUANTITY_DECISIONS, REVIEWED, usageKind } from './kind.js';

/** Whole thousands are seldom counted. */
export const roundNumber = usageKind({
  kind: 'round_number',
  handlings: REVIEWED,
  defaults: ['accepted'],
  decisions: QUANTITY_DECISIONS,
  evidence: z.strictObject({ quantity: units }),
  detect: (_usage, { value }) => (value > 0 && value % 1000 === 0 ? { quantity: value } : null),
  settle: { accepted: (quantity) => quantity },
});
`,
      },
      {
        file: 'domain/reconcile/kinds.ts',
        before: "import { totalMoved } from './totalMoved.js';",
        text: "import { roundNumber } from './roundNumber.js';",
      },
      { file: 'domain/reconcile/kinds.ts', before: '  totalMoved,', text: '  roundNumber,' },
      {
        file: 'locales/en/index.ts',
        after: '  discrepancies: {',
        text: `    round_number: {
      name: 'Round number',
      byDefault: { accepted: 'accepted' },
      evidence: ({ quantity }) => \`\${quantity} is a round number.\`,
    },`,
      },
      {
        file: 'test/statements/view.test.ts',
        after: 'const SAMPLES: { [K in DiscrepancyKind]: { kind: K; evidence: EvidenceOf<K> } } = {',
        text: "  round_number: { kind: 'round_number', evidence: { quantity: 5000 } },",
      },
    ],
  },
  {
    what: 'a mail',
    edits: [
      {
        file: 'locales/mail.ts',
        after: 'export interface MailParams {',
        text: '  pricesChange: { vendorName: string; mspName: string; fromPeriod: Period };',
      },
      {
        file: 'locales/en/mail.ts',
        after: 'export const mail: MailMessages = {',
        text: `  pricesChange: {
    subject: ({ vendorName, fromPeriod }) => \`New prices of \${vendorName} from \${month(fromPeriod)}\`,
    body: ({ mspName, fromPeriod }) => [
      \`From \${month(fromPeriod)} on, \${mspName} is billed by a new price list.\`,
      'Statements of earlier months stay as they are.',
    ],
  },`,
      },
      {
        file: 'delivery/mail/pricesChange.ts',
        write: `import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { name, period } from './fields.js';

/** To the MSP: another price list holds from a month on. */
export const pricesChange = defineMail(
  'pricesChange',
  'none',
  z.object({ vendorName: name, mspName: name, fromPeriod: period }),
);
`,
      },
      {
        file: 'delivery/mail/index.ts',
        before: "import { registrationExpired } from './registrationExpired.js';",
        text: "import { pricesChange } from './pricesChange.js';",
      },
      { file: 'delivery/mail/index.ts', after: 'const MAILS = {', text: '  pricesChange,' },
      {
        file: 'test/locales/messages.test.ts',
        after: 'const PARAMS: MailParams = {',
        text: '  pricesChange: { ...common, fromPeriod: period },',
      },
    ],
  },
  {
    what: 'a language',
    edits: [
      {
        file: 'locales/fr/index.ts',
        write: `import type { Translation } from '../translation.js';

export const fr: Translation = { statement: { documentName: 'Relevé d’utilisation' } };
`,
      },
      {
        file: 'locales/index.ts',
        before: "import { it } from './it/index.js';",
        text: "import { fr } from './fr/index.js';",
      },
      {
        file: 'locales/index.ts',
        after: 'export const TRANSLATIONS = {',
        text: '  fr,',
      },
    ],
  },
];

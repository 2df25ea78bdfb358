/**
 * One addition of each kind, made the way README, "How to add", says. A step writes a new file, or puts `text` before or
 * after a line that stands in the file once.
 */
export type Edit = { file: string; write: string } | { file: string; before: string; text: string } | AfterEdit;

interface AfterEdit {
  file: string;
  after: string;
  text: string;
}

export interface Addition {
  what: string;
  /** At most that many files, new ones included. */
  files: number;
  edits: readonly Edit[];
}

export const ADDITIONS: readonly Addition[] = [
  {
    what: 'a price model',
    files: 6,
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
  change: ({ unitPrice }, oldTotal, newTotal) => [
    { kind: 'units', units: Math.sign(newTotal) - Math.sign(oldTotal), unitPrice },
  ],
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
    files: 4,
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
    ],
  },
  {
    what: 'a discrepancy kind',
    files: 6,
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
    what: 'a language',
    files: 3,
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
        after: 'const TRANSLATIONS = {',
        text: '  fr,',
      },
    ],
  },
];

import { describe, expect, it } from '@jest/globals';
import { parsePeriod } from '../../domain/period.js';
import { ECB_SOURCE } from '../../domain/pricing/publishedRate.js';
import { ALL_KINDS } from '../../domain/reconcile/index.js';
import { LOCALES, messagesFor, parkedReason } from '../../locales/index.js';
import { renderStatement } from '../../statements/render.js';
import { buildStatementView } from '../../statements/view.js';
import { readPdf } from './readPdf.js';
import { correctionLine, minimumLine, statementOf, termLine, usageLine } from './sampleStatement.js';

const MAILBOX = 'mail-server.mailbox';
const listIn = (currency: string, monthlyMinimumMinor: bigint | null = null) => ({
  name: 'List 2026',
  currency,
  fromPeriod: parsePeriod('2026-01'),
  prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '106.5' } } as const,
  monthlyMinimumMinor,
  firstMonth: 'billed' as const,
});

describe('what is printed can be followed', () => {
  it.each([
    ['en', 'sum of 3 lines, each rounded'],
    ['de', 'Summe von 3 einzeln gerundeten Zeilen'],
    ['it', 'somma di 3 righe arrotondate singolarmente'],
    ['pl', 'suma 3 pozycji, z których każdą zaokrąglono'],
  ])('case 33: in %s, 307 × 106.5 JPY over three lines says that it is a sum of rounded lines', (locale, words) => {
    // 101 × 106.5 = 10,756.5 → 10,757; twice; 105 × 106.5 = 11,182.5 → 11,183.
    const lines = [101, 101, 105].map((peak) =>
      usageLine({
        peak,
        steps: [{ kind: 'units', units: peak, unitPrice: '106.5' }],
        amountMinor: peak === 101 ? 10_757n : 11_183n,
      }),
    );
    const view = buildStatementView(statementOf(lines, { locale, currency: 'JPY', pricePlan: listIn('JPY') }));
    const [row] = view.arithmetic?.rows ?? [];
    const amount = row?.at(-1)?.map(({ text }) => text.replaceAll(/\D/g, ''));
    expect([amount?.[0], row?.at(-1)?.[1]?.text]).toEqual(['32697', words]);
  });

  it('case 33: one line is its product, and says nothing', () => {
    const view = buildStatementView(statementOf([usageLine()]));
    expect(view.arithmetic?.rows[0]?.at(-1)).toHaveLength(1);
  });

  it.each([
    ['IDR', 123_456_789_012n, '1.234.567.890,12'],
    ['KWD', 9_223_372_036_854_775_807n, '9.223.372.036.854.775,807'],
  ])('case 32: an amount of %s is never broken over two lines', (currency, amountMinor, printed) => {
    const steps = [{ kind: 'units' as const, units: 12, unitPrice: '102880657.51' }];
    const lines = [usageLine({ steps, amountMinor }), usageLine({ steps, amountMinor: 0n })];
    const history = [{ period: parsePeriod('2026-04'), totalMinor: amountMinor }];
    const pricePlan = listIn(currency);
    const { pages } = readPdf(
      renderStatement(statementOf(lines, { locale: 'de', currency, pricePlan, history })).bytes,
    );
    const strings = pages.flat().map((text) => text.replaceAll('\u00a0', ' '));
    // The panel, the chart, the row of the meter, the line, usage and total.
    expect(strings.filter((text) => text.includes(printed)).length).toBeGreaterThanOrEqual(5);
    expect(strings.filter((text) => text.includes('102.880.657,51'))).toHaveLength(2);
    // No piece of either anywhere else.
    const pieces = strings.filter((text) => /^[\d.,]*\d{3}[.,]\d*$/.test(text));
    expect(pieces.filter((text) => !text.includes(printed) && !text.startsWith('102.880.657,51'))).toEqual([]);
  });

  it('case 32, a relative: in English an amount is in one piece with the currency before it, and so is the number of a document', () => {
    const ofRupiah = {
      currency: 'IDR',
      priceCurrency: 'IDR',
      ratedMinor: 123_456_789_012n,
      billedMinor: -123_456_789_012n,
    };
    const line = correctionLine({ ...ofRupiah, correctsNumber: 'MSP-DE-2026-000001', amountMinor: 246_913_578_024n });
    const { pages } = readPdf(
      renderStatement(statementOf([line], { currency: 'IDR', pricePlan: listIn('IDR') })).bytes,
    );
    const strings = pages.flat().map((text) => text.replaceAll('\u00a0', ' '));
    expect(strings).toContain('IDR 1,234,567,890.12');
    expect(strings).toContain('IDR −1,234,567,890.12');
    expect(strings).toContain('MSP-DE-2026-000001');
  });

  const rateOf = (base: string, currency: string) => {
    const source = `${ECB_SOURCE} (1 EUR = 4.289 PLN, 1 EUR = 181.25 JPY)`;
    return { base, currency, rate: '42.25927', day: '2026-05-29', source };
  };
  const licensedDays = [
    { first: '2026-05-01', last: '2026-05-14', count: 1_044, licensed: 1_010 },
    { first: '2026-05-15', last: '2026-05-31', count: 1_021, licensed: 1_017 },
  ];

  it.each(LOCALES)(
    'case 30, a relative: in %s, what a quantity and a licence are reckoned from is printed whole',
    (locale) => {
      const bases = ['reported', 'observed', 'estimated', 'decided', 'waived', 'deferred'] as const;
      const term = {
        startsOn: '2026-09-15',
        endsOn: '2028-09-15',
        instalment: { no: 3, of: 24 },
        exchange: rateOf('PLN', 'JPY'),
      };
      const lines = [
        ...bases.map((basis) =>
          usageLine({ basis, peak: 1_044, licensed: 1_010, quantity: 34, licensedDays, firstMonthFree: true }),
        ),
        termLine(term),
        { ...termLine(term), kind: 'extension' as const, extends: 'licence-0', daysLeft: 489, termDays: 731 },
        correctionLine({ licensedDays, licensed: 1_010, rate: rateOf('EUR', 'PLN'), exchange: rateOf('PLN', 'JPY') }),
      ];
      const { text, pages } = readPdf(renderStatement(statementOf(lines, { locale })).bytes);
      expect(text).not.toContain('…');
      for (const basis of bases.slice(1)) expect(pages.flat()).toContain(messagesFor(locale).bases[basis]);
    },
  );

  it.each([
    ['en', '250.00 due so far less 166.67 due before'],
    ['de', 'bisher fällig 250,00 abzüglich 166,67 davor'],
    ['it', 'dovuti finora 250,00 meno 166,67 prima'],
    ['pl', 'należne dotąd 250,00 minus 166,67 wcześniej'],
  ])(
    'case 33, a relative: in %s, an instalment that is not its share of the whole is a difference of rounded numbers',
    (locale, words) => {
      const line = termLine({
        count: 10,
        unitPrice: '100',
        years: 1,
        instalment: { no: 3, of: 12 },
        amountMinor: 83_33n,
      });
      const view = buildStatementView(statementOf([line], { locale }));
      expect(view.terms?.rows[0]?.[5]?.map(({ text }) => text)).toContain(words);
    },
  );

  it.each([
    [{ peak: 40, licensed: 20, newQuantity: 20 }, ['April 2026: 40 less 20 licensed = 20']],
    [{ peak: 18, newQuantity: 18, firstMonthFree: true, steps: [] }, ['first month, not billed']],
    [{ peak: 50, newQuantity: 50, basis: 'estimated' }, ['estimated']],
    [{ peak: 0, newQuantity: 0, basis: 'waived', steps: [] }, ['waived']],
    [{ peak: 0, newQuantity: 0, basis: 'estimated', steps: [] }, []],
    [
      { peak: 1_044, licensed: 1_010, newQuantity: 34, licensedDays },
      [
        'day by day, the highest counts:',
        '1 May to 14 May: 1,044 less 1,010 licensed = 34',
        '15 May to 31 May: 1,021 less 1,017 licensed = 4',
      ],
    ],
  ] as const)('case 36, a relative: a correction says how its quantity comes about: %j', (change, said) => {
    const { licensedDays: days, steps, ...rest } = { licensedDays: undefined, steps: undefined, ...change };
    const line = correctionLine({
      ...rest,
      ...(days === undefined ? {} : { licensedDays: [...days] }),
      ...(steps === undefined ? {} : { steps: [...steps] }),
    });
    const view = buildStatementView(statementOf([line]));
    const corrects = view.corrections?.rows[0]?.[3]?.map(({ text }) => text);
    expect(corrects).toEqual(['April 2026', 'DE-2026-000007', 'estimate replaced by the report', ...said]);
  });

  it('case 30: one line over 200 graduated tiers goes on over the pages, with every product', () => {
    const steps = Array.from({ length: 200 }, (_, i) => ({
      kind: 'units' as const,
      units: 10,
      unitPrice: `${(i + 1) * 2}`,
    }));
    const tiers = steps.map(({ unitPrice }, i) => (i < 199 ? { upTo: (i + 1) * 10, unitPrice } : { unitPrice }));
    const line = usageLine({ steps, peak: 2000, amountMinor: 40_200_000n });
    const pricePlan = { ...listIn('EUR'), prices: { [MAILBOX]: { model: 'graduated' as const, tiers } } };
    const { pages, text } = readPdf(renderStatement(statementOf([line, usageLine()], { pricePlan })).bytes);
    for (const { unitPrice } of steps) expect(text).toContain(`10 × ${unitPrice}.00`);
    const withProducts = pages.filter((strings) => strings.some((one) => /10 × \d+\.00$/.test(one)));
    expect(withProducts.length).toBeGreaterThan(2);
    for (const strings of withProducts) expect(strings).toContain('Site and tenant');
    expect(text).not.toContain('…');
  });

  it('case 34: a converted minimum shows its product, with rate, day and source', () => {
    const exchange = { base: 'EUR', currency: 'PLN', rate: '4.289', day: '2026-05-29', source: ECB_SOURCE };
    const statement = statementOf([minimumLine(4_289n, 4_289n)], {
      currency: 'PLN',
      exchange,
      pricePlan: listIn('EUR', 1_000n),
    });
    const { text } = readPdf(renderStatement(statement).bytes);
    expect(text.replaceAll('\u00a0', ' ')).toContain(
      'Up to the monthly minimum of EUR 10.00 × 4.289 = PLN 42.89 PLN 42.89',
    );
    expect(text).toContain('EUR 1 = PLN 4.289, published for 29 May 2026 by European Central Bank');
  });

  it.each([
    ['de', 'Europäische Zentralbank, Euro-Referenzkurse (1 EUR = 4,289 PLN, 1 EUR = 181,25 JPY)'],
    ['it', 'Banca centrale europea, tassi di cambio di riferimento dell’euro (1 EUR = 4,289 PLN, 1 EUR = 181,25 JPY)'],
  ])('case 38: the source of a rate is named in %s', (locale, named) => {
    const source = `${ECB_SOURCE} (1 EUR = 4.289 PLN, 1 EUR = 181.25 JPY)`;
    const exchange = { base: 'PLN', currency: 'JPY', rate: '42.25927', day: '2026-05-29', source };
    const view = buildStatementView(statementOf([usageLine()], { locale, currency: 'JPY', exchange }));
    expect(view.exchange?.paragraphs[0]).toContain(named);
  });

  it.each(LOCALES)('case 38: whatever parks an MSP is said in %s', (locale) => {
    const codes = ['EXCHANGE_RATE_MISSING', 'PRICE_MISSING', 'PRICE_PLAN_MISSING', ...ALL_KINDS, 'SOMETHING_NEW', null];
    const said = codes.map((code) => parkedReason(code, locale));
    expect(said.filter((text) => text === '' || text.includes('[en]'))).toEqual([]);
    if (locale !== 'en') {
      const english = codes.map((code) => parkedReason(code, 'en'));
      expect(said.filter((text, i) => text === english[i])).toEqual([]);
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import {
  planCorrection,
  type BilledItem,
  type CorrectableStatement,
  type CorrectionWish,
} from '../../domain/correction.js';
import { sumMinor } from '../../domain/money.js';
import { correctionLine, minimumLine, statementOf, usageLine } from '../statements/sampleStatement.js';

type Wish = Exclude<CorrectionWish, { change: 'reissue' }>;
type ByHand = Partial<Pick<BilledItem, 'billedMinor' | 'manualMinor' | 'manualQuantityMinor' | 'quantity' | 'waived'>>;

/**
 * Line 1: 30 × 2.00 = 60.00; line 2: 20 × 2.00 + 10 × 1.50 = 55.00; line 3: 5.00 to a minimum; line 4 corrects another statement;
 * line 5 is a first month that is not billed. In total 120.00 are this statement's own.
 */
function statement(
  byHand: Record<number, ByHand> = {},
  whole: Partial<CorrectableStatement> = {},
): CorrectableStatement {
  const tiers = [{ upTo: 50, unitPrice: '2.00' }, { unitPrice: '1.50' }];
  const list = statementOf([]).pricePlan;
  const of = statementOf(
    [
      usageLine({ peak: 30, amountMinor: 60_00n }),
      usageLine({ siteId: 'site-2', siteName: 'South', peak: 30, amountMinor: 55_00n }),
      minimumLine(120_00n, 5_00n),
      correctionLine(),
      usageLine({ siteId: 'site-3', peak: 9, firstMonthFree: true, amountMinor: 0n }),
    ],
    { pricePlan: { ...list, prices: { 'mail-server.mailbox': { model: 'graduated', tiers } } } },
  );
  const items = of.lines.flatMap((line): BilledItem[] =>
    line.kind === 'usage' || line.kind === 'minimum'
      ? [
          {
            line,
            quantity: line.kind === 'usage' ? line.quantity : null,
            billedMinor: line.amountMinor,
            ...{ manualMinor: 0n, manualQuantityMinor: 0n, waived: false },
            ...byHand[line.lineNo],
          },
        ]
      : [],
  );
  return {
    statement: of,
    items,
    usage: of.lines.flatMap((line) =>
      line.kind === 'usage' ? [{ ...line, quantity: line.firstMonthFree ? 0 : line.quantity }] : [],
    ),
    billedMinor: sumMinor(items.map(({ billedMinor }) => billedMinor)),
    manualMinor: sumMinor(items.map(({ manualMinor }) => manualMinor)),
    waived: false,
    ...whole,
  };
}

const amount = (lineNo: number | null, amountMinor: bigint): Wish => ({
  ...{ change: 'amount', lineNo, amountMinor, booking: 'next_statement' },
});
const quantity = (lineNo: number, units: number): Wish => ({
  ...{ change: 'quantity', lineNo, quantity: units, booking: 'next_statement' },
});
const waive = (lineNo: number | null): Wish => ({ change: 'waiver', lineNo, booking: 'next_statement' });

describe('what a correction by hand comes to', () => {
  it.each<[string, CorrectableStatement, Wish, [rated: bigint, billed: bigint]]>([
    ['an amount off a line', statement(), amount(1, -5_00n), [55_00n, 60_00n]],
    ['an amount on the whole, at most double', statement(), amount(null, 120_00n), [240_00n, 120_00n]],
    ['an amount after another', statement({ 1: { manualMinor: -5_00n } }), amount(1, -5_00n), [50_00n, 55_00n]],
    ['a quantity where its line stands: 20 × 2.00 + 5 × 1.50', statement(), quantity(2, 25), [47_50n, 55_00n]],
    ['a quantity of nothing', statement(), quantity(1, 0), [0n, 60_00n]],
    ['a quantity up, by the list and not by what was billed', statement(), quantity(2, 1020), [1540_00n, 55_00n]],
    [
      'a quantity, an amount by hand kept',
      statement({ 2: { manualMinor: -10_00n } }),
      quantity(2, 25),
      [47_50n, 55_00n],
    ],
    [
      'a second quantity, less the first',
      statement({ 2: { manualMinor: -7_50n, manualQuantityMinor: -7_50n, quantity: 25 } }),
      quantity(2, 20),
      [40_00n, 47_50n],
    ],
    ['a waiver of what is left of a line', statement({ 1: { manualMinor: -5_00n } }), waive(1), [0n, 55_00n]],
    ['a waiver of the minimum', statement(), waive(3), [0n, 5_00n]],
    ['a waiver of all that is left', statement({ 2: { manualMinor: -7_50n } }), waive(null), [0n, 112_50n]],
    ['what the rules corrected since counts', statement({ 1: { billedMinor: 40_00n } }), waive(1), [0n, 40_00n]],
  ])('%s', (_what, of, wish, [rated, billed]) => {
    const { line, amountMinor } = planCorrection(of, wish);
    expect([line.ratedMinor, line.billedMinor, amountMinor]).toEqual([rated, billed, rated - billed]);
  });

  it.each<[string, CorrectableStatement, Wish, string, string]>([
    ['more than a line', statement(), amount(1, -60_01n), 'CORRECTION_EXCEEDS_BILLED', '/correction/amount'],
    [
      'more than is left of it',
      statement({ 1: { manualMinor: -50_00n } }),
      amount(1, -10_01n),
      'CORRECTION_EXCEEDS_BILLED',
      '/correction/amount',
    ],
    ['more than the whole', statement(), amount(null, -120_01n), 'CORRECTION_EXCEEDS_BILLED', '/correction/amount'],
    [
      'a line of a statement that was taken off as a whole',
      statement({}, { manualMinor: -120_00n, waived: true }),
      amount(1, -1n),
      'CORRECTION_EXCEEDS_BILLED',
      '/correction/amount',
    ],
    [
      'a waiver beyond what is left of the whole',
      statement({}, { manualMinor: -100_00n }),
      waive(1),
      'CORRECTION_EXCEEDS_BILLED',
      '/correction/line',
    ],
    [
      'charged by hand: more than double',
      statement(),
      amount(1, 60_01n),
      'CORRECTION_EXCEEDS_BILLED',
      '/correction/amount',
    ],
    ['nothing', statement(), amount(1, 0n), 'STATE_CONFLICT', '/correction/amount'],
    ['the quantity that was billed', statement(), quantity(1, 30), 'STATE_CONFLICT', '/correction/quantity'],
    [
      'a second waiver',
      statement({ 1: { manualMinor: -60_00n, waived: true } }),
      waive(1),
      'STATE_CONFLICT',
      '/correction/line',
    ],
    [
      'a waiver of less than nothing',
      statement({ 1: { billedMinor: -1_00n } }),
      waive(1),
      'STATE_CONFLICT',
      '/correction/line',
    ],
    [
      'a quantity of what was waived',
      statement({ 1: { manualMinor: -60_00n, waived: true } }),
      quantity(1, 40),
      'STATE_CONFLICT',
      '/correction/line',
    ],
    ['a quantity of the minimum', statement(), quantity(3, 1), 'STATE_CONFLICT', '/correction/line'],
    [
      'a quantity of a first month that is not billed (rule 8)',
      statement(),
      quantity(5, 4),
      'STATE_CONFLICT',
      '/correction/line',
    ],
    ['a line that corrects another statement', statement(), waive(4), 'STATE_CONFLICT', '/correction/line'],
    ['a line that is not there', statement(), waive(9), 'NOT_FOUND', '/correction/line'],
    [
      'a credit that charges',
      statement(),
      { ...amount(1, 1n), booking: 'credit' },
      'STATE_CONFLICT',
      '/correction/booking',
    ],
  ])('is refused: %s', (_what, of, wish, code, field) => {
    const refused = () => planCorrection(of, wish);
    expect(refused).toThrow(expect.objectContaining({ code, fields: [expect.objectContaining({ field })] }));
  });
});

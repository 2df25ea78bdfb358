import { describe, expect, it } from '@jest/globals';
import { rateAgain } from '../../domain/corrections.js';
import type { BilledLine, EarlierMonth } from '../../domain/month/inputs.js';
import { parsePeriod } from '../../domain/period.js';
import type { Price } from '../../domain/pricing/index.js';
import { SHIPPED_SETTINGS, type Decision, type DiscrepancyKind } from '../../domain/reconcile/index.js';
import { differenceOf } from '../../domain/statement.js';
import { usageKey } from '../../domain/usage.js';
import { frozen, METER, RULE_3, type World } from './harness.js';

const TWO: Price = { model: 'per_unit', unitPrice: '2.00' };

interface Case {
  /** What is known by now. */
  now: World;
  /** Quantity and basis of the line as it was billed, at 2.00 unless `amount` says otherwise; left out: there was none. */
  billed?: [quantity: number, basis: BilledLine['basis'], amountMinor?: bigint];
  /** Up to the minimum. */
  billedMinimum?: bigint;
  standing?: EarlierMonth['standing'];
  decided?: [DiscrepancyKind, Decision, number | null];
  price?: Price;
  minimum?: bigint;
  firstMonth?: 'unbilled';
}

const NOTHING: EarlierMonth['standing'] = {
  whole: false,
  minimum: false,
  usage: new Set(),
  amounts: { usage: new Map(), minimum: 0n, all: 0n },
};

function month({
  now,
  billed,
  billedMinimum = 0n,
  standing = NOTHING,
  decided,
  price = TWO,
  minimum,
  firstMonth,
}: Case): EarlierMonth {
  const { site, usage } = frozen(now);
  const line = { siteId: site.siteId, siteName: site.siteName, tenantId: usage.tenantId, tenantName: 'Acme' };
  return {
    standing,
    ...{ mspId: 'msp', period: parsePeriod('2026-03'), number: 'N-1', currency: 'EUR', exchange: null },
    pricePlan: {
      ...{ name: 'List', currency: 'EUR', fromPeriod: parsePeriod('2026-01'), prices: { [METER]: price } },
      monthlyMinimumMinor: minimum ?? null,
      firstMonth: firstMonth ?? 'billed',
    },
    ...{ settings: SHIPPED_SETTINGS, kinds: RULE_3, tenantNames: new Map([['tenant-1', 'Acme']]) },
    sites: [{ ...site, firstMonth: firstMonth === 'unbilled' }],
    decided:
      decided === undefined
        ? []
        : [
            {
              ...({ kind: decided[0], evidence: {} } as never as { kind: 'report_mismatch'; evidence: never }),
              ...{ siteId: site.siteId, tenantRef: usage.tenantRef, meter: METER },
              resolution: { by: 'person', decision: decided[1], quantity: decided[2], reason: null },
            },
          ],
    billed:
      billed === undefined
        ? []
        : [
            {
              ...line,
              ...{ tenantRef: usage.tenantRef, meter: METER, peak: billed[0], basis: billed[1], quantity: billed[0] },
              ...{ firstMonthFree: false, amountMinor: billed[2] ?? BigInt(billed[0]) * 200n },
            },
          ],
    billedMinimumMinor: billedMinimum,
    billedLicencesMinor: 0n,
  };
}

const corrected = (given: Case) =>
  rateAgain(month(given)).map((due) => [
    due.kind === 'correction' ? due.reason : 'minimum',
    due.kind === 'correction' ? [due.oldQuantity, due.newQuantity] : due.minimumMinor,
    differenceOf(due),
  ]);

describe('rules 4, 5 and 7: an issued month is rated again, less what was billed', () => {
  it.each<[string, Case, unknown[]]>([
    [
      'rule 4: estimated 12, reported 10 late',
      { now: { installations: [{ reported: 10, seen: 10 }] }, billed: [12, 'estimated'] },
      ['estimate_confirmed', [12, 10], -400n],
    ],
    [
      'rule 4: estimated by the last month, reported 0 late: nothing was used',
      { now: { installations: [{ reported: 0 }], last: 40 }, billed: [40, 'estimated'] },
      ['estimate_confirmed', [40, 0], -8_000n],
    ],
    [
      'case 8: 51 seen, 40 reported late instead of in time: the greater of both, as in time',
      { now: { installations: [{ reported: 40, seen: 51 }] }, billed: [40, 'estimated'] },
      ['estimate_confirmed', [40, 51], 2_200n],
    ],
    [
      'case 10: check-ins came after 18 were billed, no report ever: 60 by the same rules',
      { now: { installations: [{ seen: 60 }] }, billed: [18, 'estimated'] },
      ['late_usage', [18, 60], 8_400n],
    ],
    [
      'rule 5: deferred: booked now as the rules settle it',
      {
        now: { installations: [{ reported: 20, seen: 25 }] },
        billed: [0, 'deferred'],
        decided: ['report_mismatch', 'defer', null],
      },
      ['deferred', [0, 25], 5_000n],
    ],
    [
      'rule 7: a late report brings usage that had no line',
      { now: { installations: [{ reported: 7 }] } },
      ['late_usage', [0, 7], 1_400n],
    ],
    [
      'rule 5: what a person accepted as reported is what is reported now',
      {
        now: { installations: [{ reported: 30, seen: 51 }] },
        billed: [20, 'reported'],
        decided: ['report_mismatch', 'accept_reported', null],
      },
      ['late_usage', [20, 30], 2_000n],
    ],
    [
      'rule 22: the licence is taken off what is corrected too',
      { now: { installations: [{ reported: 18 }], licensed: 15 }, billed: [5, 'estimated', 1_000n] },
      ['estimate_confirmed', [5, 3], -400n],
    ],
    ['nothing is left of what was billed', { now: {}, billed: [12, 'reported'] }, ['late_usage', [12, 0], -2_400n]],
  ])('%s', (_sentence, given, expected) => {
    expect(corrected(given)).toEqual([expected]);
  });

  it.each<[string, Case]>([
    [
      'rule 4: estimated 12, reported 12 late: confirmed, nothing to book',
      { now: { installations: [{ reported: 12 }] }, billed: [12, 'estimated'] },
    ],
    ['rule 4: estimated, and still silent', { now: { installations: [{ seen: 12 }] }, billed: [12, 'estimated'] }],
    [
      'rule 5: a person set a quantity, whatever is reported later',
      {
        now: { installations: [{ reported: 12, seen: 20 }] },
        billed: [5, 'decided'],
        decided: ['report_mismatch', 'set_quantity', 5],
      },
    ],
    [
      'rule 5: waived by a person, whatever is reported later',
      {
        now: { installations: [{ reported: 12 }] },
        billed: [0, 'waived'],
        decided: ['missing_report', 'waive', null],
      },
    ],
    [
      'case 6: a first month that is not billed stays so, however late its report',
      { now: { installations: [{ reported: 40 }] }, billed: [40, 'estimated', 0n], firstMonth: 'unbilled' },
    ],
  ])('%s', (_sentence, given) => {
    expect(corrected(given)).toEqual([]);
  });

  it('case 2: minimum 100.00 at 1.00: estimated 40, reported 55: the minimum takes it back to nothing', () => {
    const due = corrected({
      now: { installations: [{ reported: 55 }] },
      billed: [40, 'estimated', 4_000n],
      billedMinimum: 6_000n,
      price: { model: 'per_unit', unitPrice: '1.00' },
      minimum: 10_000n,
    });
    expect(due).toEqual([
      ['estimate_confirmed', [40, 55], 1_500n],
      ['minimum', 10_000n, -1_500n],
    ]);
  });

  it('case 3: minimum 25.00: estimated 20, reported 5: 25.00 stays due', () => {
    const due = corrected({
      now: { installations: [{ reported: 5 }] },
      billed: [20, 'estimated'],
      minimum: 2_500n,
    });
    expect(due).toEqual([
      ['estimate_confirmed', [20, 5], -3_000n],
      ['minimum', 2_500n, 1_500n],
    ]);
  });

  it('case 7: a meter the month has no price for is left out, the rest of the month is rated', () => {
    const given = month({ now: { installations: [{ reported: 9 }] } });
    expect(rateAgain({ ...given, pricePlan: { ...given.pricePlan, prices: {} } })).toEqual([]);
  });

  it('case 36: volume, 60 units and then 70: every line of the meter is priced by the new total', () => {
    const price: Price = { model: 'volume', tiers: [{ upTo: 100, unitPrice: '2.005' }, { unitPrice: '1.50' }] };
    const given = month({ now: { installations: [{ reported: 70 }] }, billed: [60, 'reported', 12_030n], price });
    const other = frozen({ installations: [{ reported: 38 }] });
    const otherSite = { ...other.site, siteId: 'site-2', siteName: 'Other' };
    const due = rateAgain({
      ...given,
      sites: [...given.sites, otherSite],
      billed: [
        ...given.billed,
        {
          ...given.billed[0]!,
          ...{ siteId: 'site-2', siteName: 'Other', peak: 38, quantity: 38, amountMinor: 7_619n },
        },
      ],
    });
    // 98 units at 2.005 were 120.30 + 76.19; 108 at 1.50 are 105.00 + 57.00.
    expect(due.map((line) => [line.kind === 'correction' && line.reason, line.ratedMinor, line.billedMinor])).toEqual([
      ['rated_again', 5_700n, 7_619n],
      ['late_usage', 10_500n, 12_030n],
    ]);
  });

  it('what was booked is not booked again', () => {
    const [due] = rateAgain(month({ now: { installations: [{ reported: 10 }] }, billed: [12, 'estimated'] }));
    const billed: Case['billed'] = [10, 'reported', due?.ratedMinor ?? 0n];
    expect(corrected({ now: { installations: [{ reported: 10 }] }, billed })).toEqual([]);
  });

  it('what two people corrected by hand stands: a line, the minimum, or the statement as a whole', () => {
    const now = { installations: [{ reported: 40 }] };
    const billed: NonNullable<Case['billed']> = [30, 'reported'];
    const usage = new Set(month({ now, billed }).billed.map(usageKey));
    expect(corrected({ now, billed })).toHaveLength(1);
    expect(corrected({ now, billed, standing: { ...NOTHING, usage } })).toEqual([]);
    expect(corrected({ now, billed, standing: { ...NOTHING, whole: true } })).toEqual([]);
    const below: Case = { now: { installations: [{ reported: 5 }] }, billed: [20, 'estimated'], minimum: 2_500n };
    expect(corrected({ ...below, standing: { ...NOTHING, minimum: true } })).toEqual([
      ['estimate_confirmed', [20, 5], -3_000n],
    ]);
  });

  /** Of a line: 30 units at 2.00, billed as 60.00. What the rules book, and what is withheld of it. */
  const byHand = (late: number, amounts: { line?: bigint; statement?: bigint }, billed = 60_00n) => {
    const now = { installations: [{ reported: late }] };
    const given: Case = { now, billed: [30, 'reported', billed] };
    const [key = ''] = month(given).billed.map(usageKey);
    const { line = 0n, statement = 0n } = amounts;
    const standing = {
      ...NOTHING,
      amounts: { usage: new Map([[key, line]]), minimum: 0n, all: line + statement },
    };
    return rateAgain(month({ ...given, standing })).map((due) => [differenceOf(due), due.withheldMinor ?? 0n]);
  };

  it.each<[string, { line?: bigint; statement?: bigint }, number, bigint, bigint]>([
    ['nothing by hand, 20 late', {}, 20, -20_00n, 0n],
    ['5.00 off the line, 20 late: on top', { line: -5_00n }, 20, -20_00n, 0n],
    ['5.00 off the line, 40 late: on top', { line: -5_00n }, 40, 20_00n, 0n],
    ['50.00 off the line, 20 late: the 10.00 that are left', { line: -50_00n }, 20, -10_00n, 10_00n],
    ['60.00 off the line, 20 late: nothing is left to take off', { line: -60_00n }, 20, 0n, 20_00n],
    ['60.00 off the line, no usage at all: the same', { line: -60_00n }, 0, 0n, 60_00n],
    ['60.00 off the line, 40 late: the ten units that are new', { line: -60_00n }, 40, 20_00n, 0n],
    ['10.00 on the line, 20 late: on top, the charge stays', { line: 10_00n }, 20, -20_00n, 0n],
    ['10.00 on the line, 40 late: on top', { line: 10_00n }, 40, 20_00n, 0n],
    ['60.00 off the statement, 20 late: nothing is left of it', { statement: -60_00n }, 20, 0n, 20_00n],
    ['45.00 off the statement, 20 late: the 15.00 that are left', { statement: -45_00n }, 20, -15_00n, 5_00n],
    ['40.00 off the line and 15.00 off the whole, 20 late', { line: -40_00n, statement: -15_00n }, 20, -5_00n, 15_00n],
  ])('an amount by hand bounds what is taken off: %s', (_what, amounts, late, booked, withheld) => {
    expect(byHand(late, amounts)).toEqual([[booked, withheld]]);
  });

  it.each([
    [20, 30],
    [20, 0],
    [0, 40],
    [40, 10],
    [25, 25],
  ])('in whatever order usage comes late, %i units and then %i, it comes to the same', (first, second) => {
    for (const line of [-5_00n, -50_00n, -60_00n, 10_00n]) {
      const step = byHand(first, { line })[0]?.[0] ?? 0n;
      const then = byHand(second, { line }, 60_00n + step);
      const atOnce = byHand(second, { line })[0]?.[0] ?? 0n;
      expect([line, step + (then[0]?.[0] ?? 0n)]).toEqual([line, atOnce]);
    }
  });

  it('what was withheld is withheld once: rated again without anything new, nothing is booked', () => {
    const now = { installations: [{ reported: 20 }] };
    const given: Case = { now, billed: [20, 'reported', 60_00n] };
    const [key = ''] = month(given).billed.map(usageKey);
    const amounts = { usage: new Map([[key, -60_00n]]), minimum: 0n, all: -60_00n };
    expect(rateAgain(month({ ...given, standing: { ...NOTHING, amounts } }))).toEqual([]);
  });

  it('an amount off the minimum is not taken off again where usage that came late fills it', () => {
    // 20.00 of usage and 5.00 up to the minimum of 25.00, of which people took off 5.00.
    const given: Case = {
      ...{ now: { installations: [{ reported: 30 }] }, billed: [10, 'reported'] },
      ...{ billedMinimum: 5_00n, minimum: 25_00n },
    };
    const amounts = { usage: new Map<string, bigint>(), minimum: -5_00n, all: -5_00n };
    expect(corrected({ ...given, standing: { ...NOTHING, amounts } })).toEqual([['late_usage', [10, 30], 40_00n]]);
  });
});

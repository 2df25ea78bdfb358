import { describe, expect, it } from '@jest/globals';
import {
  ALL_KINDS,
  decisionsOf,
  detectMostlyEstimated,
  detectTotalMoved,
  KINDS,
  readEvidence,
  reconcileSettings,
  reconcileSite,
  quantityByDefault,
  REASON_MANDATORY,
  SHIPPED_SETTINGS,
  type Decision,
  type DiscrepancyKind,
} from '../../domain/reconcile/index.js';
import type { Basis } from '../../domain/usage.js';
import { parsePeriod } from '../../domain/period.js';
import { byDefault, decided, foundIn, frozen, RULE_3, type World } from './harness.js';

describe('rule 3: reported against seen, within the greater of 1 unit and 2 %', () => {
  it.each([
    [0, 0, 'within'],
    [0, 1, 'within'],
    [0, 2, 'beyond'],
    [1, 0, 'within'],
    [10, 11, 'within'],
    [10, 12, 'beyond'],
    [12, 10, 'beyond'],
    [49, 50, 'within'],
    [50, 51, 'within'],
    [99, 100, 'within'],
    [98, 100, 'within'],
    [97, 100, 'beyond'],
    [343, 350, 'within'],
    [342, 350, 'beyond'],
    [350, 343, 'within'],
    [350, 342, 'beyond'],
    [9_800_000, 10_000_000, 'within'],
    [9_799_999, 10_000_000, 'beyond'],
  ])('rule 3: reported %i, seen %i is %s the tolerance', (reported, seen, verdict) => {
    expect(foundIn({ installations: [{ reported, seen }] }).includes('report_mismatch')).toBe(verdict === 'beyond');
  });

  it.each<[string, World, number, string]>([
    ['within it the report counts', { installations: [{ reported: 20, seen: 21 }] }, 20, 'reported'],
    ['beyond it the greater counts: seen', { installations: [{ reported: 20, seen: 25 }] }, 25, 'observed'],
    ['beyond it the greater counts: reported', { installations: [{ reported: 25, seen: 20 }] }, 25, 'reported'],
    ['a meter the report leaves out counts as seen', { installations: [{ reported: 0, seen: 30 }] }, 30, 'observed'],
    [
      'each installation for itself: 25 and 40',
      {
        installations: [
          { reported: 20, seen: 25 },
          { reported: 40, seen: 30 },
        ],
      },
      65,
      'observed',
    ],
    ['a report without any check-in stands', { installations: [{ reported: 20 }] }, 20, 'reported'],
  ])('rule 3: %s', (_sentence, world, value, basis) => {
    expect(byDefault(world)).toMatchObject({ value, basis });
  });
});

describe('rule 3: each kind is found, and settled by its default', () => {
  it.each<[DiscrepancyKind, string, World, number]>([
    ['missing_report', 'no report: the estimate', { installations: [{ seen: 22 }] }, 22],
    [
      'usage_after_revocation',
      'used after the revocation: the peak up to it',
      {
        installations: [{ seen: 24, seenBeforeRevocation: 18 }],
        revokedAt: '2026-03-16T00:00:00Z',
        usedAfterRevocationOn: '2026-03-20',
      },
      18,
    ],
    [
      'usage_after_revocation',
      'used after the revocation alone: nothing',
      { installations: [{ reported: 24 }], revokedAt: '2026-03-01T00:00:00Z', usedAfterRevocationOn: '2026-03-20' },
      0,
    ],
    ['report_mismatch', 'reported 20, seen 25: the greater', { installations: [{ reported: 20, seen: 25 }] }, 25],
    [
      'report_mismatch',
      'revoked, but not used afterwards: cross-checked as any site',
      { installations: [{ reported: 20, seen: 25 }], revokedAt: '2026-03-16T00:00:00Z' },
      25,
    ],
    [
      'two_installations',
      'one key on two installations: both, summed',
      { installations: [{ reported: 20 }, { reported: 21 }] },
      41,
    ],
    [
      'unassigned_tenant',
      'a tenant nobody assigned: billed',
      { installations: [{ reported: 20 }], tenant: 'unassigned' },
      20,
    ],
    ['usage_jump', 'a spike from 20 to 45: accepted', { installations: [{ reported: 45 }], last: 20 }, 45],
    ['usage_jump', 'a drop from 45 to 20: accepted', { installations: [{ reported: 20 }], last: 45 }, 20],
    [
      'clock_off',
      'a clock 36 hours behind: the quantity stays',
      { installations: [{ reported: 20 }], clockOffsetHours: -36 },
      20,
    ],
    [
      'licence_exceeded',
      '20 in use, 15 licensed: the peak stays, rating takes the licence off',
      { installations: [{ reported: 20 }], licensed: 15 },
      20,
    ],
  ])('rule 3: %s: %s', (kind, _sentence, world, value) => {
    expect(foundIn(world)).toContain(kind);
    expect(byDefault(world).value).toBe(value);
  });

  it.each<[string, World]>([
    ['a report as seen', { installations: [{ reported: 20, seen: 20 }], last: 20 }],
    ['a rise of 10 units', { installations: [{ reported: 15 }], last: 5 }],
    ['a rise of exactly half', { installations: [{ reported: 150 }], last: 100 }],
    ['a drop to exactly half', { installations: [{ reported: 50 }], last: 100 }],
    ['a first month of exactly 1,000 units', { installations: [{ reported: 1000 }] }],
    ['a later month of more', { installations: [{ reported: 1001 }], last: 1000 }],
    ['a clock 24 hours ahead', { installations: [{ reported: 20 }], clockOffsetHours: 24 }],
    ['a licence used to the last unit', { installations: [{ reported: 15 }], licensed: 15 }],
    [
      'a revoked key that was not used any more',
      { installations: [{ reported: 15, seen: 15 }], revokedAt: '2026-03-16T00:00:00Z' },
    ],
  ])('rule 3: nothing is found in %s', (_sentence, world) => {
    expect(foundIn(world)).toEqual([]);
  });

  it.each([
    ['a rise of 11 units and over half', 5, 16],
    ['a rise of 51 % and over 10 units', 100, 151],
    ['a drop of 51 % and over 10 units', 100, 49],
    ['from nothing to 11', 0, 11],
  ])('rule 3: %s is a spike or drop', (_sentence, last, reported) => {
    expect(foundIn({ installations: [{ reported }], last })).toEqual(['usage_jump']);
  });

  it.each<[DiscrepancyKind, string]>([
    ['missing_report', 'automatic'],
    ['report_mismatch', 'review'],
    ['unknown_key', 'automatic'],
    ['usage_after_revocation', 'review'],
    ['two_installations', 'review'],
    ['unassigned_tenant', 'review'],
    ['usage_jump', 'review'],
    ['clock_off', 'automatic'],
    ['version_below_minimum', 'automatic'],
    ['licence_exceeded', 'automatic'],
    ['first_month_large', 'review'],
    ['late_beyond_reach', 'review'],
    ['late_unpriced', 'review'],
    ['after_last_statement', 'person'],
    ['mostly_estimated', 'review'],
    ['total_moved', 'person'],
  ])('rule 3: %s is handled as shipped: %s', (kind, handling) => {
    expect(SHIPPED_SETTINGS.kinds[kind].handling).toBe(handling);
  });

  it.each([
    ['the minimum itself', '8', ['8.0.0'], null],
    ['one that counts past nine', '8.9.3', ['8.10'], null],
    ['nothing, as none is in use', '8.0.0', [], null],
    ['the oldest of two below it', '8.0.0', ['9.1', '7.9', '7.10.2'], { version: '7.9', installations: 2 }],
  ])('rule 3: against the minimum version %s', (_sentence, minimum, named, found) => {
    const { site } = frozen({ installations: [{ reported: 20 }] });
    const finding = reconcileSite({ ...site, versions: { minimum, named } }, SHIPPED_SETTINGS, ALL_KINDS);
    expect(finding.filter(({ kind }) => kind === 'version_below_minimum').map(({ evidence }) => evidence)).toEqual(
      found === null ? [] : [{ minimum, ...found }],
    );
    expect(quantityByDefault(site, site.usage[0] ?? frozen({}).usage, SHIPPED_SETTINGS, ALL_KINDS).value).toBe(20);
  });

  it('rule 3: no two kinds have the same name, and each is in snake case', () => {
    expect(ALL_KINDS.filter((kind, index) => ALL_KINDS.indexOf(kind) !== index)).toEqual([]);
    for (const kind of ALL_KINDS) expect(kind).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it.each(KINDS.map(({ kind, handlings, defaults }) => [kind, handlings, defaults] as const))(
    'rule 3: %s has something that is done by default, or is left to a person alone',
    (_kind, handlings, defaults) => {
      if (defaults.length === 0) expect(handlings).toEqual(['person']);
      expect(new Set<string>(defaults).size).toBe(defaults.length);
    },
  );

  it('case 19: a first month of 9,000,000 mailboxes is a case, accepted by default', () => {
    const world: World = { installations: [{ reported: 9_000_000 }] };
    expect(foundIn(world)).toEqual(['first_month_large']);
    expect(byDefault(world)).toMatchObject({ value: 9_000_000, basis: 'reported' });
    expect(foundIn({ installations: [{ reported: 1_001 }] })).toEqual(['first_month_large']);
  });
});

describe('rule 3: a total that moved by more than 25 % parks the MSP', () => {
  const eur = (totalMinor: bigint) => ({ totalMinor, currency: 'EUR' });
  const march = (totalMinor: bigint) => ({ totalMinor, period: parsePeriod('2026-03') });

  it.each([
    [100_00n, 125_00n, false],
    [100_00n, 125_01n, true],
    [100_00n, 75_00n, false],
    [100_00n, 74_99n, true],
    [100_00n, 0n, true],
    [3n, 4n, true],
    [-100_00n, -125_00n, false],
    [-100_00n, 10_00n, true],
    [9_007_199_254_740_993n, 11_258_999_068_426_241n, false],
  ])('rule 3: from %s to %s: %s', (last, total, moved) => {
    expect(detectTotalMoved(eur(total), march(last), SHIPPED_SETTINGS) !== null).toBe(moved);
  });

  it('case 20: 1,002.16, then a month without a close, then 540.23: compared with the last statement there is', () => {
    expect(detectTotalMoved(eur(540_23n), march(1_002_16n), SHIPPED_SETTINGS)).toEqual({
      totalMinor: '54023',
      lastTotalMinor: '100216',
      lastPeriod: '2026-03',
    });
  });

  it('rule 3: a first statement, or one after a zero statement, has nothing to be compared with', () => {
    expect(detectTotalMoved(eur(100_00n), null, SHIPPED_SETTINGS)).toBeNull();
    expect(detectTotalMoved(eur(100_00n), march(0n), SHIPPED_SETTINGS)).toBeNull();
  });

  it('rule 3: over the amount set for its currency, a first statement is confirmed by a second person', () => {
    const settings = reconcileSettings.parse({ firstStatementOver: { EUR: '5000' } });
    expect(detectTotalMoved(eur(5_000_00n), null, settings)).toBeNull();
    expect(detectTotalMoved(eur(5_000_01n), null, settings)).toMatchObject({ lastTotalMinor: null });
    expect(detectTotalMoved(eur(5_000_01n), march(4_900_00n), settings)).toBeNull();
    expect(detectTotalMoved({ totalMinor: 900_000_00n, currency: 'PLN' }, null, settings)).toBeNull();
  });
});

describe('rule 4: an MSP whose statement is mostly estimates', () => {
  const estimated = (share: number) => ({ lines: 100, estimated: share });

  it.each([
    ['over half for the third month in a row', [51, 60, 100], true],
    ['exactly half this month', [50, 60, 100], false],
    ['a better month in between', [51, 50, 100], false],
    ['two months alone', [100, 100], false],
    ['a better month before those three', [51, 51, 51, 0], true],
  ])('rule 4: %s: %p', (_sentence, shares, found) => {
    expect(detectMostlyEstimated(shares.map(estimated), SHIPPED_SETTINGS) !== null).toBe(found);
  });
});

describe('rule 3 is configuration', () => {
  const mismatch: World = { installations: [{ reported: 20, seen: 25 }] };
  const settled = (settings: unknown) => {
    const { site, usage } = frozen(mismatch);
    return quantityByDefault(site, usage, reconcileSettings.parse(settings), RULE_3).value;
  };

  it('a programme chooses among the defaults of a kind', () => {
    expect(settled({})).toBe(25);
    expect(settled({ kinds: { report_mismatch: { default: 'as_reported' } } })).toBe(20);
    expect(settled({ tolerance: { units: 5 } })).toBe(20);
  });

  it.each([
    ['a number below its range', { tolerance: { units: -1 } }, 'tolerance/units'],
    ['a number above its range', { mostlyEstimated: { sharePercent: 100 } }, 'mostlyEstimated/sharePercent'],
    ['an unknown number', { tolerances: {} }, ''],
    ['a default the kind does not have', { kinds: { usage_jump: { default: 'waived' } } }, 'kinds/usage_jump/default'],
    ['an unknown kind', { kinds: { nonsense: {} } }, 'kinds'],
    [
      'a handling the kind does not have',
      { kinds: { total_moved: { handling: 'automatic' } } },
      'kinds/total_moved/handling',
    ],
    ['more digits than the currency has', { firstStatementOver: { JPY: '100.5' } }, 'firstStatementOver/JPY'],
  ])('%s is refused where it stands', (_sentence, settings, where) => {
    const { error } = reconcileSettings.safeParse(settings);
    expect(error?.issues.map(({ path }) => path.join('/'))).toEqual([where]);
  });

  it('case 29: an old month is judged by the kinds and settings frozen with it, not by what came since', () => {
    const { site, usage } = frozen({ installations: [{ reported: 5_000 }] });
    const frozenKinds = RULE_3.filter((kind) => kind !== 'first_month_large');
    expect(reconcileSite(site, SHIPPED_SETTINGS, RULE_3).map(({ kind }) => kind)).toEqual(['first_month_large']);
    expect(reconcileSite(site, SHIPPED_SETTINGS, frozenKinds)).toEqual([]);
    const refusing = reconcileSettings.parse({ kinds: { first_month_large: { default: 'not_billed' } } });
    expect(quantityByDefault(site, usage, refusing, RULE_3).value).toBe(0);
    expect(quantityByDefault(site, usage, refusing, frozenKinds).value).toBe(5_000);
    const generous = reconcileSettings.parse({ firstMonthUnits: 5_000 });
    expect(reconcileSite(site, generous, RULE_3)).toEqual([]);
  });
});

describe('evidence', () => {
  it('comes out of the database as its kind declares it', () => {
    const evidence = { reported: 20, observed: 25, others: 40 };
    expect(readEvidence('report_mismatch', evidence)).toEqual({ kind: 'report_mismatch', evidence });
  });

  it('of a mismatch that was stored before other installations were named says that there are none', () => {
    expect(readEvidence('report_mismatch', { reported: 20, observed: 25 })).toMatchObject({
      evidence: { others: null },
    });
  });

  it.each([
    [{ reported: 20, observd: 25 }, '/observed'],
    [{ reported: '20', observed: 25 }, '/reported'],
  ])('that does not fit, %j, is refused and says where', (stored, where) => {
    expect(() => readEvidence('report_mismatch', stored)).toThrow(where);
  });
});

describe('rule 5: what a person may decide', () => {
  const mismatch: World = { installations: [{ reported: 20, seen: 25 }] };

  it.each([
    ['accept', null, 25, 'observed'],
    ['accept_reported', null, 20, 'reported'],
    ['accept_observed', null, 25, 'observed'],
    ['set_quantity', 22, 22, 'decided'],
    ['set_quantity', 0, 0, 'decided'],
    ['waive', null, 0, 'waived'],
    ['defer', null, 0, 'deferred'],
  ] as const)('rule 5: reported 20, seen 25, a person says %s (%p): %i, %s', (decision, quantity, value, basis) => {
    expect(decided(mismatch, 'report_mismatch', decision, quantity)).toMatchObject({ value, basis });
  });

  const besideSilent: World = { installations: [{ reported: 10, seen: 51 }, { lastConfirmed: 40 }], last: 50 };
  const besideUnreported: World = { installations: [{ reported: 10, seen: 51 }, { seen: 20 }], last: 50 };
  const besideUnseen: World = { installations: [{ reported: 10, seen: 51 }, { reported: 30 }], last: 50 };
  const besideGone: World = {
    installations: [
      { reported: 10, seen: 51 },
      { seen: 20, expected: false },
    ],
    last: 50,
  };

  it.each<[string, World, DiscrepancyKind, Decision, number, Basis]>([
    ['10 reported, 40 of the silent one', besideSilent, 'report_mismatch', 'accept_reported', 50, 'estimated'],
    ['51 seen, 40 of the silent one', besideSilent, 'report_mismatch', 'accept_observed', 91, 'estimated'],
    ['the default counts it, too', besideSilent, 'report_mismatch', 'accept', 91, 'estimated'],
    ['so does a decision on two installations', besideSilent, 'two_installations', 'accept_reported', 50, 'estimated'],
    ['and one on the missing report', besideSilent, 'missing_report', 'accept_observed', 91, 'estimated'],
    ['no report of one: as seen', besideUnreported, 'report_mismatch', 'accept_reported', 30, 'estimated'],
    ['no report of one: both were seen', besideUnreported, 'report_mismatch', 'accept_observed', 71, 'observed'],
    ['one without check-ins: both reported', besideUnseen, 'report_mismatch', 'accept_reported', 40, 'reported'],
    ['one without check-ins: as reported', besideUnseen, 'report_mismatch', 'accept_observed', 81, 'observed'],
    ['one that was replaced: as seen', besideGone, 'report_mismatch', 'accept_reported', 30, 'reported'],
    [
      'a report without any check-in',
      { installations: [{ reported: 45 }], last: 20 },
      'usage_jump',
      'accept_observed',
      45,
      'reported',
    ],
    [
      'a silent site of an unassigned tenant',
      { installations: [{}], last: 30, tenant: 'unassigned' },
      'unassigned_tenant',
      'accept_reported',
      30,
      'estimated',
    ],
    ['a silent site, unseen', { installations: [{}], last: 30 }, 'missing_report', 'accept_observed', 30, 'estimated'],
    [
      'a report without the meter',
      { installations: [{ reported: 0 }], last: 30 },
      'usage_jump',
      'accept_reported',
      0,
      'reported',
    ],
  ])(
    'rules 4 and 5: by a source that a person accepts nobody is silently zero: %s',
    (_, world, kind, decision, value, basis) => {
      expect(decided(world, kind, decision)).toMatchObject({ value, basis });
    },
  );

  it.each<[World, { reported: number; observed: number; others: number | null }]>([
    [mismatch, { reported: 20, observed: 25, others: null }],
    [besideSilent, { reported: 10, observed: 51, others: 40 }],
    [besideUnreported, { reported: 10, observed: 51, others: 20 }],
    [besideUnseen, { reported: 10, observed: 51, others: 30 }],
  ])('rule 5: what either decision comes to is in the evidence: %j', (world, evidence) => {
    const finding = reconcileSite(frozen(world).site, SHIPPED_SETTINGS, RULE_3).find(
      (one) => one.kind === 'report_mismatch',
    );
    expect(finding?.evidence).toEqual(evidence);
    const others = evidence.others ?? 0;
    expect(decided(world, 'report_mismatch', 'accept_reported').value).toBe(evidence.reported + others);
    expect(decided(world, 'report_mismatch', 'accept_observed').value).toBe(evidence.observed + others);
  });

  it('rule 5: a decision on the spike outlasts the default of the mismatch', () => {
    const world: World = { installations: [{ reported: 20, seen: 90 }], last: 20 };
    expect(byDefault(world).value).toBe(90);
    expect(decided(world, 'usage_jump', 'accept_reported')).toMatchObject({ value: 20, basis: 'reported' });
  });

  it('rule 5: a decision on two installations outlasts every default after it', () => {
    const world: World = { installations: [{ reported: 20 }, { reported: 21 }], tenant: 'unassigned', last: 20 };
    expect(decided(world, 'two_installations', 'set_quantity', 20)).toMatchObject({ value: 20, basis: 'decided' });
  });

  it('rule 5: to set a quantity or to waive it takes a reason, nothing else does', () => {
    expect(REASON_MANDATORY).toEqual(['set_quantity', 'waive']);
  });

  it('rule 5: what a rule settles nobody decides; a moved total can only be confirmed', () => {
    for (const kind of ALL_KINDS) expect(decisionsOf(kind, 'automatic')).toEqual([]);
    expect(decisionsOf('total_moved', 'person')).toEqual(['confirm']);
    expect(decisionsOf('report_mismatch', 'review')).not.toContain('confirm');
    expect(decisionsOf('report_mismatch', 'review')).toContain('defer');
  });
});

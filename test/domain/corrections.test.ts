import { describe, expect, it } from '@jest/globals';
import { correctionOf, type LateKnowledge } from '../../domain/corrections.js';
import { ALL_KINDS, SHIPPED_SETTINGS } from '../../domain/reconcile/index.js';
import { frozen, type World } from './harness.js';

/** What was billed then, and what the installations say now; reports left out: nothing came late. */
interface Case {
  world: World;
  basis: LateKnowledge['basis'];
  billed: number;
  reports?: (number | null)[];
  decidedByPerson?: boolean;
}

function correct({ world, basis, billed, reports, decidedByPerson = false }: Case) {
  const said = (reports ?? []).map((peak, index): [string, number | null] => [`installation-${index + 1}`, peak]);
  const peaks = said.flatMap(([id, peak]): [string, number][] => (peak === null ? [] : [[id, peak]]));
  return correctionOf({
    basis,
    decidedByPerson,
    billed,
    late: reports === undefined ? null : { installationIds: peaks.map(([id]) => id), peaks: Object.fromEntries(peaks) },
    ...frozen(world),
    settings: SHIPPED_SETTINGS,
    kinds: ALL_KINDS,
  });
}

describe('rules 4, 5 and 7: an issued month is corrected in the next open one', () => {
  it.each<[string, Case, [string, number, number]]>([
    [
      'rule 4: estimated 12, reported 10 late: down to 10',
      { world: { installations: [{ seen: 12 }] }, basis: 'estimated', billed: 12, reports: [10] },
      ['estimate_confirmed', 12, 10],
    ],
    [
      'rule 4: estimated 12, reported 15 late: up to 15',
      { world: { installations: [{ seen: 12 }] }, basis: 'estimated', billed: 12, reports: [15] },
      ['estimate_confirmed', 12, 15],
    ],
    [
      'rule 4: estimated by the last month, reported 0 late: nothing was used',
      { world: { installations: [{}], last: 40 }, basis: 'estimated', billed: 40, reports: [0] },
      ['estimate_confirmed', 40, 0],
    ],
    [
      'rule 4: two installations, the silent one reports 30 late: the other keeps its 50',
      { world: { installations: [{ reported: 50 }, { seen: 25 }] }, basis: 'estimated', billed: 75, reports: [50, 30] },
      ['estimate_confirmed', 75, 80],
    ],
    [
      'rule 4: two silent installations, one reports 9 late: the other stays as it was seen',
      { world: { installations: [{ seen: 10 }, { seen: 5 }] }, basis: 'estimated', billed: 15, reports: [9, null] },
      ['estimate_confirmed', 15, 14],
    ],
    [
      'rule 5: deferred: booked now as the rules settle it',
      { world: { installations: [{ reported: 20, seen: 25 }] }, basis: 'deferred', billed: 0 },
      ['deferred', 0, 25],
    ],
    [
      'rule 5: usage after revocation, deferred: still up to the revocation',
      {
        world: {
          installations: [{ seen: 24, seenBeforeRevocation: 18 }],
          revokedAt: '2026-03-16T00:00:00Z',
          usedAfterRevocationOn: '2026-03-20',
        },
        basis: 'deferred',
        billed: 0,
      },
      ['deferred', 0, 18],
    ],
    [
      'rule 5: an estimate, deferred: still estimated, not forgotten',
      { world: { installations: [{}], last: 40, tenant: 'unassigned' }, basis: 'deferred', billed: 0 },
      ['deferred', 0, 40],
    ],
    [
      'rule 7: a later revision says more',
      { world: { installations: [{ reported: 20, seen: 20 }] }, basis: 'reported', billed: 20, reports: [30] },
      ['late_report', 20, 30],
    ],
    [
      'rule 7: a late report brings usage that had no line',
      { world: {}, basis: null, billed: 0, reports: [7] },
      ['late_report', 0, 7],
    ],
    [
      'rule 7: a second late report corrects the first correction',
      { world: { installations: [{ seen: 12 }] }, basis: 'estimated', billed: 10, reports: [11] },
      ['estimate_confirmed', 10, 11],
    ],
    [
      'rule 7: the licence is taken off what is corrected too',
      { world: { installations: [{ seen: 20 }], licensed: 15 }, basis: 'estimated', billed: 5, reports: [18] },
      ['estimate_confirmed', 5, 3],
    ],
  ])('%s', (_sentence, given, [reason, oldQuantity, newQuantity]) => {
    expect(correct(given)).toEqual({ reason, oldQuantity, newQuantity });
  });

  it.each<[string, Case]>([
    [
      'rule 4: estimated 12, reported 12 late',
      { world: { installations: [{ seen: 12 }] }, basis: 'estimated', billed: 12, reports: [12] },
    ],
    [
      'rule 4: estimated, and still silent',
      { world: { installations: [{ seen: 12 }] }, basis: 'estimated', billed: 12 },
    ],
    [
      'rule 5: decided by a person, whatever is reported later',
      { world: { installations: [{ seen: 12 }] }, basis: 'decided', billed: 5, reports: [12] },
    ],
    [
      'rule 5: waived by a person',
      { world: { installations: [{ seen: 12 }] }, basis: 'waived', billed: 0, reports: [12] },
    ],
    [
      'rule 5: the seen number accepted by a person',
      {
        world: { installations: [{ reported: 20, seen: 25 }] },
        basis: 'observed',
        billed: 25,
        reports: [40],
        decidedByPerson: true,
      },
    ],
    [
      'rule 7: reported again as before',
      { world: { installations: [{ reported: 20 }] }, basis: 'reported', billed: 20, reports: [20] },
    ],
    [
      'rule 7: a later revision does not lower the quantity below the check-ins',
      { world: { installations: [{ reported: 20, seen: 25 }] }, basis: 'observed', billed: 25, reports: [20] },
    ],
    [
      'rule 7: corrected already, nothing new since',
      { world: { installations: [{ seen: 12 }] }, basis: 'estimated', billed: 10, reports: [10] },
    ],
    [
      'rule 7: less than the licence, before and after',
      { world: { installations: [{ seen: 10 }], licensed: 15 }, basis: 'estimated', billed: 0, reports: [14] },
    ],
  ])('%s: nothing to correct', (_sentence, given) => {
    expect(correct(given)).toBeNull();
  });
});

import { describe, expect, it } from '@jest/globals';
import { coverByLicences, daySpans, meteredOf } from '../../domain/licences/licensedDays.js';
import { parsePeriod } from '../../domain/period.js';
import type { MonthLicence, UsageFacts } from '../../domain/usage.js';

const JULY = parsePeriod('2026-07');
const MAILBOX = 'mail-server.mailbox';

describe('the days of a month between which licences change (rule 22)', () => {
  const held = (first: string, last: string) => ({ first: `2026-07-${first}`, last: `2026-07-${last}` });
  it.each<[string, { first: string; last: string }[], string[]]>([
    ['no licence: the whole month', [], ['01–31']],
    ['one that holds all month: the whole month', [held('01', '31')], ['01–31']],
    ['one that ends on the 14th', [held('01', '14')], ['01–14', '15–31']],
    ['its successor starts the day after', [held('01', '14'), held('15', '31')], ['01–14', '15–31']],
    ['a gap of three days', [held('01', '14'), held('18', '31')], ['01–14', '15–17', '18–31']],
    ['one of a single day', [held('31', '31')], ['01–30', '31–31']],
  ])('%s', (_sentence, licences, spans) => {
    expect(daySpans(JULY, MAILBOX, licences).map(({ first, last }) => `${first.slice(8)}–${last.slice(8)}`)).toEqual(
      spans,
    );
  });

  it('are of no matter to a meter that adds up events', () => {
    expect(daySpans(JULY, 'scanner.scan', [held('15', '31')])).toHaveLength(1);
  });
});

describe('what is metered of a count', () => {
  const days = (...spans: [count: number, licensed: number][]) =>
    spans.map(([count, licensed], index) => ({
      first: `2026-07-0${index + 1}`,
      last: `2026-07-0${index + 1}`,
      count,
      licensed,
    }));
  it.each<[string, number, [number, number][], [licensed: number, quantity: number]]>([
    [
      'licences of 10 and 10, 20 on every day',
      20,
      [
        [20, 10],
        [20, 10],
      ],
      [10, 10],
    ],
    [
      'licences of 10 and 30, 20 on every day',
      20,
      [
        [20, 10],
        [20, 30],
      ],
      [10, 10],
    ],
    [
      'the peak on licensed days, 5 on the others',
      20,
      [
        [5, 0],
        [20, 20],
      ],
      [15, 5],
    ],
    [
      'reported 23, seen 5 and 20: the excess on the highest day',
      23,
      [
        [5, 0],
        [20, 20],
      ],
      [18, 5],
    ],
    [
      'reported 23, seen 20 on all days: the excess on all of them',
      23,
      [
        [20, 10],
        [20, 20],
      ],
      [10, 13],
    ],
    [
      'decided 3, seen 5 and 20: no day counts more than 3',
      3,
      [
        [5, 0],
        [20, 20],
      ],
      [0, 3],
    ],
    [
      'waived: nothing',
      0,
      [
        [5, 0],
        [20, 0],
      ],
      [0, 0],
    ],
    [
      'nothing in use',
      0,
      [
        [0, 10],
        [0, 0],
      ],
      [0, 0],
    ],
  ])('%s', (_sentence, value, spans, [licensed, quantity]) => {
    expect(meteredOf(value, { licensed: 0, licensedDays: days(...spans) })).toMatchObject({ licensed, quantity });
  });
});

describe('licences that hold a part of the month, by how the meter counts (rule 2)', () => {
  const usage = (meter: UsageFacts['meter']): UsageFacts => ({
    tenantRef: 'main',
    tenantId: null,
    meter,
    installations: [],
    lastQuantity: null,
    licensed: 0,
    licensedDays: [],
  });
  const licence = (meter: UsageFacts['meter'], first: string, last: string): MonthLicence => ({
    ...{ tenantId: null, meter, count: 100 },
    ...{ first: `2026-07-${first}`, last: `2026-07-${last}` },
  });
  it('a sum is covered by the share of its days, rounded up: 100 × 17 / 31', () => {
    const [covered] = coverByLicences(JULY, [usage('scanner.scan')], [licence('scanner.scan', '15', '31')]);
    expect(covered?.licensed).toBe(55);
  });
  it('case 13: a sum is covered by 100, not 101, where a licence of 100 ends on the 15th and its successor starts that day', () => {
    const both = [licence('scanner.scan', '01', '14'), licence('scanner.scan', '15', '31')];
    expect(coverByLicences(JULY, [usage('scanner.scan')], both)[0]?.licensed).toBe(100);
  });
  it('a sum is covered in full by a licence of the whole month', () => {
    const [covered] = coverByLicences(JULY, [usage('scanner.scan')], [licence('scanner.scan', '01', '31')]);
    expect(covered?.licensed).toBe(100);
  });
});

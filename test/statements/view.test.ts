import { describe, expect, it } from '@jest/globals';
import {
  ALL_KINDS,
  SHIPPED_SETTINGS,
  type DiscrepancyKind,
  type EvidenceOf,
  type KindWithEvidence,
  type Resolution,
} from '../../domain/reconcile/index.js';
import type { ExtensionLine, Statement, StatementFinding, UsageLine } from '../../domain/statement.js';
import { LOCALES, type Locale } from '../../locales/index.js';
import { buildStatementView } from '../../statements/view.js';
import { correctionLine, minimumLine, statementOf, termLine, usageLine } from './sampleStatement.js';

function cells(rows: { text: string }[][][] | undefined): string[][] {
  return (rows ?? []).map((row) => row.map((cell) => cell.map(({ text }) => text).join(' | ')));
}

function usageRow(statement: Statement): string[] {
  return cells(buildStatementView(statement).usage.rows)[0] ?? [];
}

function findingRow(found: KindWithEvidence, resolution: Resolution, locale: Locale = 'en'): string[] {
  const finding: StatementFinding = {
    ...found,
    siteName: 'Head office',
    tenantName: 'Bakery',
    tenantRef: 'ou=bakery',
    meter: 'mail-server.mailbox',
    byDefault: SHIPPED_SETTINGS.kinds[found.kind].default,
    resolution,
  };
  return cells(buildStatementView(statementOf([usageLine()], { locale, findings: [finding] })).findings.rows)[0] ?? [];
}

const SAMPLES: { [K in DiscrepancyKind]: { kind: K; evidence: EvidenceOf<K> } } = {
  unknown_key: { kind: 'unknown_key', evidence: { fingerprint: 'abcd1234', attempts: 1 } },
  clock_off: { kind: 'clock_off', evidence: { offsetSeconds: -129_600 } },
  version_below_minimum: {
    kind: 'version_below_minimum',
    evidence: { version: '9.1', minimum: '17.0.0', installations: 1 },
  },
  missing_report: { kind: 'missing_report', evidence: { installations: 2, silent: 1 } },
  usage_after_revocation: {
    kind: 'usage_after_revocation',
    evidence: { revokedAt: '2026-05-14T22:30:00.000Z', usedOn: '2026-05-16', upToRevocation: 3 },
  },
  report_mismatch: { kind: 'report_mismatch', evidence: { reported: 10, observed: 14, others: null } },
  two_installations: { kind: 'two_installations', evidence: { installations: 2, sum: 41 } },
  unassigned_tenant: { kind: 'unassigned_tenant', evidence: { tenantRef: null, quantity: 20 } },
  usage_jump: { kind: 'usage_jump', evidence: { last: 12, quantity: 90 } },
  first_month_large: { kind: 'first_month_large', evidence: { quantity: 9_000_000 } },
  licence_exceeded: { kind: 'licence_exceeded', evidence: { licensed: 15, quantity: 20, excess: 5 } },
  late_beyond_reach: {
    kind: 'late_beyond_reach',
    evidence: { forPeriod: '2026-01', receivedOn: '2026-05-20', quantity: 40 },
  },
  late_unpriced: { kind: 'late_unpriced', evidence: { forPeriod: '2026-04', quantity: 9 } },
  after_last_statement: {
    kind: 'after_last_statement',
    evidence: { forPeriod: '2026-02', number: 'MSP-DE-2026-000007', amount: '-20.00', currency: 'EUR' },
  },
  mostly_estimated: { kind: 'mostly_estimated', evidence: { estimated: 51, lines: 100, months: 3 } },
  total_moved: {
    kind: 'total_moved',
    evidence: { totalMinor: '54023', lastTotalMinor: '100216', lastPeriod: '2026-03' },
  },
};

describe('a line of usage', () => {
  it('shows site, tenant, meter, peak with its day, quantity, formula and amount', () => {
    expect(usageRow(statementOf([usageLine()]))).toEqual([
      '1',
      'Head office | Bakery',
      'Mail server | mailboxes',
      '12 | 14 May',
      '12',
      '12 × 2.50',
      '30.00',
    ]);
  });

  it.each([
    ['en', 'estimated'],
    ['de', 'geschätzt'],
    ['it', 'stimata'],
    ['pl', 'szacunkowa'],
  ] as const)('is labelled when it is an estimate, in %s', (locale, label) => {
    expect(usageRow(statementOf([usageLine({ basis: 'estimated' })], { locale }))[4]).toBe(`12 | ${label}`);
  });

  it('shows the deduction of a term licence and the free first month', () => {
    const line = usageLine({ peak: 12, licensed: 5, quantity: 7, firstMonthFree: true, steps: [], amountMinor: 0n });
    expect(usageRow(statementOf([line]))[4]).toBe('7 | less 5 licensed | first month, not billed');
    expect(usageRow(statementOf([line]))[5]).toBe('–');
  });

  it('names usage of no known tenant with the site’s own reference', () => {
    const line = usageLine({ tenantId: null, tenantName: null, tenantRef: 'ou=sales' });
    expect(usageRow(statementOf([line]))[1]).toBe('Head office | Unassigned tenant: ou=sales');
  });

  it('shows each tier it falls into, and the size of packages', () => {
    const tiers = usageLine({
      steps: [
        { kind: 'units', units: 100, unitPrice: '2.5' },
        { kind: 'units', units: 1020, unitPrice: '2.125' },
      ],
    });
    expect(usageRow(statementOf([tiers]))[5]).toBe('100 × 2.50 | + 1,020 × 2.125');
    const packages = usageLine({
      steps: [{ kind: 'package', packages: 3, size: 10, packagePrice: '20', inOpenPackage: 0 }],
    });
    expect(usageRow(statementOf([packages]))[5]).toBe('3 × 20.00 | packages of 10');
  });

  it.each([
    ['en', 9, 0, '9 in a package opened by an earlier line'],
    ['en', 6, 1, '1 × 2.45 | packages of 10 | 6 in a package opened by an earlier line'],
    ['de', 9, 0, '9 in einem Paket, das eine frühere Zeile angebrochen hat'],
    ['it', 9, 0, '9 in un pacchetto aperto da una riga precedente'],
    ['pl', 9, 0, '9 w pakiecie otwartym przez wcześniejszą pozycję'],
  ] as const)(
    'case 35: in %s, says of %i units that an earlier line opened their package, besides %i of its own',
    (locale, inOpenPackage, packages, text) => {
      const line = usageLine({
        steps: [{ kind: 'package', packages, size: 10, packagePrice: '2.45', inOpenPackage }],
      });
      expect(usageRow(statementOf([line], { locale }))[5]).toBe(text);
    },
  );
});

describe('the arithmetic', () => {
  it('rule 2: says of which meters not the highest count is billed, but the sum of the days', () => {
    const intro = (...lines: UsageLine[]) => buildStatementView(statementOf(lines)).arithmetic?.intro;
    const rule =
      'Billable quantity = sum over all sites of the highest count (peak) per site, tenant and meter in the period.';
    expect(intro(usageLine())).toBe(rule);
    expect(intro(usageLine(), usageLine({ meter: 'scanner.scan', peakOn: null }))).toBe(
      `${rule} Instead of the highest count, for Vulnerability scanner: scans, the sum of all days.`,
    );
  });

  const arithmetic = (statement: Statement) => cells(buildStatementView(statement).arithmetic?.rows);

  it('adds the peaks of all sites and tenants up to the billable quantity', () => {
    const lines = [usageLine({ peak: 12 }), usageLine({ peak: 8 }), usageLine({ peak: 30 })];
    expect(arithmetic(statementOf(lines))).toEqual([
      ['Mail server | mailboxes', '12 + 8 + 30', '50', '2.50 per unit', '125.00 | sum of 3 lines, each rounded'],
    ]);
  });

  it('deducts term licences and first months, so that the formula ends at the quantity', () => {
    const lines = [
      usageLine({ peak: 12, licensed: 5, quantity: 7 }),
      usageLine({ peak: 9, licensed: 2, quantity: 7, firstMonthFree: true, steps: [], amountMinor: 0n }),
    ];
    expect(arithmetic(statementOf(lines))[0]?.slice(1, 3)).toEqual([
      '12 + 9 | − 7 (term licence) | − 7 (first month, not billed)',
      '7',
    ]);
  });

  it('prints the sum of many peaks instead of each', () => {
    const lines = Array.from({ length: 214 }, () => usageLine({ peak: 10 }));
    expect(arithmetic(statementOf(lines))[0]?.[1]).toBe('2,140 (sum of 214 counts)');
  });

  it.each([
    [{ model: 'per_unit', unitPrice: '0.125' }, '0.125 per unit'],
    [
      { model: 'graduated', tiers: [{ upTo: 100, unitPrice: '2.5' }, { unitPrice: '2' }] },
      'Each unit at its own tier’s price: 1 to 100: 2.50; from 101: 2.00',
    ],
    [
      { model: 'volume', tiers: [{ upTo: 100, unitPrice: '2.5' }, { unitPrice: '2' }] },
      'All units at the price of the total’s tier: 1 to 100: 2.50; from 101: 2.00',
    ],
    [{ model: 'package', size: 10, packagePrice: '20' }, '20.00 per package of 10, started packages count'],
  ] as const)('explains the price model %j', (price, text) => {
    const statement = statementOf([usageLine()]);
    const prices = { 'mail-server.mailbox': 'tiers' in price ? { ...price, tiers: [...price.tiers] } : price };
    expect(arithmetic({ ...statement, pricePlan: { ...statement.pricePlan, prices } })[0]?.[3]).toBe(text);
  });
});

describe('licences', () => {
  it('case 13: days on which licences change are printed as arithmetic, for a bookkeeper to follow', () => {
    const line = usageLine({
      ...{ peak: 20, licensed: 10, quantity: 10 },
      licensedDays: [
        { first: '2026-05-01', last: '2026-05-14', count: 20, licensed: 10 },
        { first: '2026-05-15', last: '2026-05-31', count: 8, licensed: 10 },
      ],
    });
    expect(usageRow(statementOf([line]))[4]).toBe(
      '10 | day by day, the highest counts: | 1 May to 14 May: 20 less 10 licensed = 10 | 15 May to 31 May: 8 less 10 licensed = 0',
    );
  });

  it('rule 22: a term shows its days, units, price of a unit and year and years', () => {
    const view = buildStatementView(statementOf([usageLine(), termLine()]));
    expect(cells(view.terms?.rows)).toEqual([
      [
        '2',
        'Head office | whole site',
        'Mail server | mailboxes',
        '15 May 2026 to 14 May 2028',
        '10',
        '10 × 24.00 × 2 | price of a unit and year in EUR',
        '480.00',
      ],
    ]);
    expect(view.sums.map(({ label }) => label)).toEqual(['Usage', 'Term licences', 'Total']);
  });

  it('rule 22: an extension shows the days left of its term, a twelfth which one it is', () => {
    const extension: ExtensionLine = {
      ...termLine({ startsOn: '2027-01-12', instalment: { no: 2, of: 17 } }),
      ...{ kind: 'extension', extends: 'licence-0', daysLeft: 489, termDays: 731 },
    };
    const row = cells(buildStatementView(statementOf([extension])).terms?.rows)[0];
    expect(row?.slice(3, 6)).toEqual([
      '12 January 2027 to 14 May 2028 | added to a licence for 489 of its 731 days',
      '10',
      '10 × 24.00 × 2 × 489 / 731 | price of a unit and year in EUR | instalment 2 of 17 | 37.78 due so far less 18.89 due before',
    ]);
  });
});

describe('corrections and the total', () => {
  it('show the period and statement they correct, before and after', () => {
    const view = buildStatementView(statementOf([usageLine(), correctionLine()]));
    expect(cells(view.corrections?.rows)[0]).toEqual([
      '2',
      'Head office | Bakery',
      'Mail server | mailboxes',
      'April 2026 | DE-2026-000007 | estimate replaced by the report',
      '14',
      '12',
      '12 × 2.75 | comes to EUR\u00a033.00 | less billed so far EUR\u00a038.50',
      '−5.50',
    ]);
    expect(view.total.details).toEqual(['2\u00a0lines', '1\u00a0correction']);
  });

  it('are followed by what is missing to the monthly minimum', () => {
    const view = buildStatementView(statementOf([usageLine(), minimumLine(5_000n, 2_000n)]));
    expect(view.sums.map(({ label, amount }) => [label, amount])).toEqual([
      ['Usage', 'EUR\u00a030.00'],
      ['No. 2: Up to the monthly minimum of EUR\u00a050.00', 'EUR\u00a020.00'],
      ['Total', 'EUR\u00a050.00'],
    ]);
  });
});

describe('a discrepancy', () => {
  it('says that the default was applied when nobody decided', () => {
    expect(
      findingRow(
        { kind: 'report_mismatch', evidence: { reported: 10, observed: 14, others: null } },
        { by: 'default' },
      ),
    ).toEqual([
      'Reported and observed differ',
      'Head office | Bakery | Mail server: mailboxes',
      'Reported 10, highest check-in 14.',
      'No decision in the review; default applied: the greater of both counts.',
    ]);
  });

  it('says what other installations count, whatever is decided', () => {
    const evidence = { reported: 10, observed: 51, others: 40 };
    const resolution = { by: 'person', decision: 'accept_reported', quantity: null, reason: null } as const;
    expect(findingRow({ kind: 'report_mismatch', evidence }, resolution).slice(2)).toEqual([
      'Reported 10, highest check-in 51; of other installations 40 more, whichever counts.',
      'By the partner team: reported quantity accepted.',
    ]);
  });

  it('gives a person’s decision and reason', () => {
    const resolution = { by: 'person', decision: 'set_quantity', quantity: 1200, reason: 'test server' } as const;
    expect(findingRow({ kind: 'usage_jump', evidence: { last: 12, quantity: 90 } }, resolution)[3]).toBe(
      'By the partner team: quantity set to 1,200. | Reason: test server',
    );
  });

  /** One kind for a key that was revoked or destroyed, or stopped with its MSP: the evidence does not say which. */
  it.each<[Locale, string, string, RegExp]>([
    [
      'en',
      'Usage without a valid key',
      'Key not valid from 10 March 2026, in use on 20 March 2026; peak while it was valid: 25.',
      /revo/i,
    ],
    [
      'de',
      'Nutzung ohne gültigen Schlüssel',
      'Schlüssel ab 10. März 2026 nicht gültig, am 20. März 2026 in Gebrauch; Spitze, solange er gültig war: 25.',
      /widerr/i,
    ],
    [
      'it',
      'Uso senza chiave valida',
      'Chiave non valida dal 10 marzo 2026, in uso in data 20 marzo 2026; picco finché era valida: 25.',
      /revoc/i,
    ],
    [
      'pl',
      'Użycie bez ważnego klucza',
      'Klucz nieważny od 10 marca 2026, użyto 20 marca 2026; szczyt z czasu ważności: 25.',
      /cofn/i,
    ],
  ])('tells in %s of usage after a suspension as of that after a revocation: %s', (locale, name, evidence, revoked) => {
    const suspended = { revokedAt: '2026-03-10T11:00:00.000Z', usedOn: '2026-03-20', upToRevocation: 25 };
    const row = findingRow({ kind: 'usage_after_revocation', evidence: suspended }, { by: 'default' }, locale);
    expect([row[0], row[2]]).toEqual([name, evidence]);
    expect(row.join(' ')).not.toMatch(revoked);
  });

  it('reckons the day of a revocation in the MSP’s zone', () => {
    const evidence = { revokedAt: '2026-05-14T22:30:00.000Z', usedOn: '2026-05-16', upToRevocation: 3 };
    expect(findingRow({ kind: 'usage_after_revocation', evidence }, { by: 'default' })[2]).toBe(
      'Key not valid from 15 May 2026, in use on 16 May 2026; peak while it was valid: 3.',
    );
  });

  it.each(ALL_KINDS.flatMap((kind) => LOCALES.map((locale) => [kind, locale] as const)))(
    '%s can be told in %s',
    (kind, locale) => {
      const place = {
        siteName: null,
        tenantName: null,
        tenantRef: null,
        meter: null,
        resolution: { by: 'rule' },
      } as const;
      const findings = [{ ...SAMPLES[kind], ...place, byDefault: SHIPPED_SETTINGS.kinds[kind].default }];
      const row = cells(buildStatementView(statementOf([], { locale, findings })).findings.rows)[0] ?? [];
      for (const text of row) expect(text).toMatch(/\p{L}/u);
      expect(row[2]).not.toMatch(/undefined|null|NaN/);
    },
  );

  it('compares a total with the month of the last statement there is', () => {
    const { evidence } = SAMPLES.total_moved;
    expect(findingRow({ kind: 'total_moved', evidence }, { by: 'default' })[2]).toBe(
      'EUR\u00a0540.23 after EUR\u00a01,002.16 in March 2026.',
    );
  });
});

describe('the chart', () => {
  it('ends with this month and scales to the greatest amount', () => {
    const history = [
      { period: '2026-03', totalMinor: 6_000n },
      { period: '2026-04', totalMinor: -1_500n },
    ] as Statement['history'];
    const view = buildStatementView(statementOf([usageLine()], { history }));
    expect(view.chart?.bars.map(({ label, share, isCurrent }) => [label, share, isCurrent])).toEqual([
      ['03/2026', 1, false],
      ['04/2026', -0.25, false],
      ['05/2026', 0.5, true],
    ]);
    expect(view.chart?.alt).toContain('05/2026 EUR\u00a030.00');
  });

  it('is left out in an MSP’s first month', () => {
    expect(buildStatementView(statementOf([usageLine()])).chart).toBeNull();
  });
});

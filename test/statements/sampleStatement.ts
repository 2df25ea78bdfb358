import { sumMinor } from '../../domain/money.js';
import { parsePeriod } from '../../domain/period.js';
import type {
  CorrectionLine,
  MinimumLine,
  Party,
  Statement,
  StatementLine,
  TermLine,
  UsageLine,
} from '../../domain/statement.js';

function party(name: string, country: string): Party {
  return {
    name,
    registrationNumber: `${country}-12345`,
    address: ['Musterweg 1', '12345 Musterstadt'],
    country,
    email: 'office@example.com',
  };
}

export function usageLine(change: Partial<UsageLine> = {}): UsageLine {
  const peak = change.peak ?? 12;
  return {
    kind: 'usage',
    lineNo: 1,
    siteId: 'site-1',
    siteName: 'Head office',
    tenantId: 'tenant-1',
    tenantName: 'Bakery',
    tenantRef: 'ou=bakery',
    meter: 'mail-server.mailbox',
    steps: [{ kind: 'units', units: peak, unitPrice: '2.5' }],
    amountMinor: BigInt(peak) * 250n,
    peak,
    peakOn: '2026-05-14',
    basis: 'reported',
    licensed: 0,
    quantity: peak,
    firstMonthFree: false,
    ...change,
  };
}

export function correctionLine(change: Partial<CorrectionLine> = {}): CorrectionLine {
  return {
    kind: 'correction',
    lineNo: 2,
    siteId: 'site-1',
    siteName: 'Head office',
    tenantId: 'tenant-1',
    tenantName: 'Bakery',
    tenantRef: 'ou=bakery',
    meter: 'mail-server.mailbox',
    steps: [{ kind: 'units', units: -2, unitPrice: '2.75' }],
    amountMinor: -550n,
    forPeriod: parsePeriod('2026-04'),
    correctsNumber: 'DE-2026-000007',
    reason: 'estimate_confirmed',
    oldQuantity: 14,
    newQuantity: 12,
    ...change,
  };
}

export function termLine(change: Partial<TermLine> = {}): TermLine {
  return {
    kind: 'term',
    lineNo: 4,
    licenceId: 'licence-1',
    siteId: 'site-1',
    siteName: 'Head office',
    tenantId: null,
    tenantName: null,
    meter: 'mail-server.mailbox',
    count: 10,
    startsOn: '2026-05-15',
    endsOn: '2028-05-15',
    unitPrice: '24.00',
    priceCurrency: 'EUR',
    years: 2,
    instalment: { no: 1, of: 1 },
    exchange: null,
    amountMinor: 48_000n,
    ...change,
  };
}

export function minimumLine(minimumMinor: bigint, amountMinor: bigint): MinimumLine {
  return { kind: 'minimum', lineNo: 3, minimumMinor, amountMinor };
}

/** A statement over `lines` that adds up, in English and euros unless `change` says otherwise. */
export function statementOf(lines: StatementLine[], change: Partial<Statement> = {}): Statement {
  return {
    number: 'DE-2026-000042',
    revision: 1,
    templateVersion: 1,
    locale: 'en',
    period: parsePeriod('2026-05'),
    zone: 'Europe/Berlin',
    statementDate: '2026-06-06',
    currency: 'EUR',
    vendor: party('Vendor Software Inc.', 'US'),
    distributor: party('Distribution GmbH', 'DE'),
    msp: party('Systemhaus Müller GmbH', 'DE'),
    pricePlan: {
      name: 'List 2026',
      currency: 'EUR',
      fromPeriod: parsePeriod('2026-01'),
      prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '2.5' } },
      monthlyMinimumMinor: null,
    },
    exchange: null,
    lines: lines.map((line, i) => ({ ...line, lineNo: i + 1 })),
    findings: [],
    history: [],
    totalMinor: sumMinor(lines.map(({ amountMinor }) => amountMinor)),
    ...change,
  };
}

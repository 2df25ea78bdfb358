import type { ProductCode, Unit } from '../domain/catalog/index.js';
import type { PriceWords } from '../domain/pricing/index.js';
import type { Decision, DefaultOf, DiscrepancyKind, EvidenceOf } from '../domain/reconcile/index.js';
import type { CorrectionLine, ManualCorrectionLine } from '../domain/statement.js';
import type { SiteKind } from '../domain/site.js';
import type { UnpricedBecause } from '../domain/tenantDocument.js';
import type { Basis } from '../domain/usage.js';
import type { PluralForms } from './format.js';
import type { LinkPageMessages } from './linkPage.js';
import type { MailMessages } from './mail.js';

/** Evidence as the words get it: the fields the kind declares, each written in the reader's language. */
export type WrittenEvidence<K extends DiscrepancyKind> = {
  [Field in keyof EvidenceOf<K>]: null extends EvidenceOf<K>[Field] ? string | null : string;
};

interface DiscrepancyTexts<K extends DiscrepancyKind> {
  name: string;
  /** What was done where nobody decided: one phrase for each default the kind supports. */
  byDefault: Readonly<Record<DefaultOf<K>, string>>;
  evidence: (written: WrittenEvidence<K>) => string;
}

export interface StatementMessages {
  documentName: string;
  /** Title in the reader's window and in the list of documents. */
  title: (number: string, period: string) => string;
  notInvoice: (distributor: string) => string;
  parties: { msp: string; distributor: string; vendor: string };
  registrationNumber: (number: string) => string;
  facts: {
    number: string;
    revision: string;
    date: string;
    period: string;
    zone: string;
    currency: string;
    pricePlan: string;
  };
  /** First and last day of the period. */
  days: (first: string, last: string) => string;
  pricePlan: (name: string, validFrom: string) => string;
  total: (period: string) => string;
  lines: PluralForms;
  estimatedLines: PluralForms;
  correctionLines: PluralForms;
  noUsage: string;
  chart: { title: (currency: string) => string; alt: (bars: string) => string };
  arithmetic: {
    title: string;
    rule: string;
    /** The meters that are not billed by their highest count, by aggregation. */
    instead: { sum: (meters: string) => string; last: (meters: string) => string };
    columns: { meter: string; formula: string; quantity: string; price: string; amount: string };
    /** Where there are too many counts to print each: `1,240 (sum of 214 counts)`. */
    sumOfCounts: (sum: string, count: string) => string;
    /** Where a meter has several lines: its amount is their sum, not the product of its quantity. */
    sumOfRounded: (count: string) => string;
    licensed: (units: string) => string;
    firstMonth: (units: string) => string;
  };
  prices: PriceWords;
  usage: {
    title: string;
    columns: {
      no: string;
      where: string;
      meter: string;
      count: string;
      quantity: string;
      price: string;
      amount: string;
    };
    unassigned: string;
    licensed: (units: string) => string;
    /** Where licences begin or end within the month: the arithmetic of some days in a row. */
    licensedDays: (days: string, count: string, licensed: string, metered: string) => string;
    highestDays: string;
    firstMonth: string;
    packagesOf: (size: string) => string;
    /** Units that fill a package which another line opened and bears. */
    inOpenPackage: (units: string) => string;
  };
  /** Term licences (rule 22). */
  terms: {
    title: string;
    rule: string;
    columns: { days: string };
    wholeSite: string;
    extension: (daysLeft: string, termDays: string) => string;
    price: (currency: string) => string;
    instalment: (no: string, of: string) => string;
    /** Of a later instalment: what is due with it, and what was due before, both rounded. */
    instalmentDue: (due: string, before: string) => string;
  };
  corrections: {
    title: string;
    /** How the amounts come about. */
    prices: string;
    /** What the line comes to now, and what was billed for it so far; amounts with their currency. */
    rated: (amount: string) => string;
    billed: (amount: string) => string;
    /** What is not taken off, since people took it off by hand before. */
    withheld: (amount: string) => string;
    minimum: (amount: string) => string;
    columns: { no: string; where: string; meter: string; corrects: string; was: string; now: string; amount: string };
    reasons: Record<CorrectionLine['reason'], string>;
    /** What two people changed by hand. */
    byHand: {
      minimum: string;
      line: (no: string) => string;
      reason: (reason: string) => string;
      changes: Record<ManualCorrectionLine['change'], string>;
    };
  };
  totals: { usage: string; terms: string; corrections: string; minimum: (minimum: string) => string; total: string };
  findings: {
    title: string;
    none: string;
    columns: { kind: string; where: string; found: string; settled: string };
    wholeStatement: string;
    byRule: (done: string) => string;
    byDefault: (done: string) => string;
    byPerson: (decision: string) => string;
    reason: (reason: string) => string;
  };
  exchange: {
    title: string;
    /** The source of the European Central Bank's rates; any other is printed as it was given. */
    ecb: string;
    text: (rate: string, day: string, source: string) => string;
    rounding: (currency: string) => string;
  };
  notes: { title: string; estimated: string; waived: string; deferred: string; rounding: string; attachment: string };
  attachment: string;
  page: (page: string, pages: string) => string;
}

/** A credit: the rest of its words are a statement's. */
export interface CreditMessages {
  documentName: string;
  title: (number: string, statementNumber: string) => string;
  intro: (statementNumber: string, date: string, period: string) => string;
  facts: { number: string; corrects: string };
  lines: string;
  total: string;
  notInvoice: (distributor: string) => string;
  attachment: string;
}

/** What parks an MSP besides cases of its own. */
type ParkedCode = 'EXCHANGE_RATE_MISSING' | 'PRICE_MISSING' | 'PRICE_PLAN_MISSING' | 'total_moved';

export interface UsageReportMessages {
  documentName: string;
  title: (period: string, subject: string) => string;
  /** What its numbers are. */
  intro: string;
  facts: { msp: string; programme: string };
  /** How many sites of each kind there are. */
  sitesOf: Record<SiteKind, string>;
  kinds: Record<SiteKind, string>;
  totals: string;
  bySite: string;
  nothing: string;
  /** Reports came, and there is nothing in them. */
  nothingUsed: string;
  noReport: string;
  reportedOn: (day: string) => string;
  columns: {
    site: string;
    tenant: string;
    meter: string;
    reported: string;
    highest: string;
    highestOn: string;
    /** What of the two numbers is billed by the rules. */
    counted: string;
    total: string;
  };
  attachment: string;
}

/** An MSP's document for one of its tenants: the rest of its words are a statement's. */
export interface TenantDocumentMessages {
  documentName: string;
  title: (reference: string, period: string) => string;
  notInvoice: (msp: string) => string;
  parties: { from: string; for: string };
  facts: { reference: string; statement: string };
  rows: string;
  nothing: string;
  columns: { where: string; price: string };
  /** An earlier quantity and what it is now, below the month that it is of. */
  changed: (from: string, to: string) => string;
  /** Stands before the number of the credit. */
  credited: string;
  unpriced: Record<UnpricedBecause, string>;
  total: (currency: string) => string;
  /** What it is made of, and what it says nothing of. */
  notes: { statement: (number: string, revision: string) => string; rounding: string };
  attachment: string;
}

export interface QuoteMessages {
  documentName: string;
  title: (number: string, company: string) => string;
  bindsNobody: string;
  parties: { from: string; for: string };
  facts: { programme: string; product: string; term: string; validUntil: string };
  years: PluralForms;
  total: string;
  until: (day: string) => string;
  rows: string;
  /** What was asked for, as it was written. */
  wished: (wish: string) => string;
  columns: { what: string; price: string };
  notes: { order: string; tax: string };
}

export interface SummaryMessages {
  documentName: string;
  supplement: (n: string) => string;
  title: (period: string, distributor: string) => string;
  intro: (distributor: string, vendor: string) => string;
  statements: PluralForms;
  facts: { distributor: string; vendor: string; period: string; date: string; statements: string };
  totals: { title: string; columns: { currency: string; statements: string; total: string } };
  columns: { number: string; msp: string; lines: string; marks: string; total: string };
  list: string;
  none: string;
  /** Credits issued since the pack before: a table of number, date, MSP, statement and amount. */
  credits: {
    title: string;
    text: string;
    counted: PluralForms;
    columns: { date: string; corrects: string; amount: string };
  };
  parked: { title: string; text: string; columns: { msp: string; reason: string } };
  /** Why an MSP is parked, by the code that parked it. */
  parkedBy: {
    codes: Record<ParkedCode, string>;
    byCase: (kind: string) => string;
    other: (code: string) => string;
    unknown: string;
  };
  attachment: string;
}

/** Everything Kontor says in one language. English has all of it; what another lacks is said in English (translation.ts). */
export interface Messages {
  products: Record<ProductCode, string>;
  /** What a meter counts, in the plural and without a number: `mailboxes`. */
  unitTitles: Record<Unit, string>;
  discrepancies: { [K in DiscrepancyKind]: DiscrepancyTexts<K> };
  /** Decisions as past participles; `quantity` is formatted, null unless the decision sets one. */
  decisions: Record<Decision, (quantity: string | null) => string>;
  bases: Record<Basis, string>;
  statement: StatementMessages;
  credit: CreditMessages;
  summary: SummaryMessages;
  usageReport: UsageReportMessages;
  tenantDocument: TenantDocumentMessages;
  quote: QuoteMessages;
  mail: MailMessages;
  linkPage: LinkPageMessages;
}

/** What one MSP's month is judged by, loaded and frozen: nothing here is looked up again. */
import type { MeterCode } from '../catalog/index.js';
import type { LateReports } from '../corrections.js';
import type { PricedLicence } from '../licences/termPrice.js';
import type { Day, Period } from '../period.js';
import type { Price } from '../pricing/index.js';
import type { ExchangeRate, PricePlan } from '../pricing/pricePlan.js';
import type { DiscrepancyKind, KindWithEvidence, ReconcileSettings, Resolution } from '../reconcile/index.js';
import type { Party, Statement } from '../statement.js';
import type { Basis, SiteFacts } from '../usage.js';

/** A settled or open case, as far as rating and the statement need it. */
export type MonthCase = KindWithEvidence & {
  siteId: string | null;
  tenantRef: string | null;
  meter: MeterCode | null;
  /** Null: still open. */
  resolution: Resolution | null;
};

/** One MSP that is due to be issued, with everything frozen or decided about its month. */
export interface MonthInput {
  mspId: string;
  distributorId: string;
  distributorCode: string;
  msp: Party;
  distributor: Party;
  vendor: Party;
  locale: string;
  /** IANA time zone the MSP's month is reckoned in. */
  zone: string;
  /** Of the statement. */
  currency: string;
  statementDate: Day;
  sites: SiteFacts[];
  cases: MonthCase[];
  /** Names of the MSP's tenants by id. */
  tenantNames: Map<string, string>;
  /** The MSP's licences that may be billed in the period. */
  licences: PricedLicence[];
  /** Totals of earlier periods in the statement's currency, oldest first. */
  history: Statement['history'];
  /** Of the last of them: what its licences were billed. */
  lastTermsMinor: bigint;
}

/** A line of an earlier statement that may have to be corrected, or a usage a late report brought that had no line. */
export interface LateUsage {
  mspId: string;
  period: Period;
  number: string;
  siteId: string;
  siteName: string;
  tenantId: string | null;
  tenantName: string | null;
  tenantRef: string | null;
  meter: MeterCode;
  /** As billed; basis null: there was no line. */
  basis: Basis | null;
  /** Billable quantity as it stands, earlier corrections included. */
  billed: number;
  firstMonthFree: boolean;
  /** Whether a person chose the quantity instead of leaving it to the rules. */
  decidedByPerson: boolean;
  /** What the site's latest reports say, where one of them came after the facts were frozen; else null. */
  late: LateReports | null;
  facts: SiteFacts;
  /** The MSP's billed total of the meter in that period, earlier corrections included. */
  billedTotal: number;
  price: Price | null;
  /** Of the price, and of the statement that is corrected. */
  priceCurrency: string;
  currency: string;
  exchange: ExchangeRate | null;
}

/** What every MSP of a run is rated with. */
export interface RunTerms {
  period: Period;
  plans: readonly PricePlan[];
  rates: readonly ExchangeRate[];
  settings: ReconcileSettings;
  /** Those that judge; one that is not among them finds nothing. */
  kinds: readonly DiscrepancyKind[];
}

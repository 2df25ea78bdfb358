/** What one MSP's month is judged by, loaded and frozen: nothing here is looked up again. */
import type { MeterCode } from '../catalog/index.js';
import type { PricedLicence } from '../licences/termPrice.js';
import type { Day, Period } from '../period.js';
import type { ExchangeRate, PricePlan } from '../pricing/pricePlan.js';
import type { DiscrepancyKind, KindWithEvidence, ReconcileSettings, Resolution } from '../reconcile/index.js';
import type { DueManualCorrection } from '../rating.js';
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
  /** Corrections by hand that no statement has booked yet, in the order in which they were confirmed. */
  manual: DueManualCorrection[];
  /** Totals of earlier periods in the statement's currency, oldest first. */
  history: Statement['history'];
  /** Of the last of them: its licences, and what was corrected by hand. */
  lastTermsMinor: bigint;
}

/** What was billed for one site, tenant and meter of an earlier month, its corrections included. */
export interface BilledLine {
  siteId: string;
  siteName: string;
  tenantId: string | null;
  tenantName: string | null;
  tenantRef: string | null;
  meter: MeterCode;
  /** As the last statement that named it says. */
  peak: number;
  basis: Basis;
  quantity: number;
  firstMonthFree: boolean;
  /** Minor units of the earlier statement's currency. */
  amountMinor: bigint;
}

/**
 * An issued month of which more may be known by now than was billed for it: what it takes to rate it again as a whole,
 * by its own frozen rules and prices (rules 4, 5 and 7).
 */
export interface EarlierMonth {
  mspId: string;
  period: Period;
  /** Of its statement, as `currency`. */
  number: string;
  currency: string;
  pricePlan: Statement['pricePlan'];
  exchange: ExchangeRate | null;
  settings: ReconcileSettings;
  kinds: readonly DiscrepancyKind[];
  /** All sites of the MSP: as frozen, or as known today where something reached them since. */
  sites: readonly SiteFacts[];
  /** Cases that a person decided. */
  decided: readonly MonthCase[];
  /** Names of tenants by id: as printed then, where they were. */
  tenantNames: ReadonlyMap<string, string>;
  billed: readonly BilledLine[];
  /** What was billed up to the minimum. */
  billedMinimumMinor: bigint;
  /** Licences of its statement. */
  billedLicencesMinor: bigint;
  /** What people corrected by hand: it stands, whatever is known later. */
  standing: StandingCorrections;
}

/**
 * What two people changed of one month by hand. Waivers and quantities stand: such a line is rated no more. An amount comes on
 * top of what is rated, and what it took off is not taken off again.
 */
export interface StandingCorrections {
  /** The statement as a whole was waived. */
  whole: boolean;
  minimum: boolean;
  /** By `usageKey`. */
  usage: ReadonlySet<string>;
  /** All changes in minor units: of lines of usage by `usageKey`, of the minimum, and of all there are of the statement. */
  amounts: { usage: ReadonlyMap<string, bigint>; minimum: bigint; all: bigint };
}

/** What every MSP of a run is rated with. */
export interface RunTerms {
  period: Period;
  /** Months right before it that were skipped for good, the earliest first. */
  skipped: readonly Period[];
  plans: readonly PricePlan[];
  rates: readonly ExchangeRate[];
  settings: ReconcileSettings;
  /** Those that judge; one that is not among them finds nothing. */
  kinds: readonly DiscrepancyKind[];
}

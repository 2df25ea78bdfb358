import type { MeterCode, ProductCode } from '../../domain/catalog/index.js';
import type { Period } from '../../domain/period.js';
import type { Price } from '../../domain/pricing/index.js';
import type { Party } from '../../domain/statement.js';

/** What a site is there to show. Exactly known, so that what Kontor finds can be held against it. */
export type SiteRole =
  | 'ordinary'
  /** Sends check-ins but no report (missing report, estimated from its check-ins); reports late. */
  | 'silent'
  /** Sends nothing at all in the period (missing report, estimated from the last one). */
  | 'mute'
  /** Was silent in the period before; its report arrives after that one's close and corrects the estimate. */
  | 'late'
  | 'underReported'
  | 'overReported'
  /** Off by one: within the tolerance. */
  | 'nearlyRight'
  /** Its key is revoked in mid-month and it goes on. */
  | 'revoked'
  | 'twoInstallations'
  /** New hardware takes over once the month is reported, in the name of the old (rule 6). */
  | 'replaced'
  | 'unassignedTenant'
  | 'spike'
  | 'drop'
  | 'clockOff'
  | 'overLicence'
  | 'withinLicence'
  /** Counts zero all month. */
  | 'zero';

export interface WorldDistributor extends Party {
  code: string;
  currency: string;
  locale: string;
  zone: string;
}

export interface WorldPlan {
  name: string;
  /** Null: the base plan. */
  distributorCode: string | null;
  currency: string;
  fromPeriod: Period;
  monthlyMinimum: string;
  /** A year of a term costs so many times a meter's rough price. */
  termPriceFactor: number;
  /** Of every meter that the programme's sites use. */
  prices: Partial<Record<MeterCode, Price>>;
}

/** The offer of one vendor. */
export interface WorldProgramme {
  code: string;
  name: string;
  zone: string;
  baseCurrency: string;
  vendor: Party;
  documents: { filename: string; title: string; content: string }[];
  /** Codes of the distributors that serve its territories, each its own country. */
  distributorCodes: string[];
  plans: WorldPlan[];
}

/** The period the world is about, or the one before it. */
export type When = 'previous' | 'current';

/** An MSP's part in a programme. */
export interface WorldParticipation {
  programme: string;
  joins: When;
  /** The last month it takes part in; null where it stays. */
  leaves: When | null;
}

/** What is sent to sign up. */
export interface SignUp {
  mspId: string;
  company: { name: string; registrationNumber: string; address: string[]; country: string };
  contact: { name: string; email: string };
  locale: string;
  zone: string;
}

export interface WorldInstallation {
  id: string;
  /** Ed25519 private key, 32 bytes. */
  secret: Uint8Array;
}

/** One line of usage: what a tenant used of a meter in the period before and in the period. */
export interface WorldLine {
  /** What the site reports it under. */
  tenantRef: string;
  meter: MeterCode;
  previous: number;
  current: number;
}

export interface WorldSite {
  name: string;
  product: ProductCode;
  productVersion: string;
  programme: string;
  /** Months in which it is in use: not before its MSP joins the programme, nor after it leaves. */
  used: When[];
  /** Tenants that it reports under their own references. */
  tenantRefs: string[];
  /** Units that it reports under references of its own. */
  assignments: { reference: string; tenantRef: string }[];
  /** Local time of its daily check-in, `HH:MM`. */
  time: string;
  role: SiteRole;
  /** The second one exists with the role `twoInstallations` alone, from the period on. */
  installations: [WorldInstallation, ...WorldInstallation[]];
  /** The new hardware of a site with the role `replaced`. */
  replacement: WorldInstallation | null;
  lines: WorldLine[];
  /** Covers the first line. */
  licenceCount: number | null;
}

export interface WorldMsp extends SignUp {
  /** The first is the programme that it signs up for. */
  participations: [WorldParticipation, ...WorldParticipation[]];
  /** Parents before the units below them. */
  tenants: { ref: string; name: string; parentRef?: string }[];
  sites: WorldSite[];
  /** All its usage grows so much that the total moves by more than 25 %. */
  grows: boolean;
}

export interface World {
  seed: number;
  period: Period;
  previous: Period;
  /** The first takes the sign-ups that are rejected and expire. */
  programmes: [WorldProgramme, ...WorldProgramme[]];
  distributors: WorldDistributor[];
  /** Those that are approved. */
  msps: WorldMsp[];
  rejected: SignUp;
  expired: SignUp;
  /** Secrets of metered keys that nobody issued. */
  unknownKeys: Uint8Array[];
}

export interface WorldOptions {
  seed: number;
  /** `YYYY-MM` */
  period: string;
  msps: number;
  sites: number;
}

import type { LoginChange } from '../domain/access/loginChange.js';
import type { Day, Period } from '../domain/period.js';

/** A mail in words: `body` is one string per paragraph, without greeting lines' markup; delivery makes text and HTML. */
export interface MailText<P> {
  subject: (params: P) => string;
  body: (params: P) => string[];
}

export interface Total {
  currency: string;
  /** Minor units of `currency`. */
  totalMinor: bigint;
}

export interface ParkedMsp {
  mspName: string;
  reason: string;
}

/** What was ordered. `siteName` and `count` null: the use of a product. */
interface OrderedParams {
  vendorName: string;
  mspName: string;
  productName: string;
  siteName: string | null;
  count: number | null;
  price: Total;
}

/** What each mail needs to know. Days and amounts arrive as data; the language formats them. */
export interface MailParams {
  /**
   * To an address that somebody named: it is confirmed by `link`, good once, until the end of `expiresOn`. Says nothing that
   * anybody wrote (case 42).
   */
  contactConfirmation: { link: string; expiresOn: Day };
  /** To the address whose place another one of that company has taken. */
  contactReplaced: { companyName: string };
  /** To the applicant: we have it, and somebody looks at it. `link` shows where it stands, as often as one likes. */
  registrationReceived: { vendorName: string; decideBy: Day; link: string };
  /** To the partner team, at once. `expiresOn` is the day it lapses; `duplicates`: how many it may be the same as. */
  registrationApplied: {
    mspName: string;
    registrationNumber: string;
    distributorName: string;
    duplicates: number;
    expiresOn: Day;
  };
  /** To the partner team; `reason` null: none was given. */
  registrationWithdrawn: { mspName: string; registrationNumber: string; reason: string | null };
  /** To the partner team. `waitingDays` since the application; `expiresOn` is the day it lapses. */
  registrationReminder: {
    mspName: string;
    registrationNumber: string;
    distributorName: string;
    waitingDays: number;
    expiresOn: Day;
    /** Name of the MSP it may duplicate; null: none found. */
    duplicateOf: string | null;
  };
  registrationWelcome: { vendorName: string; mspName: string; distributorName: string; portalUrl: string | null };
  registrationRejected: { vendorName: string; reason: string };
  registrationExpired: { vendorName: string; days: number };
  /** A key was made and no installation has used it yet. */
  siteActivationReminder: { vendorName: string; siteName: string; keyCreatedOn: Day };
  /** Rule 6. `lastContactOn` null: the site was never heard. */
  contactWarning: { vendorName: string; siteName: string; lastContactOn: Day | null; silentDays: number; blockOn: Day };
  contactBlocked: {
    vendorName: string;
    siteName: string;
    lastContactOn: Day | null;
    silentDays: number;
    disableOn: Day;
  };
  keyDisabled: { vendorName: string; siteName: string; lastContactOn: Day | null; silentDays: number };
  /** Names the sites whose report is missing and until which day, inclusive, it counts. */
  reportMissing: { vendorName: string; period: Period; siteNames: string[]; collectUntil: Day };
  statementIssued: {
    vendorName: string;
    distributorName: string;
    mspName: string;
    number: string;
    period: Period;
    total: Total;
    estimatedLines: number;
    correctionLines: number;
  };
  /** `supplement` 0: the pack itself; 1, 2, …: what was settled later. */
  billingPack: {
    vendorName: string;
    distributorName: string;
    period: Period;
    supplement: number;
    statements: number;
    /** Issued since the pack before; in the totals they are deducted. */
    credits: number;
    totals: Total[];
    parked: ParkedMsp[];
    /** Where the statements are when they are too large for a mail; null: they are attached. */
    download: string | null;
  };
  /** To the partner team: a distributor asks something about a billing pack. */
  packQuestioned: {
    programmeName: string;
    distributorName: string;
    period: Period;
    supplement: number;
    question: string;
    askedBy: string;
  };
  /** To the distributor: its question about a billing pack, and the answer. */
  packAnswered: { vendorName: string; period: Period; supplement: number; question: string; answer: string };
  /** To the partner team: a company asks for a service quote; `years` null: without a term. */
  quoteAsked: {
    companyName: string;
    programmeName: string;
    productName: string;
    quantity: number;
    years: number | null;
    wish: string;
    askedBy: string;
  };
  /** To who asked for a service quote: its answer, or once a reminder of it. `validUntil` is the last day on which it holds. */
  quoteAnswered: {
    vendorName: string;
    number: string;
    productName: string;
    total: Total;
    validUntil: Day;
    reminder: boolean;
  };
  /** To the partner team: a parked MSP waits for a decision. */
  parkedReminder: { mspName: string; period: Period; reason: string; waitingDays: number; decideBy: Day | null };
  /** To the partner team: a run that could not be opened, and why. */
  runNotOpened: { programmeName: string; period: Period; reason: string };
  /** To the partner team: a close that failed, wholly or in part, and why. */
  runFailed: { programmeName: string; period: Period; reason: string };
  /** To the partner teams: the database was restored from a backup; mails that are uncertain, closes that begin again. */
  databaseRestored: { uncertain: number; runs: number };
  /** To the partner team: too many sites are silent (rule 4). `lastBilled`: what those sites were billed last time. */
  completenessGate: { programmeName: string; period: Period; silent: number; expected: number; lastBilled: Total[] };
  /** To the partner team: an order waits for its decision until `expiresOn` (rule 21). */
  orderPlaced: OrderedParams & { expiresOn: Day };
  /** To the MSP. `endsOn` is the first day that a licence does not cover; both null where a product was ordered. */
  orderApproved: OrderedParams & { startsOn: Day | null; endsOn: Day | null };
  orderRefused: OrderedParams & { reason: string };
  orderExpired: OrderedParams;
  /** To the partner team. */
  orderWithdrawn: OrderedParams;
  /**
   * To the partner team: a correction by hand waits for a second person until `expiresOn` (rule 18); `amount` null: the document
   * is made anew and no amount changes.
   */
  correctionAsked: {
    mspName: string;
    number: string;
    period: Period;
    amount: Total | null;
    reason: string;
    askedBy: string;
    expiresOn: Day;
    reminder: boolean;
  };
  /** To the partner team: nobody confirmed it in time. */
  correctionExpired: { mspName: string; number: string; period: Period; reason: string };
  /** To whoever asked for it; `document`: the credit or revision that it led to; null: a line of the next statement, or none. */
  correctionDecided: {
    mspName: string;
    number: string;
    period: Period;
    amount: Total | null;
    state: 'confirmed' | 'refused';
    decidedBy: string;
    reason: string | null;
    document: string | null;
  };
  /** To the MSP and to its distributor of that month; `total` is what is taken back, negative. */
  creditIssued: {
    vendorName: string;
    distributorName: string;
    mspName: string;
    number: string;
    statementNumber: string;
    period: Period;
    total: Total;
  };
  /** To the MSP and to its distributor of that month: the same statement with other names or addresses. */
  statementReissued: { mspName: string; number: string; revision: number; period: Period; reason: string };
  /**
   * To the MSP before a term licence ends (rule 22), and to it and the partner team once it has. `count` includes what was
   * added to it; `lastDay` is the last day that it covers; `daysLeft` 0: it is over.
   */
  licenceEnds: {
    vendorName: string;
    mspName: string;
    licenceId: string;
    productName: string;
    siteName: string;
    /** Null: for the site as a whole. */
    tenantName: string | null;
    count: number;
    lastDay: Day;
    daysLeft: number;
  };
  /**
   * To an address that somebody put on a waiting list: `link` confirms that until the end of `expiresOn`, and withdraws it at
   * any time. `country` in words. Says nothing that anybody wrote (case 42).
   */
  waitingConfirmation: { programmeName: string; country: string; link: string; expiresOn: Day };
  /** To somebody on the waiting list: the programme is open in that country (ISO 3166-1). */
  territoryOpened: { programmeName: string; country: string };
  /** To somebody who may act for a company once she accepts. `link` is good once, until the end of `expiresOn`. */
  personInvited: { personName: string; companyName: string; invitedBy: string; link: string; expiresOn: Day };
  /** To a person who forgot her password. `link` is good once. */
  passwordReset: { personName: string; link: string; minutes: number };
  /** To a person: so many tries to sign in failed, and the next ones have to wait. */
  signInLocked: { personName: string; failures: number };
  /** To a person: how she signs in has changed. `byAdministrator`: somebody of the partner team changed it. */
  loginChanged: { personName: string; change: LoginChange; byAdministrator: boolean };
  /** To the partner team when the run is sealed. */
  runSummary: {
    programmeName: string;
    period: Period;
    issued: number;
    zeroStatements: number;
    estimatedLines: number;
    totals: Total[];
    mailed: number;
    mailProblems: number;
    parked: ParkedMsp[];
  };
}

export type MailKind = keyof MailParams;

/** Amounts as JSON writes them: `{amount: "12.34", currency: "EUR"}`. */
interface StoredTotal {
  currency: string;
  amount: string;
}

type Stored<T> = T extends Total
  ? StoredTotal
  : T extends readonly (infer Entry)[]
    ? Stored<Entry>[]
    : T extends string
      ? string
      : T;

/** What the outbox keeps of a mail until it is written: what it needs to know, as JSON. */
export type MailInput<K extends MailKind> = { [Field in keyof MailParams[K]]: Stored<MailParams[K][Field]> };

/** One text per mail; a new mail is one member of `MailParams`, and English must then have it. */
export type MailMessages = { [K in keyof MailParams]: MailText<MailParams[K]> };

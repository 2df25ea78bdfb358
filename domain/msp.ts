import { addDays } from './instant.js';

/** Where a registration stands. A rejected or expired applicant may register again, under a new id (rule 14). */
export const MSP_STATES = ['applied', 'approved', 'rejected', 'expired'] as const;
export type MspState = (typeof MSP_STATES)[number];

/** From which state a registration may move to which: one decision, or expiry, and then it stays. */
const MOVES: Record<MspState, readonly MspState[]> = {
  applied: ['approved', 'rejected', 'expired'],
  approved: [],
  rejected: [],
  expired: [],
};

/** States from which a registration may reach `to`. */
export function mspStatesBefore(to: MspState): MspState[] {
  return MSP_STATES.filter((from) => MOVES[from].includes(to));
}

export const REGISTRATION_DECISIONS = ['approve', 'reject'] as const;
export type RegistrationDecision = (typeof REGISTRATION_DECISIONS)[number];

/** The state a decision leads to. */
export const STATE_AFTER: Record<RegistrationDecision, MspState> = { approve: 'approved', reject: 'rejected' };

/** Rule 14, each configurable per programme; days may be fractions. */
export interface RegistrationPolicy {
  remindAfterDays: readonly number[];
  expireAfterDays: number;
}

export const REGISTRATION_POLICY: RegistrationPolicy = { remindAfterDays: [3, 7], expireAfterDays: 30 };

/** The deadlines of one registration: computed once when it comes in, then carried as data. */
export interface RegistrationCalendar {
  /** In order, each before `decideUntil`. */
  remindAt: Date[];
  decideUntil: Date;
}

export function registrationCalendar(appliedAt: Date, policy: RegistrationPolicy): RegistrationCalendar {
  const decideUntil = addDays(appliedAt, policy.expireAfterDays);
  return {
    remindAt: policy.remindAfterDays
      .map((days) => addDays(appliedAt, days))
      .filter((instant) => instant < decideUntil)
      .sort((a, b) => a.getTime() - b.getTime()),
    decideUntil,
  };
}

/** Domains at which anybody has a mailbox: sharing one says nothing about being the same company. */
const PUBLIC_MAIL_DOMAINS: ReadonlySet<string> = new Set([
  'aol.com',
  'gmail.com',
  'gmx.de',
  'gmx.net',
  'googlemail.com',
  'hotmail.com',
  'icloud.com',
  'interia.pl',
  'libero.it',
  'mail.com',
  'onet.pl',
  'outlook.com',
  'proton.me',
  'protonmail.com',
  'tiscali.it',
  't-online.de',
  'virgilio.it',
  'web.de',
  'wp.pl',
  'yahoo.co.jp',
  'yahoo.com',
]);

/** The part behind the last `@`, in lower case. */
export function mailDomain(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}

/** Registration numbers are typed with and without spaces, dots and case: only letters and digits tell them apart. */
export function comparableRegistrationNumber(registrationNumber: string): string {
  return registrationNumber.replaceAll(/[^\p{L}\p{N}]/gu, '').toUpperCase();
}

/** What tells two registrations apart. */
export interface Applicant {
  id: string;
  registrationNumber: string;
  mailDomain: string;
  state: MspState;
}

/**
 * Rule 14: registrations that are probably the same company as `applicant`: same registration number, or same mail
 * domain unless it is a public provider's. Rejected and expired ones do not count: applying again is allowed. The result
 * flags, it refuses nothing.
 */
export function probableDuplicates(applicant: Omit<Applicant, 'state'>, others: readonly Applicant[]): string[] {
  const number = comparableRegistrationNumber(applicant.registrationNumber);
  return others
    .filter((other) => other.id !== applicant.id && (other.state === 'applied' || other.state === 'approved'))
    .filter(
      (other) =>
        (number !== '' && comparableRegistrationNumber(other.registrationNumber) === number) ||
        (other.mailDomain === applicant.mailDomain && !PUBLIC_MAIL_DOMAINS.has(applicant.mailDomain)),
    )
    .map((other) => other.id);
}

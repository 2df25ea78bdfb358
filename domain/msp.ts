import { addDays } from './instant.js';
import type { RegistrationSettings } from './settings/registration.js';

/** Where an MSP stands in a programme (rules 14 and 20). A rejected or expired applicant may apply again. */
export const PARTICIPATION_STATES = ['applied', 'approved', 'suspended', 'left', 'rejected', 'expired'] as const;
export type ParticipationState = (typeof PARTICIPATION_STATES)[number];

/** From which state a participation may move to which. */
const MOVES: Record<ParticipationState, readonly ParticipationState[]> = {
  applied: ['approved', 'rejected', 'expired'],
  approved: ['suspended', 'left'],
  suspended: ['approved', 'left'],
  left: [],
  rejected: ['applied'],
  expired: ['applied'],
};

/** States from which a participation may reach `to`. */
export function participationStatesBefore(to: ParticipationState): ParticipationState[] {
  return PARTICIPATION_STATES.filter((from) => MOVES[from].includes(to));
}

export const REGISTRATION_DECISIONS = ['approve', 'reject'] as const;
export type RegistrationDecision = (typeof REGISTRATION_DECISIONS)[number];

/** What a decision on an application is about. */
export function registrationSubject(programme: string, mspId: string): string {
  return `registration:${programme}:${mspId}`;
}

/** The state a decision leads to. */
export const STATE_AFTER: Record<RegistrationDecision, ParticipationState> = {
  approve: 'approved',
  reject: 'rejected',
};

/** The deadlines of one registration: computed once when it comes in, then carried as data. */
export interface RegistrationCalendar {
  /** In order, each before `decideUntil`. */
  remindAt: Date[];
  decideUntil: Date;
}

/** Rule 14; that reminders are in order and before the end is checked where settings are set. */
export function registrationCalendar(appliedAt: Date, settings: RegistrationSettings): RegistrationCalendar {
  return {
    remindAt: settings.remindAfterDays.map((days) => addDays(appliedAt, days)),
    decideUntil: addDays(appliedAt, settings.expireAfterDays),
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
  state: ParticipationState;
}

/**
 * Rule 14: registrations that are probably the same company as `applicant`: same registration number, or same mail
 * domain unless it is a public provider's. Rejected and expired ones do not count: applying again is allowed. The result
 * flags, it refuses nothing.
 */
export function probableDuplicates(applicant: Omit<Applicant, 'state'>, others: readonly Applicant[]): string[] {
  const number = comparableRegistrationNumber(applicant.registrationNumber);
  return others
    .filter((other) => other.id !== applicant.id && other.state !== 'rejected' && other.state !== 'expired')
    .filter(
      (other) =>
        (number !== '' && comparableRegistrationNumber(other.registrationNumber) === number) ||
        (other.mailDomain === applicant.mailDomain && !PUBLIC_MAIL_DOMAINS.has(applicant.mailDomain)),
    )
    .map((other) => other.id);
}

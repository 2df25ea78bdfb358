import { addDays } from './instant.js';
import type { RegistrationSettings } from './settings/registration.js';

/**
 * Where an MSP stands in a programme (rules 14 and 20). A sign-up is unconfirmed until its address is. Who was rejected,
 * withdrew or let it expire may apply again.
 */
export const PARTICIPATION_STATES = [
  'unconfirmed',
  'applied',
  'approved',
  'suspended',
  'left',
  'rejected',
  'withdrawn',
  'expired',
] as const;
export type ParticipationState = (typeof PARTICIPATION_STATES)[number];

/** From which state a participation may move to which. */
const MOVES: Record<ParticipationState, readonly ParticipationState[]> = {
  unconfirmed: ['applied', 'expired'],
  applied: ['approved', 'rejected', 'withdrawn', 'expired'],
  approved: ['suspended', 'left'],
  suspended: ['approved', 'left'],
  left: [],
  rejected: ['applied'],
  withdrawn: ['applied'],
  expired: ['applied'],
};

/** States from which a participation may reach `to`. */
export function participationStatesBefore(to: ParticipationState): ParticipationState[] {
  return PARTICIPATION_STATES.filter((from) => MOVES[from].includes(to));
}

/** What the partner team may decide. */
export const REGISTRATION_DECISIONS = ['approve', 'reject'] as const;
/** What ends an application: a decision, or the applicant. */
export const REGISTRATION_ENDS = [...REGISTRATION_DECISIONS, 'withdraw'] as const;
export type RegistrationEnd = (typeof REGISTRATION_ENDS)[number];

/** What a decision on an application is about. */
export function registrationSubject(programme: string, mspId: string): string {
  return `registration:${programme}:${mspId}`;
}

/** The state that it leads to. */
export const STATE_AFTER: Record<RegistrationEnd, 'approved' | 'rejected' | 'withdrawn'> = {
  approve: 'approved',
  reject: 'rejected',
  withdraw: 'withdrawn',
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
function mailDomain(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}

/** By which two registrations are the same company's (rule 14): the mail domain, unless anybody has a mailbox there (null). */
export function companyDomain(email: string): string | null {
  const domain = mailDomain(email);
  return PUBLIC_MAIL_DOMAINS.has(domain) ? null : domain;
}

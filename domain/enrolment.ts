import { addDays } from './instant.js';

/** How long a token lets installations enrol unless it says otherwise, and the longest that it may say. */
export const ENROLMENT_DAYS = 7;
export const LONGEST_ENROLMENT_DAYS = 90;
/** How many installations may enrol with one token. */
export const MOST_ENROLMENTS = 100;

export const ENROLMENT_STATES = ['open', 'used', 'expired', 'revoked'] as const;
export type EnrolmentState = (typeof ENROLMENT_STATES)[number];

export interface EnrolmentTerms {
  uses: number;
  used: number;
  expiresAt: Date;
  revokedAt: Date | null;
}

/** What becomes of a token that is shown at that instant; from `expiresAt` on it is worth nothing. */
export function enrolmentState({ uses, used, expiresAt, revokedAt }: EnrolmentTerms, at: Date): EnrolmentState {
  if (revokedAt !== null) return 'revoked';
  if (used >= uses) return 'used';
  return at >= expiresAt ? 'expired' : 'open';
}

/** When a token that is made now expires; undefined: `wished` has passed or lies too far ahead. */
export function enrolmentExpiry(madeAt: Date, wished: Date | undefined): Date | undefined {
  const expiresAt = wished ?? addDays(madeAt, ENROLMENT_DAYS);
  return expiresAt > madeAt && expiresAt <= addDays(madeAt, LONGEST_ENROLMENT_DAYS) ? expiresAt : undefined;
}

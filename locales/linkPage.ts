import type { ContactPurpose } from '../domain/contact.js';
import type { ParticipationState } from '../domain/msp.js';

/**
 * The page behind the links in mails. A browser gets these words as JSON, so they are texts alone; `{company}`, `{email}`,
 * `{purpose}`, `{programme}`, `{country}` and `{detail}` stand where the page writes what it knows.
 */
export interface LinkPageMessages {
  loading: string;
  retry: string;
  failed: string;
  tooMany: string;
  localLoginOff: string;
  /** An answer that nobody foresaw; `{detail}` is the API's own sentence. */
  refused: string;
  noLink: { heading: string; text: string };
  unknown: { heading: string; text: string; next: string };
  used: { heading: string; invitation: string; reset: string; contact: string; waiting: string };
  expired: {
    heading: string;
    invitation: string;
    reset: string;
    contact: string;
    application: string;
    waiting: string;
  };
  withdrawn: { heading: string; text: string };
  askAgain: { heading: string; email: string; invalid: string; send: string; sent: string };
  password: {
    signInAs: string;
    label: string;
    rules: string;
    show: string;
    tooShort: string;
    tooLong: string;
    repeated: string;
    notAccepted: string;
    save: string;
  };
  invitation: { heading: string; intro: string; choose: string; known: string; accept: string; done: string };
  reset: { heading: string; intro: string; done: string };
  /** After a password was set or an invitation accepted. */
  signIn: string;
  contact: {
    heading: string;
    intro: string;
    purposes: Record<ContactPurpose, string>;
    ignore: string;
    confirm: string;
    done: string;
    applied: string;
    stateConflict: string;
    territory: string;
  };
  application: {
    heading: string;
    programme: string;
    company: string;
    state: string;
    states: Record<ParticipationState, string>;
    appliedAt: string;
    decideUntil: string;
    decidedAt: string;
    reason: string;
    joins: string;
    withdraw: string;
    withdrawText: string;
    withdrawReason: string;
    withdrawNow: string;
    keep: string;
    pending: string;
    decided: string;
  };
  /** A wish to be told when a programme opens in a country. */
  waiting: {
    heading: string;
    intro: string;
    ignore: string;
    confirm: string;
    waits: string;
    withdraw: string;
    withdrawn: string;
  };
  /** Not on that page: what a browser is shown that comes back from an identity provider in vain. `{id}` is the request's. */
  signInFailed: { heading: string; refused: string; noAccess: string; later: string; tell: string };
}

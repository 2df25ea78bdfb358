import { shortened } from '../domain/shortened.js';
import type { SendOutcome } from './mailer.js';

/** What a row of the outbox becomes after a try. The database's clock decides when it is due again. */
export interface OutboxStep {
  state: 'pending' | 'sent' | 'bounced' | 'uncertain' | 'parked';
  /** Tries so far that count. */
  attempts: number;
  /** In how many milliseconds it is due again; null unless pending. */
  waitMs: number | null;
  response: string;
}

const MINUTE_MS = 60_000;
/**
 * Waits after the first, second, … deferred try. The first is short: many a 4xx is over within seconds. The last one ends
 * 24 hours after the first try.
 */
const WAITS_MINUTES = [0.25, 2.75, 5, 15, 60, 120, 240, 480, 517] as const;

/** Of the documents in one mail; base64 makes it 27 MB, which common relays still take. */
export const PACK_BYTES = 20_000_000;

/** Enough for a person to see what the relay said. */
const RESPONSE_CHARACTERS = 500;

/**
 * The next state of a mail that had been tried `attempts` times before this try. A relay that is down
 * is not held against the mail: it stays due, and the try does not count.
 */
export function afterTry(outcome: SendOutcome, attempts: number): OutboxStep {
  const step = { attempts: attempts + 1, waitMs: null };
  switch (outcome.kind) {
    case 'sent':
      return { ...step, state: 'sent', response: kept(outcome.response) };
    case 'bounced':
      return { ...step, state: 'bounced', response: kept(outcome.response) };
    case 'uncertain':
      return { ...step, state: 'uncertain', response: kept(outcome.detail) };
    case 'withheld':
      return { ...step, state: 'pending', attempts, response: kept(outcome.reason) };
    case 'deferred': {
      const response = kept(outcome.response);
      if (outcome.relayDown) return { ...step, state: 'pending', attempts, waitMs: 0, response };
      const wait = WAITS_MINUTES[attempts];
      if (wait === undefined) return { ...step, state: 'parked', response };
      return { ...step, state: 'pending', waitMs: wait * MINUTE_MS, response };
    }
  }
}

function kept(text: string): string {
  return shortened(text.replaceAll(/\p{Cc}+/gu, ' '), RESPONSE_CHARACTERS);
}

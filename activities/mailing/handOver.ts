import type { Database } from '../../db/connect.js';
import { handOverMails } from '../../db/outbox/recordOutcome.js';

interface Asked {
  id: string;
  answer: (held: boolean) => void;
  fail: (error: unknown) => void;
}

/**
 * Asks, right before each mail is handed over, whether `claimedBy` still holds it, and marks it as begun. Mails that become
 * ready while a question is under way share the next one.
 */
export function handOverAsker(db: Database, claimedBy: string): (mail: { id: string }) => Promise<boolean> {
  let waiting: Asked[] = [];
  let asking = false;
  const ask = async () => {
    asking = true;
    while (waiting.length > 0) {
      const now = waiting;
      waiting = [];
      try {
        const held = await handOverMails(
          db,
          claimedBy,
          now.map(({ id }) => id),
        );
        for (const { id, answer } of now) answer(held.has(id));
      } catch (error) {
        for (const { fail } of now) fail(error);
      }
    }
    asking = false;
  };
  return ({ id }) =>
    new Promise((answer, fail) => {
      waiting.push({ id, answer, fail });
      if (!asking) void ask();
    });
}

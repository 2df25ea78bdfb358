import { lastBilledOfSilent, silenceOf } from '../db/closing/completeness.js';
import { isReleased, shardDeadlines } from '../db/closing/gate.js';
import { monthRules } from '../db/closing/monthRules.js';
import { setShardStage } from '../db/closing/openRun.js';
import { programmeContact } from '../db/closing/programmeContact.js';
import { ALL, type Database } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { messageId } from '../domain/messageId.js';
import { minorToDecimalString } from '../domain/money.js';
import { dayOf } from '../domain/period.js';
import { runKeyOf, type RunInput } from '../domain/run.js';
import { localeOf } from '../locales/index.js';

export interface CheckGateInput extends RunInput {
  shard: number;
  /** ISO instant until which the shard has collected. */
  collectUntil: string;
  /** ISO instant. */
  now: string;
}

export type Gate = { expected: number; silent: number } &
  /** Nobody can extend the collection any more. */
  (
    | { outcome: 'go' }
    /** Somebody extended the collection after the shard had ended it. */
    | { outcome: 'extended' }
    /** The run waits for a person; `atStake` is what the silent sites were billed last time, for people. */
    | { outcome: 'held'; atStake: string }
  );

/**
 * Rule 4, the completeness gate: whether too many of the programme's sites are silent to go on unasked. The partner team
 * is told once a day how many sites are silent and what they were billed last. Idempotent by run and day.
 */
export const checkGate =
  ({ db }: { db: Database }) =>
  (input: CheckGateInput): Promise<Gate> =>
    db.transaction(ALL, async (trx) => {
      const key = runKeyOf(input);
      const shard = { ...key, shard: input.shard };
      const { stage, collectUntil } = await shardDeadlines(trx, shard, 'for update');
      const { expected, silent } = await silenceOf(trx, key);
      // A shard begun anew after it had passed: sites that have changed since do not hold it.
      if (stage !== 'collect' && stage !== 'gate') return { outcome: 'go', expected, silent };
      if (collectUntil > new Date(input.collectUntil)) return { outcome: 'extended', expected, silent };
      const { silentSitesPercent } = (await monthRules(trx, key)).settings.estimates;
      const held = silent * 100 > silentSitesPercent * expected && !(await isReleased(trx, key));
      if (!held) {
        await setShardStage(trx, shard, 'reconcile');
        return { outcome: 'go', expected, silent };
      }
      const totals = (await lastBilledOfSilent(trx, key)).map(({ currency, total }) => ({
        currency,
        amount: minorToDecimalString(BigInt(total), currency),
      }));
      const lastBilled = totals.map(({ currency, amount }) => `${currency} ${amount}`).join(', ') || 'nothing';
      await setShardStage(trx, shard, 'gate');
      const at = new Date(input.now);
      const to = await programmeContact(trx, key);
      if (to !== undefined) {
        await enqueueMails(
          trx,
          [
            {
              messageId: messageId('completeness-gate', key.programme, key.period, dayOf(at, to.zone)),
              kind: 'completenessGate',
              locale: localeOf(to.locale),
              to: { address: to.recipient },
              params: { programmeName: to.programmeName, period: key.period, silent, expected, lastBilled: totals },
              ...key,
              notBefore: at,
            },
          ],
          at,
        );
      }
      return { outcome: 'held', expected, silent, atStake: lastBilled };
    });

import type { Statement, StatementLine } from '../../domain/statement.js';
import { storedPrices } from '../prices/storedPrices.js';

/** A statement as frozen in `statement.content`: everything but the lines, amounts as strings of minor units. */
export type StatementHead = Omit<Statement, 'lines'>;

/** JSON of a frozen value: `bigint` becomes its decimal string. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? member.toString() : member));
}

type Stored<T> = { [K in keyof T]: T[K] extends bigint ? string : T[K] };
type StoredHead = Omit<Stored<StatementHead>, 'history' | 'pricePlan'> & {
  history: Stored<Statement['history'][number]>[];
  pricePlan: Omit<Statement['pricePlan'], 'prices'> & { prices: unknown };
};
type StoredLine = StatementLine extends infer L ? (L extends StatementLine ? Stored<L> : never) : never;

/** Reads `statement.content` back. */
export function headFromJson(stored: StoredHead): StatementHead {
  return {
    ...stored,
    totalMinor: BigInt(stored.totalMinor),
    pricePlan: {
      ...stored.pricePlan,
      prices: storedPrices(stored.pricePlan.prices, `statement ${stored.number}`),
    },
    history: stored.history.map(({ period, totalMinor }) => ({ period, totalMinor: BigInt(totalMinor) })),
  };
}

/** Reads `statement_line.content` back. */
export function lineFromJson(stored: StoredLine): StatementLine {
  const amountMinor = BigInt(stored.amountMinor);
  return stored.kind === 'minimum'
    ? { ...stored, amountMinor, minimumMinor: BigInt(stored.minimumMinor) }
    : { ...stored, amountMinor };
}

export type { StoredHead, StoredLine };

import { KontorError } from '../../domain/errors.js';

/** Items from many callers, worked on in groups: under load many of them share one transaction. */
export interface GroupQueue<Item, Outcome> {
  /** Resolves with this item's outcome after its group's work is done (and committed). Throws RATE_LIMITED when full. */
  submit(item: Item): Promise<Outcome>;
}

export interface GroupQueueOptions<Item, Outcome> {
  /** Outcomes in the order of the items. A KontorError among them rejects that item alone. */
  work: (items: readonly Item[]) => Promise<(Outcome | KontorError)[]>;
  /** Items of the same key are never in one group, and stay in order. Default: all differ. */
  keyOf?: (item: Item) => string;
  /** Items in a group at most. */
  largestGroup: number;
  /** How long the first item waits for company, in milliseconds. While a group is worked on the next one fills up. */
  gatherMs: number;
  /** Items waiting at most. */
  capacity: number;
  /** Whether to work on each item alone after a group failed: not worth it when nothing would succeed. */
  mayIsolate: (error: unknown) => boolean;
}

interface Waiting<Item, Outcome> {
  item: Item;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

/**
 * Creates a queue that works on one group at a time. A group that fails as a whole is worked on item by item, so that
 * one bad item never fails its neighbours.
 */
export function createGroupQueue<Item, Outcome>(options: GroupQueueOptions<Item, Outcome>): GroupQueue<Item, Outcome> {
  const { work, keyOf, largestGroup, gatherMs, capacity, mayIsolate } = options;
  let waiting: Waiting<Item, Outcome>[] = [];
  let busy = false;

  function takeGroup(): Waiting<Item, Outcome>[] {
    const group: Waiting<Item, Outcome>[] = [];
    const left: Waiting<Item, Outcome>[] = [];
    const keys = new Set<string>();
    for (const entry of waiting) {
      const key = keyOf?.(entry.item);
      if (group.length >= largestGroup || (key !== undefined && keys.has(key))) {
        left.push(entry);
        continue;
      }
      if (key !== undefined) keys.add(key);
      group.push(entry);
    }
    waiting = left;
    return group;
  }

  async function workOn(group: readonly Waiting<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await work(group.map(({ item }) => item));
      group.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome instanceof KontorError) reject(outcome);
        else if (outcome === undefined) reject(new KontorError('INTERNAL', 'A message got no answer.'));
        else resolve(outcome);
      });
    } catch (error) {
      if (group.length === 1 || !mayIsolate(error)) {
        for (const { reject } of group) reject(error);
        return;
      }
      for (const entry of group) await workOn([entry]);
    }
  }

  async function run(): Promise<void> {
    busy = true;
    await new Promise((resolve) => setTimeout(resolve, gatherMs));
    while (waiting.length > 0) await workOn(takeGroup());
    busy = false;
  }

  return {
    submit: (item) =>
      new Promise<Outcome>((resolve, reject) => {
        if (waiting.length >= capacity) {
          reject(new KontorError('RATE_LIMITED', 'Too many messages are waiting here; send this one again later.'));
          return;
        }
        waiting.push({ item, resolve, reject });
        if (!busy) void run();
      }),
  };
}

import { describe, expect, it } from '@jest/globals';
import { KontorError } from '../../domain/errors.js';
import { createGroupQueue, type GroupQueueOptions } from '../../sites/push/groupQueue.js';

function queueOf({ work, ...options }: Partial<GroupQueueOptions<string, string>>) {
  const groups: string[][] = [];
  const queue = createGroupQueue<string, string>({
    largestGroup: 3,
    gatherMs: 1,
    capacity: 10,
    mayIsolate: () => true,
    ...options,
    work: (items) => {
      groups.push([...items]);
      return work?.(items) ?? Promise.resolve(items.map((item) => item.toUpperCase()));
    },
  });
  return { groups, queue };
}

describe('the queue in which messages share a transaction', () => {
  it('works in groups and gives each its own outcome', async () => {
    const { queue, groups } = queueOf({});
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((item) => queue.submit(item)))).toEqual(['A', 'B', 'C', 'D']);
    expect(groups).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('never puts two of a kind into one group, and keeps their order', async () => {
    const { queue, groups } = queueOf({ keyOf: (item) => item.charAt(0) });
    await Promise.all(['a1', 'a2', 'b1', 'a3'].map((item) => queue.submit(item)));
    expect(groups).toEqual([['a1', 'b1'], ['a2'], ['a3']]);
  });

  it('works one by one after a group failed, so that one bad item fails alone', async () => {
    const work = (items: readonly string[]) =>
      items.includes('bad') ? Promise.reject(new Error('refused')) : Promise.resolve(items.map(() => 'ok'));
    const { queue } = queueOf({ work });
    const outcomes = await Promise.allSettled(['a', 'bad', 'c'].map((item) => queue.submit(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails the whole group at once where nothing would succeed', async () => {
    const { queue, groups } = queueOf({
      work: () => Promise.reject(new Error('database away')),
      mayIsolate: () => false,
    });
    await Promise.allSettled(['a', 'b'].map((item) => queue.submit(item)));
    expect(groups).toHaveLength(1);
  });

  it('rejects an item with the error that is its outcome', async () => {
    const refusal = new KontorError('NONCE_REUSED', 'again');
    const { queue } = queueOf({
      work: (items) => Promise.resolve(items.map((item) => (item === 'b' ? refusal : 'ok'))),
    });
    const outcomes = await Promise.allSettled(['a', 'b'].map((item) => queue.submit(item)));
    expect(outcomes[1]).toEqual({ status: 'rejected', reason: refusal });
  });

  it('turns items away when too many wait: they are to come again', async () => {
    const { queue } = queueOf({ capacity: 2, gatherMs: 20 });
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((item) => queue.submit(item)));
    expect(outcomes[2]).toMatchObject({ status: 'rejected', reason: { code: 'RATE_LIMITED' } });
  });
});

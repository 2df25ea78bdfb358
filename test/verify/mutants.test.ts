/** Some faults in the code, one of each kind; `npm run mutants` plants all of them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MUTATIONS } from '../mutants/mutations.js';
import { copyOfDist, isCaught, mutated, outcomeOf, type Copy } from '../mutants/planted.js';

const SOME = ['graduated-off-by-one', 'billed-not-subtracted', 'peak-is-last', 'number-gap', 'claimed-without-lock'];

/** Four months are played with each, in a process of its own. */
const PATIENCE_MS = 180_000;

describe('faults in the code', () => {
  let copy: Copy;

  beforeAll(() => {
    copy = copyOfDist();
  });

  afterAll(() => {
    copy.remove();
  });

  it.each(MUTATIONS.map((mutation) => [mutation.id, mutation] as const))('%s can be planted', (_id, mutation) => {
    expect(mutated(mutation)).not.toBe('');
  });

  it(
    'nothing is wrong without any',
    async () => {
      expect(await outcomeOf(copy, null)).toEqual({ broken: {}, refused: null });
    },
    PATIENCE_MS,
  );

  it.each(MUTATIONS.filter(({ id }) => SOME.includes(id)).map((mutation) => [mutation.what, mutation] as const))(
    '%s: verify says so',
    async (_what, mutation) => {
      const outcome = await outcomeOf(copy, mutation);
      expect({ ...outcome, isCaught: isCaught(mutation, outcome) }).toMatchObject({ isCaught: true });
    },
    PATIENCE_MS,
  );
});

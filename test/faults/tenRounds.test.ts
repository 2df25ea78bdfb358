import { beforeAll, describe, expect, it } from '@jest/globals';
import { FAST_KINDS, faultOf } from './faults.js';
import { playRound, type Outcome } from './round.js';
import { createWorld, type World } from './world.js';

const SEED = 1;

describe('a month with one fault', () => {
  let world: World;
  let undisturbed: Outcome;
  beforeAll(async () => {
    world = await createWorld(SEED);
    const played = await playRound(world, { name: 'none', uncertain: 0 });
    expect(played.wrong).toEqual([]);
    undisturbed = played.outcome;
    expect([undisturbed.statements.length, undisturbed.packs.length]).toEqual([6, 2]);
  }, 180_000);

  const rounds = Array.from({ length: FAST_KINDS }, (_, index) => index + 1);
  it.each(rounds.map((round) => [faultOf(SEED, round, true).name, round] as const))(
    '%s: ends the same as without',
    async (_name, round) => {
      const { wrong } = await playRound(world, faultOf(SEED, round, true), undisturbed);
      expect(wrong).toEqual([]);
    },
    180_000,
  );
});

import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { problemsOf } from './compare.js';
import { playWorld, publishRates } from './play.js';
import { world, type World } from './world.js';

/** Worlds played in one database; a fresh one is faster than a full one. */
const WORLDS_A_DATABASE = 25;

/** Says in which lines. */
class WorldDiffers extends Error {}

export interface Player {
  /** What is wrong with a world; empty: nothing. */
  problems: (given: World) => Promise<string[]>;
  end: () => Promise<void>;
}

export function createPlayer(): Player {
  let database: TestDatabase | undefined;
  let worlds = 0;
  return {
    problems: async (given) => {
      if (database === undefined || worlds >= WORLDS_A_DATABASE) {
        await database?.drop();
        database = await createTestDatabase();
        await publishRates(database.db);
        worlds = 0;
      }
      worlds += 1;
      return problemsOf(given, await playWorld(database.db, given));
    },
    end: async () => database?.drop(),
  };
}

function sentenceOf(error: unknown): string {
  if (error instanceof WorldDiffers) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The command that plays a world again and makes it small. */
const command = (seed: number, path: string) => `npm run worlds -- --seed ${seed} --path ${path}`;

/** Plays so many worlds of a seed, from the `from`th on; tells of each that differs. Returns how many do. */
export async function playWorlds(
  { seed, worlds, from = 0 }: { seed: number; worlds: number; from?: number },
  tell: (failure: string) => void,
): Promise<number> {
  const player = createPlayer();
  let differences = 0;
  try {
    for (const [index, given] of fc.sample(world, { seed, numRuns: from + worlds }).entries()) {
      if (index < from) continue;
      const found = await player.problems(given).catch((error: unknown) => [sentenceOf(error)]);
      if (found.length === 0) continue;
      differences += 1;
      const again = `npm run worlds -- --seed ${seed} --from ${index} --worlds 1`;
      tell(`World ${index} differs:\n${found.join('\n')}\nAgain: ${again}\nSmall: ${command(seed, String(index))}`);
    }
  } finally {
    await player.end();
  }
  return differences;
}

/** Plays one world of a seed again and makes it as small as it gets; null: it does not differ. */
export async function smallestWorld({ seed, path }: { seed: number; path: string }): Promise<string | null> {
  const player = createPlayer();
  const property = fc.asyncProperty(world, async (given) => {
    const found = await player.problems(given);
    if (found.length > 0) throw new WorldDiffers(found.join('\n'));
  });
  try {
    const outcome = await fc.check(property, { seed, path, numRuns: 1 });
    if (!outcome.failed) return null;
    const [smallest] = outcome.counterexample ?? [];
    const small = JSON.stringify(smallest, null, 1);
    return `${sentenceOf(outcome.errorInstance)}\n${small}\n${command(seed, outcome.counterexamplePath ?? path)}`;
  } finally {
    await player.end();
  }
}

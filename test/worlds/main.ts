/** `npm run worlds -- --worlds 500 --seed 7`: the last line is a JSON object with the numbers of worlds and differences. */
import { parseArgs } from 'node:util';
import globalSetup from '../support/globalSetup.js';
import globalTeardown from '../support/globalTeardown.js';
import { playWorlds, smallestWorld } from './playWorlds.js';

const HELP = `Usage: npm run worlds -- [--worlds <n>] [--seed <s>] [--from <i>] [--path <p>] [--help]

Plays random worlds of usage, and compares what was billed for each month in the end, line by line, with what an oracle makes of
the world, with a twin that got everything in time, and with kontor verify.

  --worlds <n>  how many (100)
  --seed <s>    which ones (1): a seed gives the same worlds in the same order
  --from <i>    the first of them to be played (0)
  --path <p>    one world alone, made as small as it gets: what a failure says
  --help        this text

Exit status 1 where one differs. The last line is JSON: {"seed": s, "worlds": n, "differences": n}`;

const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    path: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

async function play(): Promise<{ worlds: number; differences: number }> {
  const [seed, worlds, from] = [Number(values.seed), Number(values.worlds), Number(values.from)];
  if (!Number.isSafeInteger(seed) || !(worlds > 0) || !(from >= 0)) {
    throw new RangeError('--seed, --worlds and --from are whole numbers');
  }
  await globalSetup();
  try {
    if (values.path === undefined) {
      return { worlds, differences: await playWorlds({ seed, worlds, from }, console.error) };
    }
    const smallest = await smallestWorld({ seed, path: values.path });
    if (smallest !== null) console.error(smallest);
    return { worlds: 1, differences: smallest === null ? 0 : 1 };
  } finally {
    await globalTeardown();
  }
}

if (values.help) {
  console.log(HELP);
} else {
  const { worlds, differences } = await play();
  console.log(JSON.stringify({ seed: Number(values.seed), worlds, differences }));
  process.exitCode = differences === 0 ? 0 : 1;
}

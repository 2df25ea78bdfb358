/**
 * `npm run mutants`: plants every fault of `mutations.ts` in the code, one after the other, and looks whether `kontor verify`
 * finds what it makes wrong. The last line is a JSON object: how many were planted and caught, and which were missed.
 */
import { parseArgs } from 'node:util';
import globalSetup from '../support/globalSetup.js';
import globalTeardown from '../support/globalTeardown.js';
import { MUTATIONS, type Mutation } from './mutations.js';
import { copyOfDist, isCaught, mutated, outcomeOf, type Outcome } from './planted.js';

const HELP = `Usage: npm run mutants -- [--only <id>]… [--list] [--help]

Plants faults in a copy of the compiled code, plays four months with each, and asks kontor verify which invariant broke.

  --only <id>   this fault alone; may be given several times, and may be the beginning of an id
  --list        lists the faults and plants none
  --help        this text

Exit status 1 where a fault is missed, where its text is no longer in the code, or where the months without any fault do not
hold. The last line is JSON: {"planted": n, "caught": n, "missed": [...]}`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const chosen = MUTATIONS.filter(({ id }) => values.only?.some((begin) => id.startsWith(begin)) ?? true);

function saysOf({ broken, refused }: Outcome): string {
  const first = Object.entries(broken).map(([invariant, [problem = '']]) => `${invariant}: ${problem.slice(0, 110)}`);
  return [...(refused === null ? [] : [`not played: ${refused.slice(0, 160)}`]), ...first].join('\n      ');
}

/** How many at once: each plays in a process of its own. */
const AT_ONCE = 2;

async function plantAll(): Promise<string[]> {
  // Before anything is started: a text that is no longer there is a fault that nobody plants.
  for (const mutation of chosen) mutated(mutation);
  await globalSetup();
  const copies = Array.from({ length: AT_ONCE }, copyOfDist);
  const missed: string[] = [];
  try {
    const [first] = copies;
    if (first === undefined) return [];
    const clean = await outcomeOf(first, null);
    if (clean.refused !== null || Object.keys(clean.broken).length > 0) {
      console.error(`Without any fault:\n      ${saysOf(clean)}`);
      return ['(none planted)'];
    }
    const waiting = chosen.entries();
    const work = async (copy: (typeof copies)[number]) => {
      for (const [index, mutation] of waiting) {
        const began = Date.now();
        const outcome = await outcomeOf(copy, mutation);
        const isFound = isCaught(mutation, outcome);
        if (!isFound) missed.push(mutation.id);
        report(index, mutation, { isFound, outcome, ms: Date.now() - began });
      }
    };
    await Promise.all(copies.map(work));
    return missed;
  } finally {
    for (const copy of copies) copy.remove();
    await globalTeardown();
  }
}

function report(
  index: number,
  { id, what, caughtBy }: Mutation,
  { isFound, outcome, ms }: { isFound: boolean; outcome: Outcome; ms: number },
): void {
  const place = `${String(index + 1).padStart(2)}/${chosen.length}`;
  console.error(
    `${place} ${isFound ? 'caught' : 'MISSED'} ${id} (${what}), by ${caughtBy}, ${(ms / 1000).toFixed(1)} s`,
  );
  if (!isFound) console.error(`      ${saysOf(outcome) || 'everything holds'}`);
}

if (values.help) console.log(HELP);
else if (values.list) {
  for (const { id, what, file, caughtBy } of chosen)
    console.log(`${id.padEnd(30)} ${caughtBy.padEnd(8)} ${file}: ${what}`);
} else if (chosen.length === 0) {
  console.error('No fault is called that: see --list.');
  process.exitCode = 2;
} else {
  const missed = await plantAll();
  console.log(JSON.stringify({ planted: chosen.length, caught: chosen.length - missed.length, missed }));
  process.exitCode = missed.length === 0 ? 0 : 1;
}

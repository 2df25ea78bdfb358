/**
 * `npm run faults -- --seed 7 --rounds 200`: plays a small month a round with one fault each; `--round 17` plays that one
 * again. The last line is a JSON object with the rounds, those that survived, and what was wrong with the others.
 */
import { parseArgs } from 'node:util';
import { startServices } from '../support/globalSetup.js';
import globalTeardown from '../support/globalTeardown.js';
import { faultOf } from './faults.js';
import { playRound } from './round.js';
import { createWorld } from './world.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '20' },
    from: { type: 'string', default: '1' },
    round: { type: 'string' },
    fast: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const from = Number(values.round ?? values.from);
const rounds = values.round === undefined ? Number(values.rounds) : 1;
if (![seed, from, rounds].every(Number.isSafeInteger))
  throw new RangeError('--seed, --rounds, --from and --round are whole numbers');

await startServices({ inMemory: false });
const failures: { seed: number; round: number; fault: string; what: string[] }[] = [];
try {
  const world = await createWorld(seed);
  const undisturbed = await playRound(world, { name: 'none', uncertain: 0 });
  if (undisturbed.wrong.length > 0) throw new Error(`Without a fault: ${undisturbed.wrong.join('; ')}`);
  console.log(`without a fault: ${undisturbed.ms} ms, ${undisturbed.outcome.statements.length} statements`);
  for (let round = from; round < from + rounds; round += 1) {
    const fault = faultOf(seed, round, values.fast);
    const { wrong, uncertain, ms } = await playRound(world, fault, undisturbed.outcome);
    if (wrong.length > 0) failures.push({ seed, round, fault: fault.name, what: wrong });
    const verdict = wrong.length === 0 ? 'held' : `WRONG: ${wrong.join('; ')}`;
    console.log(`${round} ${fault.name}: ${verdict} (${ms} ms${uncertain > 0 ? `, ${uncertain} uncertain` : ''})`);
  }
} finally {
  await globalTeardown();
}
console.log(JSON.stringify({ rounds, survived: rounds - failures.length, failures }));
process.exit(failures.length === 0 ? 0 : 1);

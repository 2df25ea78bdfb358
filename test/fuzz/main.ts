/** `npm run fuzz -- --seed 7 --cases 5000`: the last line is a JSON object with the numbers of cases and failures. */
import { parseArgs } from 'node:util';
import globalSetup from '../support/globalSetup.js';
import globalTeardown from '../support/globalTeardown.js';
import { fuzz } from './fuzz.js';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, cases: { type: 'string', default: '2000' } },
});
const [seed, cases] = [Number(values.seed), Number(values.cases)];
if (!Number.isSafeInteger(seed) || !(cases > 0)) throw new RangeError('--seed and --cases are whole numbers');
await globalSetup();
const failures = await fuzz(seed, cases);
for (const failure of failures) console.error(JSON.stringify(failure));
await globalTeardown();
console.log(JSON.stringify({ seed, cases, failures: failures.length }));
process.exitCode = failures.length === 0 ? 0 : 1;

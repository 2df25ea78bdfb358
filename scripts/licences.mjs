// Says which licences the installed packages are under, by the lock file, and fails for one that nobody has allowed.
// `npm run sbom` writes the same packages as CycloneDX.
import { readFileSync } from 'node:fs';

/** Of packages that ship with Kontor or build it: all may be used, changed and passed on in a product that is sold. */
const ALLOWED = new Set([
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT', 'MIT-0'],
  ...['OFL-1.1', 'Unlicense'],
]);

/** Packages that are allowed by name: their package.json says nothing, or something else. */
const LOOKED_AT = new Map([
  ['axe-core', 'MPL-2.0: unchanged, in tests alone'],
  ['caniuse-lite', 'CC-BY-4.0: data, for development alone'],
  ['png-js', 'MIT, in its LICENSE'],
  ['unionfs', 'Unlicense, in its LICENSE'],
]);

/** `A AND B`: all of them; `A OR B`: one of them. */
function isAllowed(expression) {
  const plain = expression.replaceAll(/[()]/g, '');
  return plain.split(' OR ').some((choice) => choice.split(' AND ').every((one) => ALLOWED.has(one.trim())));
}

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const installed = Object.entries(packages)
  .filter(([path]) => path !== '')
  .map(([path, { license }]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 13),
    license: license ?? 'none',
  }));
const refused = installed.filter(({ name, license }) => !LOOKED_AT.has(name) && !isAllowed(license));
for (const { name, license } of refused) console.error(`${name}: the licence "${license}" is not allowed`);
console.log(`${installed.length} packages, ${refused.length} under a licence that is not allowed`);
process.exitCode = refused.length === 0 ? 0 : 1;

import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Where a release might add a step, in the bundle of this one: as a shard begins, and before its documents are drawn. */
const PLACES = [/(async function close\(input\) \{\n)/, /(\n {4}numbered = true;\n)/] as const;

/** A release after this one, whose worker asks Temporal for more: by the house's rule, guarded by a patch. */
export interface NextBuild {
  worker: string;
  remove(): Promise<void>;
}

/** Makes it from the one that runs, in a folder of its own. */
export async function makeNextBuild(): Promise<NextBuild> {
  const folder = await mkdtemp(join(tmpdir(), 'kontor-next-build-'));
  for (const name of await readdir(ROOT)) {
    if (name !== 'dist') await symlink(join(ROOT, name), join(folder, name));
  }
  await cp(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  const bundle = join(folder, 'dist/workflow-bundle.js');
  const code = await readFile(bundle, 'utf8');
  const begins = code.indexOf('"./dist/workflows/closeShard.js"');
  const workflow = /\b(_temporalio_workflow__WEBPACK_IMPORTED_MODULE_\d+__)\b/.exec(code.slice(begins))?.[1] ?? '';
  const shard = PLACES.reduce((before, place, nth) => {
    const step = `    if ((0,${workflow}.patched)('next-build-${nth}')) await (0,${workflow}.sleep)(20);\n`;
    const after = before.replace(place, `$1${step}`);
    if (after === before) throw new Error(`The bundle has no place ${String(place)} any more.`);
    return after;
  }, code.slice(begins));
  await writeFile(bundle, code.slice(0, begins) + shard);
  return {
    worker: join(folder, 'dist/worker/main.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

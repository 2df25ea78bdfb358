// Compiles everything (tests included) to dist/ and prebuilds the workflow bundle, unless nothing changed since the last
// time. Types are checked by `tsc --noEmit`, a command of its own, so that starting the demo does not wait for the type
// checker.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.built');

/** A hash over all that goes into dist/: the sources, how they are compiled, and the versions they are bundled with. */
function inputs() {
  const hash = createHash('sha256').update(process.version);
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const sources = include
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)))
    .filter((name) => /\.c?ts$/.test(name))
    .sort();
  const page = readdirSync(join(root, 'console')).map((name) => join('console', name));
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs', ...page, ...sources]) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(root, name)))
      .update('\0');
  }
  return hash.digest('hex');
}

function build() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--noCheck', '--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo'], {
    cwd: root,
    stdio: 'inherit',
  });
  // npm makes a bin executable when it installs it; one that a build has replaced is ours to mark.
  chmodSync(join(dist, 'cli/main.js'), 0o755);
  // What browsers get is sent as it is written.
  rmSync(join(dist, 'console'), { recursive: true, force: true });
  cpSync(join(root, 'console'), join(dist, 'console'), { recursive: true });
}

async function bundle() {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const quiet = { trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error, log() {} };
  const { code } = await bundleWorkflowCode({ workflowsPath: join(dist, 'workflows/index.js'), logger: quiet });
  writeFileSync(join(dist, 'workflow-bundle.js'), code);
}

const now = inputs();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== now) {
  rmSync(stamp, { force: true });
  build();
  await bundle();
  writeFileSync(stamp, now);
}

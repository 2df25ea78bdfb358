// Compiles everything (tests included) to dist/ and prebuilds the workflow bundle. Types are checked by `tsc --noEmit`,
// a command of its own, so that starting the demo does not wait for the type checker.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
execFileSync(process.execPath, [tsc, '--noCheck', '--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo'], {
  cwd: root,
  stdio: 'inherit',
});
// npm makes a bin executable when it installs it; one that a build has replaced is ours to mark.
chmodSync(new URL('../dist/cli/main.js', import.meta.url), 0o755);
const workflows = fileURLToPath(new URL('../dist/workflows/index.js', import.meta.url));
if (existsSync(workflows)) {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const quiet = { trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error, log() {} };
  const { code } = await bundleWorkflowCode({ workflowsPath: workflows, logger: quiet });
  writeFileSync(new URL('../dist/workflow-bundle.js', import.meta.url), code);
}

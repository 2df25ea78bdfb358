import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';

const BUNDLE = new URL('../workflow-bundle.js', import.meta.url);
const WORKFLOWS = fileURLToPath(new URL('../workflows/index.js', import.meta.url));

/**
 * The workflows as a worker runs them: as they were bundled with the build; or, where payloads are encrypted, made anew, which
 * takes seconds, since how failures are converted is part of a bundle.
 */
export async function loadWorkflowBundle(failureConverterPath: string | undefined): Promise<WorkflowBundle> {
  if (failureConverterPath === undefined) return { code: await readFile(BUNDLE, 'utf8') };
  return bundleWorkflowCode({ workflowsPath: WORKFLOWS, failureConverterPath, logger: new DefaultLogger('WARN') });
}

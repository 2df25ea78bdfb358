import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';

const BUNDLE = new URL('../workflow-bundle.js', import.meta.url);
const WORKFLOWS = fileURLToPath(new URL('../workflows/index.js', import.meta.url));

/** What is part of a bundle beside the workflows. */
export interface BundleParts {
  /** Where payloads are encrypted: how failures are converted. */
  failureConverterPath: string | undefined;
  /** Where traces are wanted: what passes them on. */
  interceptorModules: readonly string[];
}

/**
 * The workflows as a worker runs them: as they were bundled with the build; or, with other parts, made anew, which takes
 * seconds.
 */
export async function loadWorkflowBundle({
  failureConverterPath,
  interceptorModules,
}: BundleParts): Promise<WorkflowBundle> {
  if (failureConverterPath === undefined && interceptorModules.length === 0) {
    return { code: await readFile(BUNDLE, 'utf8') };
  }
  return bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    workflowInterceptorModules: [...interceptorModules],
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
    logger: new DefaultLogger('WARN'),
  });
}

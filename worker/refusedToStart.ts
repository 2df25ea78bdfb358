import { KontorError } from '../domain/errors.js';

/** Exit status of a process that would not start until somebody changes the configuration or the build; as the CLI's. */
const EXIT_CONFIGURATION = 2;

/** Ends the process with the sentences of a refusal on stderr; what is no refusal is thrown on. */
export function refusedToStart(error: unknown): never {
  if (!(error instanceof KontorError) || error.code !== 'CONFIGURATION_INVALID') throw error;
  console.error(`kontor-worker: ${error.code}: ${error.message}`);
  process.exit(EXIT_CONFIGURATION);
}

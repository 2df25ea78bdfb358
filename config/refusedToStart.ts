import { KontorError } from '../domain/errors.js';

/** Exit status of a process that would not start until somebody changes the configuration or the build; as the CLI's. */
const EXIT_CONFIGURATION = 2;

/** Ends a process of that name with the sentences of a refusal on stderr; what is no refusal is thrown on. */
export const refusedToStart =
  (name: string) =>
  (error: unknown): never => {
    if (!(error instanceof KontorError) || error.code !== 'CONFIGURATION_INVALID') throw error;
    console.error(`${name}: ${error.code}: ${error.message}`);
    process.exit(EXIT_CONFIGURATION);
  };

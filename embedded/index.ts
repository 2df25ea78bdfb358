/**
 * The services Kontor starts by itself where no real address is configured.
 */
export { EmbeddedError, type EmbeddedErrorCode } from './errors.js';
export { freePort } from './ports.js';
export { startPostgres, type EmbeddedPostgres, type PostgresOptions } from './postgres.js';

/**
 * The services Kontor starts by itself where no real address is configured.
 */
export { EmbeddedError, type EmbeddedErrorCode } from './errors.js';
export { freePort } from './ports.js';
export { startPostgres, type EmbeddedPostgres, type PostgresOptions } from './postgres.js';
export { startTemporal, SEARCH_ATTRIBUTES, type EmbeddedTemporal, type TemporalOptions } from './temporal.js';
export { findTemporalBinary, type TemporalBinaryOptions } from './temporalBinary.js';
export {
  startInbox,
  type Fault,
  type Inbox,
  type InboxMessage,
  type InboxOptions,
  type Outcome,
} from './inbox/index.js';

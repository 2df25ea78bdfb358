/**
 * The services Kontor starts by itself where no real address is configured: PostgreSQL, Temporal's development server,
 * an inbox for mail. Each keeps its state in a directory of its own and is fit to be used again after any kind of death;
 * listens on 127.0.0.1 only, moving to another port where the wanted one is taken, so that two checkouts run side by
 * side; logs to a file; and ends with the process that started it, killed or not. One process at a time holds a
 * directory, a second one gets EMBEDDED_IN_USE. Nothing here reads the environment: addresses and paths are passed in.
 */
export { EmbeddedError } from './errors.js';
export { freePort } from './ports.js';
export { startPostgres, type EmbeddedPostgres } from './postgres.js';
export { startTemporal, SEARCH_ATTRIBUTES, type EmbeddedTemporal } from './temporal.js';
export { findTemporalBinary } from './temporalBinary.js';
export { startInbox, type Fault, type Inbox, type InboxOptions } from './inbox/index.js';

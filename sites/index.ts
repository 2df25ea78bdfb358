/**
 * How sites and Kontor speak. One folder per protocol, all of them ending in the same two messages of
 * `domain/siteMessage`: a batch of check-ins, or a usage report. The simulator speaks the protocols from the other side.
 */
export { PROTOCOL_VERSION, setAside } from './envelope.js';
export * from './file/index.js';
export * from './push/index.js';

import type { OtherKind } from './kind.js';

/** A message under a key nobody issued: refused at the door and counted nowhere, but shown. */
export const unknownKey = {
  kind: 'unknown_key',
  level: 'door',
  handling: 'automatic',
  decisions: [],
} as const satisfies OtherKind;

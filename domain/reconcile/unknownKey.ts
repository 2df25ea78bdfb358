import { z } from 'zod';
import { text, units } from './evidence.js';
import { otherKind } from './kind.js';

/** A message under a key nobody issued: refused at ingest and counted nowhere, but shown. */
export const unknownKey = otherKind({
  kind: 'unknown_key',
  level: 'ingest',
  handlings: ['automatic'],
  defaults: ['refused'],
  decisions: [],
  evidence: z.strictObject({ fingerprint: text.nullable(), attempts: units }),
});

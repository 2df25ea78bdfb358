import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { text, units } from '../../domain/reconcile/evidence.js';
import { QUANTITY_DECISIONS, usageKind } from '../../domain/reconcile/kind.js';
import type { EvidenceOf, KindWithEvidence } from '../../domain/reconcile/index.js';
import type { Messages } from '../../locales/index.js';

const declared = {
  kind: 'sample',
  handlings: ['review'],
  defaults: ['accepted'],
  decisions: QUANTITY_DECISIONS,
  evidence: z.strictObject({ quantity: units, tenantRef: text.nullable() }),
} as const;

// Held by the compiler: each line below a directive must not compile, or the directive itself is an error.
export const detections = [
  usageKind({ ...declared, settle: { accepted: (q) => q }, detect: () => ({ quantity: 1, tenantRef: null }) }),
  // @ts-expect-error a key is misspelt
  usageKind({ ...declared, settle: { accepted: (q) => q }, detect: () => ({ quantty: 1, tenantRef: null }) }),
  // @ts-expect-error a key is one too many
  usageKind({ ...declared, settle: { accepted: (q) => q }, detect: () => ({ quantity: 1, tenantRef: null, more: 2 }) }),
  // @ts-expect-error a value has another type
  usageKind({ ...declared, settle: { accepted: (q) => q }, detect: () => ({ quantity: '1', tenantRef: null }) }),
  // @ts-expect-error a default has nothing to settle by
  usageKind({ ...declared, settle: {}, detect: () => ({ quantity: 1, tenantRef: null }) }),
];

export const words: Pick<Messages['discrepancies'], 'usage_jump'>[] = [
  { usage_jump: { name: 'n', byDefault: { accepted: 'a' }, evidence: ({ last }) => last } },
  // @ts-expect-error the kind records no such field
  { usage_jump: { name: 'n', byDefault: { accepted: 'a' }, evidence: ({ reported }) => String(reported) } },
  // @ts-expect-error the kind has no such default
  { usage_jump: { name: 'n', byDefault: { accepted: 'a', waived: 'w' }, evidence: ({ last }) => last } },
  // @ts-expect-error the default has no words
  { usage_jump: { name: 'n', byDefault: {}, evidence: ({ last }) => last } },
];

// @ts-expect-error the evidence of one kind does not go with another
export const mixed: KindWithEvidence = { kind: 'report_mismatch', evidence: { last: 1, quantity: 2 } };

// @ts-expect-error the kind records no such field
export type Unrecorded = EvidenceOf<'report_mismatch'>['last'];

describe('evidence', () => {
  it('is typed per kind; what must not compile is held by the directives above', () => {
    expect(detections).toHaveLength(5);
  });
});

import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { DECISIONS, KINDS } from '../../domain/reconcile/index.js';
import { MAX_QUANTITY } from '../../domain/usage.js';
import { instant, periodText, text, uuid } from './common.js';
import { evidence } from './statements.js';

export const caseKind = z.enum(KINDS.map(({ kind }) => kind));
export const caseState = z.enum(['open', 'settled']);
export const decision = z.enum(DECISIONS);

export const caseView = z
  .strictObject({
    id: uuid,
    programme: z.string(),
    period: periodText,
    mspId: uuid.nullable(),
    mspName: z.string().nullable(),
    kind: caseKind,
    handling: z.enum(['automatic', 'review', 'person']),
    siteId: uuid.nullable(),
    siteName: z.string().nullable(),
    tenantRef: z.string().nullable(),
    meter: z.string().nullable(),
    evidence,
    state: caseState,
    resolvedBy: z.enum(['rule', 'default', 'person']).nullable(),
    decision: decision.nullable(),
    quantity: z.int().nullable(),
    reason: z.string().nullable(),
    author: actor.nullable(),
    foundAt: instant,
    resolvedAt: instant.nullable(),
    decideUntil: instant.nullable(),
    statementNumber: z.string().nullable(),
    decisions: z.array(decision).meta({ description: 'What a person may decide; empty where a rule settles the kind' }),
  })
  .meta({ id: 'Case' });

export const caseDecision = z
  .strictObject({
    decision,
    quantity: z.int().min(0).max(MAX_QUANTITY).nullish().meta({ description: 'With set_quantity, only then' }),
    reason: text(500).nullish().meta({ description: 'Mandatory with set_quantity and waive (rule 5)' }),
  })
  .refine(({ decision: taken, quantity }) => (taken === 'set_quantity') === (quantity != null), {
    path: ['quantity'],
    message: 'Given with set_quantity, and only then',
  })
  .meta({ id: 'CaseDecision' });

export const caseOutcome = z
  .strictObject({
    caseId: uuid,
    state: z.string(),
    statementNumber: z.string().nullable().meta({ description: 'Set when the decision led to the statement' }),
  })
  .meta({ id: 'CaseOutcome' });

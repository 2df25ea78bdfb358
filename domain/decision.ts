import { z } from 'zod';
import { REGISTRATION_ENDS } from './msp.js';
import type { Actor } from './access/actor.js';

/** What a person may ask of a workflow, by kind: what is kept of it. */
export const DECISION_CONTENT = {
  case: z.strictObject({
    decision: z.string(),
    /** With `set_quantity` only. */
    quantity: z.number().nullable(),
    reason: z.string().nullable(),
    /** When the case was last settled, as its decider saw it (ISO instant): a decision in between is not overruled unseen. */
    seenResolvedAt: z.string().nullable(),
  }),
  completeness: z.strictObject({
    decision: z.enum(['extend', 'go']),
    /** ISO instant until which usage is collected; with `extend`. */
    until: z.string().nullable(),
    reason: z.string(),
  }),
  registration: z.strictObject({
    decision: z.enum(REGISTRATION_ENDS),
    /** Mandatory with `reject`. */
    reason: z.string().nullable(),
    /** With `approve`: the first period that is billed; null: the month of the decision. */
    joins: z.string().nullable(),
  }),
  order: z.strictObject({
    end: z.enum(['approve', 'refuse', 'withdraw']),
    /** Mandatory with `refuse`. */
    reason: z.string().nullable(),
  }),
  correction: z.strictObject({
    end: z.enum(['confirm', 'refuse', 'withdraw']),
    /** Mandatory with `refuse`. */
    reason: z.string().nullable(),
  }),
} as const;

export type DecisionKind = keyof typeof DECISION_CONTENT;
export type DecisionContent<K extends DecisionKind> = z.output<(typeof DECISION_CONTENT)[K]>;

/**
 * A person's decision as the API keeps it before any workflow hears of it. Workflows get its id alone, so whoever reaches
 * Temporal can decide nothing in another's name.
 */
export interface StoredDecision<K extends DecisionKind> {
  /** Of the request: the same for a repeat. */
  id: string;
  kind: K;
  /** As in the audit trail: `case:<id>`, `run:<programme>:<period>`, `registration:<programme>:<msp>`, `order:<id>`, `correction:<id>`. */
  subject: string;
  content: DecisionContent<K>;
  actor: Actor;
  at: Date;
}

/** What a workflow gets of a decision. */
export interface MadeDecision {
  decisionId: string;
}

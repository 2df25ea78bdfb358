import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { DECISIONS, KINDS } from '../../domain/reconcile/index.js';
import { MAX_QUANTITY } from '../../domain/usage.js';
import { HOLDERS } from '../../domain/serviceDesk.js';
import { manyCounts, manyOutcome } from '../outcomeOfMany.js';
import { instant, period, periodText, programmeCode, text, uuid } from './common.js';
import { evidence } from './statements.js';

export const caseKind = z.enum(KINDS.map(({ kind }) => kind));
export const caseState = z.enum(['open', 'settled']);
export const decision = z.enum(DECISIONS);

/** What the partner team's list of cases is filtered by, as its query and in saved filters. */
export const CASE_FILTERS = {
  programme: programmeCode.optional(),
  period: period.optional(),
  state: caseState.optional(),
  kind: caseKind.optional(),
  mspId: uuid.optional(),
  holder: z.enum(HOLDERS).optional().meta({ description: 'With whom it is now' }),
  owner: z.literal('me').optional().meta({ description: 'Those that you own' }),
  involved: z.literal('me').optional().meta({ description: 'Those that you own or follow' }),
  unowned: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .meta({ type: 'boolean', description: 'Whether nobody owns it who may decide it' }),
} as const;

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
    owner: z
      .strictObject({
        person: actor,
        since: instant,
        mayDecide: z
          .boolean()
          .meta({ description: 'False where she may not any more: the case is as good as unowned' }),
      })
      .nullable()
      .meta({ description: 'Who of the partner team looks after it' }),
    additional: z.array(actor).meta({ description: 'Who of the partner team follows it besides' }),
    holder: z.enum(HOLDERS).meta({ description: 'With whom it is' }),
    heldSince: instant.nullable().meta({ description: 'Null: it was never handed over' }),
    proposal: z
      .strictObject({
        decision,
        quantity: z.int().nullable(),
        note: z.string(),
        at: instant,
        by: actor,
        side: z.enum(HOLDERS).meta({ description: 'Of the MSP, or of its customer' }),
      })
      .nullable()
      .meta({ description: 'What was proposed last with an answer; it is decided by `POST /v1/cases/{id}/decision`' }),
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

export const caseOwner = z
  .strictObject({
    personId: uuid.nullable().meta({ description: 'Of the partner team, who may decide cases; null: nobody' }),
    replaces: uuid.nullish().meta({ description: 'Whom it is taken from; left out where nobody owns it' }),
  })
  .meta({ id: 'CaseOwner' });

export const casePerson = z
  .strictObject({
    id: uuid,
    person: actor,
    role: z.enum(['owner', 'additional']),
    fromAt: instant,
    givenBy: actor,
    untilAt: instant.nullable(),
    endedBy: actor.nullable(),
  })
  .meta({ id: 'CasePerson' });

export const caseOutcome = z
  .strictObject({
    caseId: uuid,
    state: z.string(),
    statementNumber: z.string().nullable().meta({ description: 'Set when the decision led to the statement' }),
  })
  .meta({ id: 'CaseOutcome' });

/** As many as one request decides: a person has looked at them. */
export const MOST_CASES = 500;

export const caseDecisions = z
  .strictObject({
    caseIds: z.array(uuid).min(1).max(MOST_CASES).nullish().meta({ description: 'The cases, or a filter' }),
    filter: z
      .strictObject({ programme: programmeCode, period, kind: caseKind.optional(), mspId: uuid.optional() })
      .nullish()
      .meta({ description: 'All open cases of a month, of one kind or MSP where that is given' }),
    expected: z.int().min(1).max(MOST_CASES).nullish().meta({
      description: 'With a filter, only then: how many cases it finds. With another number nothing is decided',
    }),
    decision,
    quantity: z.int().min(0).max(MAX_QUANTITY).nullish().meta({ description: 'With set_quantity, only then' }),
    reason: text(500).meta({ description: 'Kept with each of them' }),
  })
  .refine(({ caseIds, filter }) => (caseIds == null) !== (filter == null), {
    path: ['caseIds'],
    message: 'Either ids of cases or a filter',
  })
  .refine(({ caseIds }) => new Set(caseIds).size === (caseIds?.length ?? 0), {
    path: ['caseIds'],
    message: 'Each case once',
  })
  .refine(({ filter, expected }) => (filter == null) === (expected == null), {
    path: ['expected'],
    message: 'Given with a filter, and only then',
  })
  .refine(({ decision: taken, quantity }) => (taken === 'set_quantity') === (quantity != null), {
    path: ['quantity'],
    message: 'Given with set_quantity, and only then',
  })
  .meta({ id: 'CaseDecisions' });

export const caseOutcomes = z
  .strictObject({
    ...manyCounts,
    items: z.array(
      z.strictObject({
        caseId: uuid,
        mspId: uuid.nullable(),
        ...manyOutcome,
        statementNumber: z.string().nullable().meta({ description: 'Set when the decision led to the statement' }),
      }),
    ),
  })
  .meta({ id: 'CaseOutcomes' });

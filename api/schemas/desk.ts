import { z } from 'zod';
import { actor } from '../../domain/access/actor.js';
import { MAX_QUANTITY } from '../../domain/usage.js';
import { HOLDERS } from '../../domain/serviceDesk.js';
import { caseKind, caseState, decision } from './cases.js';
import { instant, period, programmeCode, prose, text, uuid } from './common.js';
import { siteFinding } from './usage.js';

export const holder = z.enum(HOLDERS);

/** What the list of cases that were handed to somebody is filtered by, as its query and in saved filters. */
export const DESK_FILTERS = {
  programme: programmeCode.optional(),
  period: period.optional(),
  mspId: uuid.optional(),
  tenantId: uuid.optional(),
  state: caseState.optional(),
  kind: caseKind.optional(),
  holder: holder.optional().meta({ description: 'With whom it is now' }),
} as const;

const proposal = z
  .strictObject({
    decision,
    quantity: z.int().min(0).max(MAX_QUANTITY).nullish().meta({ description: 'With set_quantity, only then' }),
  })
  .refine(({ decision: taken, quantity }) => (taken === 'set_quantity') === (quantity != null), {
    path: ['quantity'],
    message: 'Given with set_quantity, and only then',
  })
  .meta({ id: 'CaseProposal' });

export const newHandOver = z
  .strictObject({
    to: holder.meta({ description: 'customer: whoever sees the tenant of the case and not all of its MSP' }),
    note: prose(2000).meta({ description: 'What is asked, or the answer and its reasons' }),
    proposal: proposal.nullish().meta({ description: 'What you would decide; with an answer alone' }),
  })
  .meta({ id: 'NewHandOver' });

export const handOver = z
  .strictObject({
    id: uuid,
    from: holder,
    to: holder,
    side: holder.meta({ description: 'Who handed it over, or took it back' }),
    note: z.string(),
    proposal: z.strictObject({ decision, quantity: z.int().nullable() }).nullable(),
    at: instant,
    by: actor.nullable().meta({ description: 'Null: somebody of the partner team, whom only that sees' }),
  })
  .meta({ id: 'HandOver' });

export const deskCase = siteFinding
  .extend({
    mspName: z.string(),
    decision: decision
      .nullable()
      .meta({ description: 'What the partner team decided; null: the rule of its kind counts' }),
    holder: holder.meta({
      description: 'With whom it is. What passes between MSP and partner team a customer does not see',
    }),
    heldSince: instant,
    answerUntil: instant.nullable().meta({
      description:
        'An answer counts until then: handing a case over moves no deadline. Null: until somebody decides, or none',
    }),
    answerCounts: z.boolean().meta({ description: 'Whether an answer still moves the month' }),
  })
  .meta({ id: 'DeskCase' });

export const deskSwitch = z
  .strictObject({
    active: z.boolean().meta({ description: 'Whether customers take part in cases; at first they do not' }),
  })
  .meta({ id: 'ServiceDesk' });

const audience = z.enum(['internal', 'shared']);

export const newCaseComment = z
  .strictObject({
    audience: audience.meta({ description: 'internal: the people of your company; shared: all who see the case' }),
    text: prose(4000),
  })
  .meta({ id: 'NewCaseComment' });

export const caseComment = z
  .strictObject({
    id: uuid,
    companyId: uuid,
    companyName: z.string().meta({ description: 'Empty: of a company that you do not see' }),
    side: holder.meta({ description: 'On which side its author acted' }),
    audience,
    text: z.string().nullable().meta({ description: 'Null: it was withdrawn' }),
    writtenAt: instant,
    writtenBy: actor.nullable().meta({ description: 'Null: somebody of the partner team, whom only that sees' }),
    withdrawnAt: instant.nullable(),
  })
  .meta({ id: 'CaseComment' });

const filterQuery = z
  .record(z.string().max(60), z.string().max(200))
  .meta({ description: 'Parameters of the list as they stand in its address, without `limit`, `after` and `filter`' });

export const newCaseFilter = z
  .strictObject({ name: text(100), query: filterQuery, shared: z.boolean().default(false) })
  .meta({ id: 'NewCaseFilter' });

export const caseFilterChange = z
  .strictObject({ name: text(100).optional(), query: filterQuery.optional(), shared: z.boolean().optional() })
  .meta({ id: 'CaseFilterChange' });

export const caseFilter = z
  .strictObject({
    id: uuid,
    name: z.string(),
    query: filterQuery,
    shared: z.boolean().meta({ description: 'With the people of the company' }),
    owner: actor,
    createdAt: instant,
  })
  .meta({ id: 'CaseFilter' });

export const workList = z
  .strictObject({
    open: z.int().meta({ description: 'Open cases: of the partner team all, of others those that are with them' }),
    byKind: z.array(z.strictObject({ kind: caseKind, open: z.int() })),
    byHolder: z.array(z.strictObject({ holder, open: z.int() })),
    byOwner: z
      .strictObject({
        mine: z.int(),
        others: z.int(),
        unowned: z.int().meta({ description: 'Nobody owns it who may decide it' }),
      })
      .nullable()
      .meta({ description: 'Of the partner team; null for others' }),
    oldest: z.strictObject({ id: uuid, foundAt: instant }).nullable(),
    soonest: z
      .strictObject({ id: uuid, until: instant })
      .nullable()
      .meta({ description: 'Whose deadline comes first, or passed first' }),
  })
  .meta({ id: 'WorkList' });

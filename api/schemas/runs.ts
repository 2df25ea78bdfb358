import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { RUN_STATES, SHARD_STAGES } from '../../domain/run.js';
import { PAGE_QUERY } from '../http/pagination.js';
import { manyCounts, manyOutcome } from '../outcomeOfMany.js';
import { instant, instantIn, period, periodText, text, uuid } from './common.js';

export const newRun = z
  .strictObject({
    period,
    collectUntil: instantIn.nullish().meta({
      description: "Replaces rule 1's deadline in every zone; an instant that has passed means not to wait",
    }),
    reviewUntil: instantIn.nullish(),
    skipReason: text(500)
      .nullish()
      .meta({ description: 'Why the months before this one that were never closed are left out for good (rule 19)' }),
  })
  .refine(
    ({ collectUntil, reviewUntil }) => collectUntil == null || reviewUntil == null || collectUntil <= reviewUntil,
    {
      path: ['reviewUntil'],
      message: 'The review ends after the collection',
    },
  )
  .meta({ id: 'NewRun' });

export const startedRun = z
  .strictObject({
    programme: z.string(),
    period: periodText,
    workflowId: z.string(),
    joined: z.boolean().meta({ description: 'True where the run was there already' }),
  })
  .meta({ id: 'StartedRun' });

const participants = z.strictObject({ open: z.int(), parked: z.int(), issued: z.int() });

const summary = {
  programme: z.string(),
  period: periodText,
  state: z.enum(RUN_STATES),
  openedAt: instant,
  openedBy: actor.nullable().meta({ description: 'Null for a distributor' }),
  sealedAt: instant.nullable(),
  participants,
};

export const runSummary = z.strictObject(summary).meta({ id: 'RunSummary' });

const counts = z.record(z.string(), z.int());
const totals = z.record(z.string(), z.string()).meta({ description: 'Decimal amounts by currency' });

export const run = z
  .strictObject({
    ...summary,
    workflowId: z.string(),
    reason: z.string().nullable().meta({ description: 'Why it was skipped' }),
    released: z
      .strictObject({ at: instant, by: actor, reason: z.string() })
      .nullable()
      .meta({ description: 'Who let it go on with too many silent sites, and why' }),
    failure: z
      .strictObject({ at: instant, reason: z.string() })
      .nullable()
      .meta({ description: 'That its last close failed, and why; start it again once that is mended' }),
    seal: z.string().nullable(),
    shards: z.array(
      z.strictObject({
        shard: z.int(),
        zone: z.string(),
        stage: z.enum(SHARD_STAGES),
        msps: z.int(),
        collectUntil: instant,
        reviewUntil: instant,
        issueFrom: instant,
        mailedBy: instant,
        statementDate: z.iso.date(),
      }),
    ),
    discrepancies: counts.meta({ description: 'By kind' }),
    openCases: z.int(),
    mails: counts.meta({ description: 'By state' }),
    totals,
  })
  .meta({ id: 'Run' });

export const preview = z
  .strictObject({
    programme: z.string(),
    period: periodText,
    statements: z.int(),
    parked: z.int(),
    totals,
    licences: totals.meta({ description: 'Of them term licences and their extensions' }),
    discrepancies: counts,
    openCases: z.int(),
    msps: z
      .array(
        z.strictObject({
          mspId: uuid,
          mspName: z.string(),
          total: z
            .strictObject({ amount: z.string(), currency: z.string() })
            .nullable()
            .meta({ description: 'Null: it cannot be said, for the reason given' }),
          licences: z.array(
            z.strictObject({
              ...{ siteName: z.string(), meter: z.string(), count: z.int() },
              ...{ startsOn: z.iso.date(), endsOn: z.iso.date(), amount: z.string() },
            }),
          ),
          parked: z
            .strictObject({ code: z.string(), reason: z.string() })
            .nullable()
            .meta({ description: 'Why it would wait for a person; null: it would be issued' }),
        }),
      )
      .meta({ description: 'What each statement would come to, also where it would be parked' }),
  })
  .meta({ id: 'Preview' });

export const parkedMsp = z
  .strictObject({
    mspId: uuid,
    mspName: z.string(),
    distributorCode: z.string(),
    reason: z.string().nullable(),
    code: z.string().nullable(),
    until: instant.nullable(),
    openCases: z.int(),
    toDo: z.string().meta({ description: 'The step that helps its reason' }),
  })
  .meta({ id: 'ParkedMsp' });

export const retried = z
  .strictObject({ statementNumber: z.string().nullable(), parkedReason: z.string().nullable() })
  .meta({ id: 'RetriedMsp' });

export const retryCode = z
  .strictObject({
    code: z
      .string()
      .min(1)
      .max(60)
      .meta({ description: 'What they are parked with, as the list of parked MSPs names it' }),
    limit: z.int().min(1).max(500).default(500).meta({ description: 'MSPs tried at most' }),
    after: PAGE_QUERY.after.meta({ description: '`next` of the answer before: those behind it are tried' }),
  })
  .meta({ id: 'RetryCode' });

export const retriedMsps = z
  .strictObject({
    ...manyCounts,
    next: z.string().nullable().meta({
      description: 'There are more: ask again with it as `after`, under another Idempotency-Key. Null: there are none',
    }),
    items: z.array(
      z.strictObject({
        mspId: uuid,
        mspName: z.string(),
        ...manyOutcome,
        statementNumber: z.string().nullable(),
        parkedReason: z.string().nullable().meta({ description: 'Why it is parked, or parked again' }),
      }),
    ),
  })
  .meta({ id: 'RetriedMsps', description: 'refused without an error: it is still parked, or has open cases' });

export const signalled = z
  .strictObject({ programme: z.string(), period: periodText, workflowId: z.string() })
  .meta({ id: 'SignalledRun' });

export const completenessDecision = z
  .strictObject({
    decision: z.enum(['extend', 'go']),
    until: instantIn.nullish().meta({ description: 'Until when usage is collected; with `extend`, and only then' }),
    reason: text(500),
  })
  .refine(({ decision, until }) => (decision === 'extend') === (until != null), {
    path: ['until'],
    message: 'An instant to extend to goes with `extend`, and only with it',
  })
  .meta({ id: 'CompletenessDecision' });

export const completenessOutcome = z
  .strictObject({
    extendedShards: z.int().meta({ description: 'Parts of the run that collect on' }),
    released: z.boolean().meta({ description: 'The run goes on with estimates' }),
  })
  .meta({ id: 'CompletenessOutcome' });

import { z } from 'zod';
import { instant, instantIn, period, periodText, uuid } from './common.js';

export const newRun = z
  .strictObject({
    period,
    collectUntil: instantIn.nullish().meta({
      description: "Replaces rule 1's deadline in every zone; an instant that has passed means not to wait",
    }),
    reviewUntil: instantIn.nullish(),
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
    period: periodText,
    workflowId: z.string(),
    joined: z.boolean().meta({ description: 'True where the run was there already' }),
  })
  .meta({ id: 'StartedRun' });

const participants = z.strictObject({ open: z.int(), parked: z.int(), issued: z.int() });

const summary = {
  period: periodText,
  state: z.enum(['open', 'sealed']),
  openedAt: instant,
  openedBy: z.string(),
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
    seal: z.string().nullable(),
    shards: z.array(
      z.strictObject({
        shard: z.int(),
        zone: z.string(),
        stage: z.enum(['collect', 'review', 'issue', 'done']),
        msps: z.int(),
        collectUntil: instant,
        reviewUntil: instant,
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
    period: periodText,
    statements: z.int(),
    parked: z.int(),
    totals,
    discrepancies: counts,
    openCases: z.int(),
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
  })
  .meta({ id: 'ParkedMsp' });

export const retried = z
  .strictObject({ statementNumber: z.string().nullable(), parkedReason: z.string().nullable() })
  .meta({ id: 'RetriedMsp' });

export const signalled = z.strictObject({ period: periodText, workflowId: z.string() }).meta({ id: 'SignalledRun' });

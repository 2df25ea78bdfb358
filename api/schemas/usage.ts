import { z } from 'zod';
import { caseKind, caseState, decision } from './cases.js';
import { amount, day, instant, periodText, uuid } from './common.js';
import { siteKind } from './sites.js';
import { evidence } from './statements.js';

const count = z.int().nullable();

export const monthUsage = z
  .strictObject({
    siteId: uuid,
    siteName: z.string(),
    siteKind,
    programme: z.string(),
    reference: z
      .string()
      .nullable()
      .meta({ description: 'What the site calls the tenant or unit; null: it named none' }),
    tenantId: uuid.nullable().meta({ description: 'What the reference stands for in that month; null: unassigned' }),
    tenantRef: z.string().nullable(),
    tenantName: z.string().nullable(),
    meter: z.string(),
    highest: count.meta({
      description:
        "Of the month's days, in the MSP's zone; of several installations the highest of each, added; null: no check-in came",
    }),
    highestOn: day.nullable().meta({ description: 'The first day that came to it, of the busiest installation' }),
    sum: count.meta({ description: "The days' counts added, as events are billed" }),
    last: count.meta({ description: 'Of the last day' }),
    reported: count.meta({
      description: 'By the reports of the site, 0 where they do not mention it; null: none came',
    }),
    counted: z.int().meta({
      description:
        'What is billed by the rules: of each installation what it reported, else what was seen of it; of both, where they ' +
        'are farther apart than the tolerance, the greater, unless the programme sets otherwise. Before people decide, ' +
        'silent sites are estimated, and what was used after the end of a key is left out',
    }),
  })
  .meta({ id: 'MonthUsage' });

const issued = {
  mspId: uuid,
  programme: z.string(),
  period: periodText.meta({ description: 'Of the statement' }),
  number: z.string().meta({ description: 'Of the statement' }),
  statementDate: day,
  siteId: uuid,
  siteName: z.string(),
  tenantId: uuid.nullable(),
  tenantName: z.string().nullable(),
  tenantRef: z.string().nullable(),
  meter: z.string(),
  amount: amount.nullable().meta({ description: "What the MSP pays; null: not the reader's to see" }),
};

export const usageLine = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('usage'),
      ...issued,
      peak: z.int(),
      peakOn: day.nullable(),
      basis: z.string(),
      licensed: z.int(),
      quantity: z.int(),
    }),
    z.strictObject({
      kind: z.literal('correction'),
      ...issued,
      forPeriod: periodText,
      reason: z.string(),
      oldQuantity: z.int(),
      newQuantity: z.int(),
    }),
  ])
  .meta({ id: 'UsageLine' });

export const siteFinding = z
  .strictObject({
    id: uuid,
    mspId: uuid,
    programme: z.string(),
    period: periodText,
    kind: caseKind,
    siteId: uuid,
    siteName: z.string(),
    tenantId: uuid.nullable(),
    tenantRef: z.string().nullable(),
    meter: z.string().nullable(),
    evidence,
    state: caseState,
    decision: decision.nullable().meta({ description: 'What a person decided; null: the rule of its kind counts' }),
    quantity: z.int().nullable().meta({ description: 'In place of what was found, where a person set one' }),
    foundAt: instant,
    resolvedAt: instant.nullable(),
  })
  .meta({ id: 'SiteFinding' });

import { z } from 'zod';
import { actor } from '../../domain/access/actor.js';
import { MAX_QUANTITY } from '../../domain/usage.js';
import { instant, period, periodText, text, uuid } from './common.js';

export const capInput = z
  .strictObject({
    quantity: z.int().min(0).max(MAX_QUANTITY).nullable().meta({
      description: "In the meter's unit, of the tenant and the units below it together; null: no cap any more",
    }),
    fromPeriod: period.optional().meta({ description: 'Left out: the next month; that or later, not opened' }),
    reason: text(1000).optional(),
  })
  .meta({ id: 'CapInput' });

export const capCourse = z
  .strictObject({
    items: z.array(
      z.strictObject({
        quantity: z.int().nullable().meta({ description: 'Null: there was no cap any more' }),
        fromPeriod: periodText,
        untilPeriod: periodText
          .nullable()
          .meta({ description: 'The first month in which it holds no more; null: not known' }),
        setAt: instant,
        setBy: actor,
        reason: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'CapCourse', description: 'All that was set, the latest month first' });

export const capUse = z
  .strictObject({
    mspId: uuid,
    mspName: z.string(),
    programme: z.string(),
    tenantId: uuid,
    tenantRef: z.string(),
    tenantName: z.string(),
    meter: z.string(),
    cap: z.int(),
    fromPeriod: periodText,
    used: z.int().meta({
      description:
        'By the tenant and the units below it that the reader sees: what is billed by the rules, before people decide and ' +
        'silent sites are estimated',
    }),
    over: z.int().meta({ description: 'By how much that exceeds the cap; all of it is billed' }),
  })
  .meta({ id: 'CapUse' });

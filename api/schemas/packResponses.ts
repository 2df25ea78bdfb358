import { z } from 'zod';
import { actor } from '../../domain/access/actor.js';
import { instant, periodText, prose, uuid } from './common.js';

export const packResponse = z
  .strictObject({
    id: uuid,
    billingPackId: uuid,
    distributorId: uuid,
    distributorCode: z.string(),
    programme: z.string(),
    period: periodText,
    supplement: z.int(),
    kind: z.enum(['acknowledged', 'questioned']),
    question: z.string().nullable(),
    saidAt: instant,
    saidBy: actor,
    answer: z.string().nullable(),
    answeredAt: instant.nullable(),
    answeredBy: actor.nullable().meta({ description: 'Null for a distributor' }),
  })
  .meta({ id: 'PackResponse' });

export const packQuestion = z.strictObject({ question: prose(2000) }).meta({ id: 'PackQuestion' });

export const packAnswer = z.strictObject({ answer: prose(2000) }).meta({ id: 'PackAnswer' });

import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { instant, period, periodText, text, uuid } from './common.js';
import { participationState } from './msps.js';

const reason = text(1000);

export const participationInput = z.strictObject({ mspId: uuid }).meta({ id: 'ParticipationInput' });

export const reasonInput = z.strictObject({ reason }).meta({ id: 'Reason' });

export const leavingInput = z
  .strictObject({
    lastPeriod: period.meta({ description: 'The last month it is billed for: one that has not been opened' }),
    reason,
  })
  .meta({ id: 'Leaving' });

export const distributorChange = z
  .strictObject({
    fromPeriod: period.meta({ description: 'The first month: one that has not been opened' }),
    distributorId: uuid,
    reason,
  })
  .meta({ id: 'DistributorChange' });

export const participation = z
  .strictObject({
    programme: z.string(),
    mspId: uuid,
    mspName: z.string(),
    state: participationState,
    joinedPeriod: periodText.nullable().meta({ description: 'Billed from this month on' }),
    leftPeriod: periodText.nullable().meta({ description: 'The last month it is billed for' }),
    distributorId: uuid
      .nullable()
      .meta({ description: 'Who bills it in the current month; null: its address was never confirmed' }),
    appliedAt: instant,
    decidedAt: instant.nullable().meta({ description: 'Of the last change of its state' }),
    decidedBy: actor.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Participation' });

export const participationDetail = z
  .strictObject({
    ...participation.shape,
    distributors: z.array(z.strictObject({ fromPeriod: periodText, distributorId: uuid })),
  })
  .meta({ id: 'ParticipationDetail' });

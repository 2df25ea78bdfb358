import { z } from 'zod';
import { instant, instantIn, text, uuid } from './common.js';
import { keyState } from './sites.js';

export const reason = text(1000).meta({ description: 'Kept in the audit trail' });

export const keyRevocation = z
  .strictObject({
    reason,
    effectiveAt: instantIn.optional().meta({ description: 'Not later than now; now where it is not given' }),
  })
  .meta({ id: 'KeyRevocation' });

export const meteredKey = z
  .strictObject({
    keyId: uuid,
    state: keyState,
    issuedAt: instant,
    endedAt: instant.nullable().meta({ description: 'When it was revoked or destroyed' }),
    reason: z.string().nullable(),
  })
  .meta({ id: 'MeteredKey' });

export const keyShown = z
  .strictObject({ keyId: uuid, key: z.string().meta({ description: 'Shown once' }) })
  .meta({ id: 'KeyShown' });

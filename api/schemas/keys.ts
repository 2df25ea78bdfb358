import { z } from 'zod';
import { KEY_ENDS, KEY_KINDS } from '../../domain/key.js';
import { instant, instantIn, productCode, programmeCode, text, uuid } from './common.js';
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
    kind: z.enum(KEY_KINDS),
    product: z.string().nullable().meta({ description: "Of a tenant's key" }),
    state: keyState,
    issuedAt: instant,
    endedAt: instant.nullable().meta({ description: 'Since when what ended it counts' }),
    endedHow: z.enum(KEY_ENDS).nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'MeteredKey' });

export const keyDestruction = z
  .strictObject({
    destructionId: uuid.meta({ description: 'Confirm under this id' }),
    keyId: uuid,
    reason: z.string(),
    askedAt: instant,
    confirmUntil: instant,
    installations: z.int().meta({ description: 'That use the key now, and would end with it' }),
  })
  .meta({ id: 'KeyDestruction' });

export const keyDestructionInput = z.strictObject({ reason }).meta({ id: 'KeyDestructionInput' });
export const keyDestructionConfirmed = z.strictObject({ destructionId: uuid }).meta({ id: 'KeyDestructionConfirmed' });

export const keyShown = z
  .strictObject({ keyId: uuid, key: z.string().meta({ description: 'Shown once' }) })
  .meta({ id: 'KeyShown' });

export const tenantKeyInput = z
  .strictObject({ programme: programmeCode, product: productCode, kind: z.enum(KEY_KINDS).default('metered') })
  .meta({ id: 'TenantKeyInput' });

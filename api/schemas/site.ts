import { z } from 'zod';
import { ACTIVATION, CHECK_INS, ENROLMENT, NEW_SIGNING_KEY, USAGE_REPORT } from '../../sites/index.js';
import { instant, periodText, uuid } from './common.js';

/** What sites send is defined by the protocol (sites/push/schemas.ts); here it gets its names in the document. */
export const activation = ACTIVATION.meta({ id: 'Activation' });
export const enrolment = ENROLMENT.meta({ id: 'Enrolment' });
export const checkIns = CHECK_INS.meta({ id: 'CheckIns' });
export const usageReport = USAGE_REPORT.meta({ id: 'UsageReport' });
export const newSigningKey = NEW_SIGNING_KEY.meta({ id: 'NewSigningKey' });

export const time = z.strictObject({ now: instant });

const signingKeyId = z.string().meta({ description: 'The `kid` of signatures', example: 'sk_8Xq0…' });

const protocolVersion = z
  .number()
  .int()
  .meta({ description: 'What this server speaks; members of a newer version are kept aside, not understood' });
const minimumVersion = z.string().meta({ description: 'Oldest version of the product that the programme takes' });

export const activated = z
  .strictObject({
    siteId: uuid,
    mspId: uuid,
    signingKeyId,
    checkInSeconds: z.number().int(),
    jitterSeconds: z.number().int().meta({ description: 'Added to each interval, always the same for one site' }),
    protocolVersion,
    minimumVersion,
  })
  .meta({ id: 'Activated' });

/** What the site tells its administrator. */
const advice = {
  keyState: z.enum(['active', 'disabled', 'revoked']),
  protocolVersion,
  minimumVersion,
  belowMinimum: z.boolean().meta({ description: 'Whether the version this installation named last is older' }),
};

export const checkInsStored = z
  .strictObject({
    accepted: z.number().int(),
    repeated: z.number().int().meta({ description: 'Known already, with the same content' }),
    nextCheckInSeconds: z.number().int(),
    ...advice,
  })
  .meta({ id: 'CheckInsStored' });

export const usageReportStored = z
  .strictObject({
    period: periodText,
    revision: z.number().int(),
    repeated: z.boolean(),
    late: z
      .boolean()
      .meta({ description: 'Came after its period was closed for the MSP: a correction follows (rule 7)' }),
    beyondReach: z
      .boolean()
      .meta({ description: 'Came too late even for a correction: not billed unless the partner team lets it in' }),
    ...advice,
  })
  .meta({ id: 'UsageReportStored' });

export const signingKeyRegistered = z.strictObject({ signingKeyId }).meta({ id: 'SigningKeyRegistered' });

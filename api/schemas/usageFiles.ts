import { z } from 'zod';
import { USAGE_FILE } from '../../sites/index.js';
import { periodText, uuid } from './common.js';

/** Defined by the protocol (sites/file/usageFile.ts). */
export const usageFile = USAGE_FILE.meta({ id: 'UsageFile' });

const carried = z.strictObject({
  siteId: uuid,
  installationId: uuid,
  kind: z.enum(['checkIns', 'usageReport']),
  period: periodText.nullable().meta({ description: 'Of a report' }),
  accepted: z.number().int(),
  repeated: z.number().int().meta({ description: 'Known already, with the same content' }),
  late: z
    .boolean()
    .meta({ description: 'Came after its period was closed for the MSP: a correction follows (rule 7)' }),
  beyondReach: z.boolean().meta({
    description: 'Came too late even for a correction: not billed unless the partner team lets it in',
  }),
});

export const usageFileStored = z.strictObject({ items: z.array(carried) }).meta({ id: 'UsageFileStored' });

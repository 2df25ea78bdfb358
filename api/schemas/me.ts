import { z } from 'zod';
import { uuid } from './common.js';
import { systemLevel, view } from './tokens.js';

export const me = z
  .strictObject({
    kind: z.enum(['person', 'service_account']),
    id: uuid,
    name: z.string(),
    company: z.strictObject({ id: uuid, name: z.string() }),
    view,
    level: systemLevel,
    tenantIds: z.array(uuid).nullable().meta({ description: 'The tenants your access is limited to; null: it is not' }),
    actions: z.array(z.string()).meta({ description: 'What you may do here and now' }),
  })
  .meta({ id: 'Me' });

import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { instant, uuid } from './common.js';

export const productOfMsp = z
  .strictObject({
    product: z.string(),
    enabled: z
      .enum(['open', 'contract', 'order', 'none'])
      .meta({ description: '`open`: to all in the programme; `none`: an order has to enable it first' }),
    orderId: uuid.nullable().meta({ description: 'The order that enabled it' }),
    enabledAt: instant.nullable(),
    enabledBy: actor.nullable(),
    reason: z.string().nullable(),
    inUse: z
      .strictObject({ sites: z.int(), tenantKeys: z.int(), licences: z.int(), orders: z.int() })
      .meta({ description: 'Sites that are not retired, live keys of tenants, licences not over, orders that wait' }),
  })
  .meta({ id: 'ProductOfMsp' });

export const productsOfMsp = z.strictObject({ items: z.array(productOfMsp) }).meta({ id: 'ProductsOfMsp' });

import { z } from 'zod';
import { BACKUP_STATES } from '../../db/readModels/siteOverview.js';
import { instant, uuid } from './common.js';
import { contactState, siteKind, siteState } from './sites.js';

export const backupState = z.enum(BACKUP_STATES);

const count = z.int().nullable();
const jobs = z.int();

export const siteOverview = z
  .strictObject({
    mspId: uuid,
    mspName: z.string(),
    programme: z.string(),
    siteId: uuid,
    name: z.string(),
    product: z.string(),
    kind: siteKind,
    state: siteState,
    contact: contactState,
    lastContactAt: instant.nullable(),
    tenantRefs: z.array(z.string()).meta({ description: 'That the site serves in the month' }),
    installations: z.int().meta({ description: 'In use: neither replaced nor retired' }),
    productVersion: z
      .string()
      .nullable()
      .meta({ description: 'The oldest that one of these named last; null: there is none' }),
    minimumVersion: z.string().meta({ description: 'The oldest that the programme takes now' }),
    belowMinimum: z.boolean(),
    backups: z
      .strictObject({
        state: backupState.meta({
          description:
            'failed: a job failed; unknown: none did, but of some nobody knows, or an installation has told nothing',
        }),
        passed: jobs,
        failed: jobs,
        unknown: jobs,
        toldAt: instant.nullable(),
      })
      .nullable()
      .meta({
        description:
          'In jobs, of the newest check-ins of the two months that told it; null: shown to the MSP and the partner team alone',
      }),
    meters: z.array(z.strictObject({ meter: z.string(), thisMonth: count, lastMonth: count })).meta({
      description:
        'What counts by the reports and check-ins that came, all installations and tenants together; null: nothing came of that month',
    }),
  })
  .meta({ id: 'SiteOverview' });

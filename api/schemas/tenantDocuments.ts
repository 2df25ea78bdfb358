import { z } from 'zod';
import { DESK_FIELDS } from '../../domain/deskLines.js';
import { LARGEST_LOGO } from '../../statements/index.js';
import { amount, day, periodText, text, uuid } from './common.js';

export const tenantDocument = z
  .strictObject({
    statementId: uuid,
    number: z.string().meta({ description: 'Of the statement' }),
    statementDate: day,
    programme: z.string(),
    period: periodText,
    tenantId: uuid,
    tenantRef: z.string(),
    tenantName: z.string(),
  })
  .meta({ id: 'TenantDocument' });

export const documentRelease = z
  .strictObject({
    released: z.boolean().meta({ description: 'Whether customers read the documents of their tenants' }),
  })
  .meta({ id: 'DocumentRelease' });

const meterTotal = z.strictObject({
  meter: z.string(),
  quantity: z.int().meta({ description: "Billable, of the statement's month" }),
  corrected: z.int().meta({ description: 'What corrections add to the quantities of earlier months' }),
  licensed: z.int().meta({ description: 'Units of licences that are billed here' }),
  amount,
});

const sharedLine = z.strictObject({
  lineNo: z.int(),
  kind: z.string(),
  amount,
  byRemainder: z.boolean().meta({
    description: 'One minor unit of it is a rounding difference, which fell to this unit by largest remainder',
  }),
});

const unitTotal = z.strictObject({
  tenantId: uuid.nullable().meta({ description: 'Null: usage that is assigned to nobody' }),
  ref: z.string().nullable().meta({ description: 'Null: not yours to see, as `parentRef` may be' }),
  parentRef: z.string().nullable(),
  name: z.string().nullable(),
  meters: z.array(meterTotal),
  shared: z.array(sharedLine).meta({ description: 'Its parts of lines that are of several units' }),
  own: amount.meta({ description: 'Of its own lines' }),
  ofShared: amount,
  total: amount,
  withUnitsBelow: amount.meta({ description: 'Its total and those of all units below it' }),
});

export const statementTotals = z
  .strictObject({
    statementId: uuid,
    number: z.string(),
    period: periodText,
    currency: z.string(),
    units: z.array(unitTotal).meta({ description: 'Their totals and what is of nobody add up to the total' }),
    ofNobody: z.strictObject({
      total: amount,
      lines: z.array(z.strictObject({ lineNo: z.int(), kind: z.string(), amount })),
    }),
    total: amount.meta({ description: 'Of the statement' }),
  })
  .meta({ id: 'StatementTotals' });

export const logoInput = z
  .strictObject({
    contentBase64: z
      .base64()
      .min(1)
      .meta({
        description: `A PNG or JPEG of at most ${LARGEST_LOGO.bytes} bytes and ${LARGEST_LOGO.pixels} pixels on either side, on a background`,
      }),
  })
  .meta({ id: 'LogoInput' });

export const logo = z
  .strictObject({
    contentType: z.string(),
    bytes: z.int().meta({ description: 'Without what is no part of the picture' }),
  })
  .meta({ id: 'Logo' });

const isOnce = (texts: readonly string[]) => new Set(texts).size === texts.length;

export const deskColumnsInput = z
  .strictObject({
    columns: z
      .array(
        z.strictObject({
          field: z.enum(DESK_FIELDS),
          header: text(80).meta({ description: 'What the service desk calls it' }),
        }),
      )
      .min(1)
      .max(40)
      .refine((columns) => isOnce(columns.map(({ header }) => header)), 'Names each column once'),
  })
  .meta({ id: 'DeskColumns' });

export const deskColumnsShown = z
  .strictObject({ columns: z.array(z.strictObject({ field: z.enum(DESK_FIELDS), header: z.string() })) })
  .meta({ id: 'DeskColumnsShown' });

import { z } from 'zod';
import { actor } from '../../domain/access/actor.js';
import { givenElsewhere, VIEWS, type View } from '../../domain/access/views.js';
import { COMPANY_SOURCE, COMPANY_STATES } from '../../domain/company.js';
import { addressLines, country, instant, locale, period, periodText, printedText, text, uuid, zone } from './common.js';

export const companyState = z.enum(COMPANY_STATES);
export const companyView = z.enum(VIEWS);

export const companySource = z
  .string()
  .regex(
    COMPANY_SOURCE,
    'A system in lower case, a colon and its reference, as crm:10023; sign-ups of the portal have none',
  )
  .meta({ example: 'crm:10023' });

const registrationNumber = printedText(60).meta({ description: 'Tells companies apart; left out where it is unknown' });
const reason = text(1000);
const version = z.int().min(1).meta({ description: 'As you read it: STATE_CONFLICT where somebody was faster' });

/** Once each, in alphabetical order. */
function viewsOf(item: z.ZodType<View>) {
  return z
    .tuple([item], item)
    .refine((given) => given.length <= VIEWS.length, 'Each view once')
    .transform(([first, ...others]) => [...new Set([first, ...others])].sort() as [View, ...View[]])
    .meta({ type: 'array', minItems: 1, items: { type: 'string', enum: [...VIEWS] } });
}

export const newCompany = z
  .strictObject({
    id: uuid.optional().meta({ description: 'Yours to choose: the same company under it again changes nothing' }),
    name: printedText(200),
    registrationNumber: registrationNumber.optional(),
    address: addressLines,
    country,
    locale,
    zone,
    views: viewsOf(
      companyView.superRefine((view, context) => {
        const message = givenElsewhere(view);
        if (message !== null) context.addIssue({ code: 'custom', message });
      }),
    ),
    parentId: uuid.optional().meta({ description: 'The company that it is a subsidiary of' }),
    source: companySource.optional(),
  })
  .meta({ id: 'NewCompany' });

export const companyChange = z
  .strictObject({
    version,
    name: printedText(200).optional(),
    registrationNumber: registrationNumber.optional(),
    address: addressLines.optional(),
    country: country.optional(),
    locale: locale.optional(),
    parentId: uuid.nullable().optional().meta({ description: 'Null: it is nobody’s subsidiary' }),
    source: companySource.nullable().optional().meta({ description: 'Null: it is known from nowhere else' }),
    reason: reason.optional(),
  })
  .meta({ id: 'CompanyChange' });

export const companyAddress = z
  .strictObject({ version, address: addressLines, locale, reason: reason.optional() })
  .meta({ id: 'CompanyAddress' });

export const companyViews = z
  .strictObject({ version, views: viewsOf(companyView), reason: reason.optional() })
  .meta({ id: 'CompanyViews' });

export const companyZoneInput = z
  .strictObject({
    fromPeriod: period.meta({ description: 'The first month: one that none of its programmes has opened' }),
    zone,
    reason: reason.optional(),
  })
  .meta({ id: 'CompanyZoneInput' });

export const companyZones = z
  .strictObject({ companyId: uuid, zones: z.array(z.strictObject({ fromPeriod: periodText, zone: z.string() })) })
  .meta({ id: 'CompanyZones' });

export const companyMerge = z
  .strictObject({
    into: uuid.meta({ description: 'The company that stays' }),
    people: z
      .enum(['move', 'end'])
      .default('move')
      .meta({
        description:
          'Move: its people get the access they had, now to the company that stays, and its mandates are that company’s, as are ' +
          'its confirmed addresses for what that company has none for. End: they are not. Choose it where nobody has made sure that they are of the same organisation.',
      }),
    reason,
  })
  .meta({ id: 'CompanyMerge' });

export const company = z
  .strictObject({
    id: uuid,
    name: z.string(),
    registrationNumber: z.string().nullable(),
    address: z.array(z.string()),
    country: z.string().nullable(),
    locale,
    zone: z.string().meta({ description: 'In the current month' }),
    views: z.array(companyView),
    parentId: uuid.nullable(),
    source: z.string().nullable(),
    state: companyState,
    stateReason: z.string().nullable().meta({ description: 'Of the last change of its state' }),
    stateAt: instant.nullable(),
    mergedInto: uuid.nullable().meta({ description: 'Of a duplicate: the company to which all of it has gone' }),
    version: z.int().meta({ description: 'Goes up with each change' }),
    createdAt: instant,
  })
  .meta({ id: 'Company' });

export const companyHistory = z
  .strictObject({
    id: z.string(),
    at: instant,
    actor,
    before: z.record(z.string(), z.unknown()).meta({ description: 'Of each field that changed, what it was' }),
    after: z.record(z.string(), z.unknown()),
    reason: z.string().nullable(),
  })
  .meta({ id: 'CompanyHistory' });

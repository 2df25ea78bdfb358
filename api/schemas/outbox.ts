import { z } from 'zod';
import { CONTACT_PURPOSES } from '../../domain/contact.js';
import { MAIL_KINDS } from '../../locales/index.js';
import { MAIL_STATES } from '../../db/readModels/outboxList.js';
import { instant, text, uuid } from './common.js';

export const mail = z
  .strictObject({
    id: z.string(),
    messageId: z.string(),
    kind: z.enum(MAIL_KINDS),
    locale: z.string(),
    recipient: z.string().nullable().meta({ description: 'Null: waits until the company has a confirmed contact' }),
    toCompany: uuid.nullable().meta({ description: 'The company whose contact gets it; null: it goes to an address' }),
    purpose: z.enum(CONTACT_PURPOSES).nullable(),
    programme: z.string().nullable(),
    period: z.string().nullable(),
    mspId: uuid.nullable(),
    distributorId: uuid.nullable(),
    statementId: uuid.nullable(),
    billingPackId: uuid.nullable(),
    state: z.enum(MAIL_STATES),
    attempts: z.int(),
    notBefore: instant,
    lastResponse: z.string().nullable(),
    sentAt: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Mail' });

export const resendInput = z.strictObject({ reason: text(500) }).meta({ id: 'Resend' });

export const resentMail = z
  .strictObject({ id: z.string(), messageId: z.string(), state: z.enum(MAIL_STATES) })
  .meta({ id: 'ResentMail' });

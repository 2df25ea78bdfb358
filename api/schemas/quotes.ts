import { z } from 'zod';
import { actor } from '../../domain/access/actor.js';
import { VIEWS } from '../../domain/access/views.js';
import { TERM_YEARS } from '../../domain/licences/term.js';
import { decimalPrice } from '../../domain/pricing/decimalPrice.js';
import { QUOTE_STATES } from '../../domain/quote.js';
import { MAX_QUANTITY } from '../../domain/usage.js';
import { amount, day, instant, printedText, productCode, programmeCode, text, uuid } from './common.js';
import { orderInput } from './orders.js';

const quantity = z.int().min(1).max(MAX_QUANTITY);
const years = z.int().min(TERM_YEARS.min).max(TERM_YEARS.max);

export const quoteRequest = z
  .strictObject({
    programme: programmeCode,
    product: productCode,
    wish: printedText(1000).meta({ description: 'What is asked for, in words' }),
    quantity,
    years: years.optional().meta({ description: 'Of a term; left out: none is asked for' }),
    companyId: uuid.optional().meta({ description: 'For whom the partner team asks; of others: themselves' }),
  })
  .meta({ id: 'QuoteRequest' });

const line = { text: printedText(300), quantity, unitPrice: decimalPrice };

export const quoteAnswer = z
  .strictObject({
    lines: z.array(z.strictObject(line)).min(1).max(50),
    validUntil: day.meta({ description: 'The last day on which it can be accepted, in the zone of who asked' }),
    note: printedText(1000).optional(),
    order: orderInput.optional().meta({
      description: 'What an MSP orders by accepting; the lines come to its price. Left out: it is settled outside',
    }),
  })
  .meta({ id: 'QuoteAnswer' });

export const quoteEnd = z.strictObject({ reason: text(1000).optional() }).meta({ id: 'QuoteEnd' });
export const quoteWithdrawal = z.strictObject({ reason: text(1000) }).meta({ id: 'QuoteWithdrawal' });

export const serviceQuote = z
  .strictObject({
    id: uuid,
    programme: z.string(),
    companyId: uuid,
    companyName: z.string(),
    view: z.enum(VIEWS).meta({ description: 'In which view of the company it was asked for' }),
    product: z.string(),
    wish: z.string(),
    quantity: z.int(),
    years: z.int().nullable(),
    state: z.enum(QUOTE_STATES),
    askedAt: instant,
    askedBy: actor.nullable().meta({ description: 'Null: somebody of the partner team, for the company' }),
    answer: z
      .strictObject({
        number: z.string(),
        lines: z.array(z.strictObject({ text: z.string(), quantity: z.int(), unitPrice: z.string(), amount })),
        total: amount,
        validUntil: day,
        note: z.string().nullable(),
        isOrder: z.boolean().meta({ description: 'Whether accepting it places an order' }),
        order: orderInput.nullable().meta({ description: 'The order that accepting it places' }),
        answeredAt: instant,
        answeredBy: actor.nullable().meta({ description: 'Null: not shown to who asked' }),
        expiresAt: instant.meta({ description: 'From then on it cannot be accepted' }),
      })
      .nullable()
      .meta({ description: 'Null: the partner team has not answered' }),
    endedAt: instant.nullable(),
    endedBy: actor.nullable().meta({ description: 'Null: not ended, or by the partner team' }),
    reason: z.string().nullable(),
    orderId: uuid.nullable().meta({ description: 'The order that its acceptance placed' }),
  })
  .meta({ id: 'Quote' });

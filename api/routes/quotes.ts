/** Service quotes, which bind nobody: a company asks, the partner team answers, and what an MSP accepts becomes an order. */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { viewsOf } from '../../db/parties/companyStore.js';
import { enqueueAnswered, enqueueAsked } from '../../db/quotes/quoteMails.js';
import {
  endQuote,
  findQuote,
  insertQuote,
  listQuotes,
  lockQuote,
  quotingProgramme,
  type Quote,
} from '../../db/quotes/quoteStore.js';
import type { View } from '../../domain/access/views.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { messageId } from '../../domain/messageId.js';
import { minorToDecimalString } from '../../domain/money.js';
import { QUOTE_STATES, quoteLineMinor, requireOpen } from '../../domain/quote.js';
import { readStored } from '../../domain/readStored.js';
import { tellQuoteEnded } from '../../starts/quote.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { isPartnerTeam, senderOf, type Principal } from '../principal.js';
import { acceptOnce } from '../quotes/accept.js';
import { answerOnce } from '../quotes/answer.js';
import { requireFilters } from '../requireFilters.js';
import { fileReply, reply, route, type Context } from '../route.js';
import { cursorText, programmeCode, uuid } from '../schemas/common.js';
import { orderInput } from '../schemas/orders.js';
import { quoteAnswer, quoteEnd, quoteRequest, quoteWithdrawal, serviceQuote } from '../schemas/quotes.js';

const tags = ['Quotes'] as const;
const byId = z.strictObject({ id: uuid });

function answerJson(answer: NonNullable<Quote['answer']>, team: boolean): z.input<typeof serviceQuote>['answer'] {
  const { number, paper, currency, totalMinor, ordered, answeredAt, answeredBy, expiresAt } = answer;
  return {
    number,
    lines: paper.lines.map((line) => ({
      ...line,
      amount: { amount: minorToDecimalString(quoteLineMinor(line, currency), currency), currency },
    })),
    total: { amount: minorToDecimalString(totalMinor, currency), currency },
    ...{ validUntil: paper.validUntil, note: paper.note, isOrder: ordered !== null },
    order: ordered === null ? null : readStored(orderInput, ordered, `The order of quote ${number}`),
    ...{ answeredAt, answeredBy: team ? answeredBy : null, expiresAt },
  };
}

function toJson(principal: Principal): (quote: Quote) => z.input<typeof serviceQuote> {
  const team = isPartnerTeam(principal);
  // Who acts for the partner team is between its people.
  return ({ answer, askedByTeam, ...quote }) => ({
    ...quote,
    askedBy: askedByTeam && !team ? null : quote.askedBy,
    endedBy: quote.state === 'withdrawn' && !team ? null : quote.endedBy,
    answer: answer && answerJson(answer, team),
  });
}

async function requireQuote(trx: Trx, id: string): Promise<Quote> {
  const found = await findQuote(trx, id);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such quote.');
  return found;
}

/** For whom a quote is asked: the sender's company, or one that the partner team names, as the MSP that it may be. */
async function askingFor(
  trx: Trx,
  principal: Principal,
  named: string | undefined,
): Promise<{ companyId: string; view: View }> {
  const { companyId, view, tenants } = senderOf(principal);
  if (view !== 'vendor') {
    if (named !== undefined && named !== companyId) {
      throw fieldError('VALIDATION_FAILED', '/companyId', 'You ask for your own company: leave it out.');
    }
    // An MSP's quotes are not seen by who is limited to some of its tenants.
    if (view === 'service_provider' && tenants !== null) {
      throw new KontorError(
        'FORBIDDEN',
        'Your access is limited to named tenants: ask who administers all of the company.',
      );
    }
    return { companyId, view };
  }
  if (named === undefined)
    throw fieldError('VALIDATION_FAILED', '/companyId', 'Say for whom: the partner team asks itself nothing.');
  const views = (await viewsOf(trx, named)).filter((one) => one !== 'vendor' && one !== 'partner');
  const first = views.find((one) => one === 'service_provider') ?? views[0];
  if (first === undefined)
    throw fieldError('NOT_FOUND', '/companyId', 'There is no such company that may ask for a quote.');
  return { companyId: named, view: first };
}

type Ending = Context<z.output<typeof byId>, unknown, unknown>;

/** Ends a quote that the sender sees; its workflow is told, and ends with the quote's last day where that does not get through. */
async function end(context: Ending, ending: (trx: Trx) => Promise<void>): Promise<z.input<typeof serviceQuote>> {
  const { deps, params, principal, transaction } = context;
  await transaction((trx) => requireQuote(trx, params.id));
  const ended = await deps.db.transaction(ALL, async (trx) => {
    await ending(trx);
    return requireQuote(trx, params.id);
  });
  if (ended.orderId !== null) deps.starts.kept();
  if (ended.answer !== null) tellQuoteEnded(deps, { quoteId: ended.id, state: ended.state });
  return toJson(principal)(ended);
}

/** Throws FORBIDDEN for the partner team: it neither takes nor refuses in another company's name. */
function requireOwnName(principal: Principal): void {
  if (!isPartnerTeam(principal)) return;
  throw new KontorError('FORBIDDEN', 'The company that asked accepts or declines it; withdraw it instead.');
}

/** Without an order: declined by who asked, withdrawn by the partner team. */
function endAs(context: Ending, state: 'declined' | 'withdrawn', reason: string | null) {
  const { params, actor, receivedAt: at } = context;
  return end(context, async (trx) => {
    const quote = await lockQuote(trx, params.id);
    if (quote === undefined) throw new KontorError('NOT_FOUND', 'There is no such quote.');
    requireOpen(quote.state);
    await endQuote(trx, quote.id, { state, at, by: actor, reason, orderId: null });
    appendAudit(trx, {
      ...{ at, actor, action: `quote.${state}`, subject: `quote:${quote.id}`, reason },
      ...{ before: { state: quote.state }, after: { state } },
    });
  });
}

const shown = { 200: { description: 'The quote', schema: serviceQuote } };

export const quoteRoutes = [
  route({
    method: 'post',
    path: '/v1/quotes',
    summary: 'Ask for a service quote that binds nobody',
    description: 'For a product of a programme. The partner team answers with lines and a last day, or withdraws it.',
    tags,
    action: 'quotes.request',
    body: quoteRequest,
    responses: { 201: { description: 'It is kept, and the partner team sees it', schema: serviceQuote } },
    handler: async ({ deps, body, principal, actor, receivedAt, requestId: id, transaction }) => {
      const { companyId: named, years = null, ...wanted } = body;
      const whose = await transaction((trx) => askingFor(trx, principal, named));
      const kept = await deps.db.transaction(ALL, async (trx) => {
        const known = await findQuote(trx, id);
        if (known !== undefined) return known;
        const programme = await quotingProgramme(trx, body.programme);
        if (programme === undefined) {
          throw fieldError('NOT_FOUND', '/programme', 'There is no programme of that code.');
        }
        const asked = { askedAt: receivedAt, askedBy: actor, askedByTeam: isPartnerTeam(principal) };
        await insertQuote(trx, { id, ...wanted, ...whose, years, ...asked });
        appendAudit(trx, {
          ...{ at: receivedAt, actor, action: 'quote.requested', subject: `quote:${id}` },
          after: { ...wanted, ...whose, years },
        });
        const quote = await requireQuote(trx, id);
        await enqueueAsked(trx, quote, programme, receivedAt);
        return quote;
      });
      deps.mails.shortly(messageId('quote-asked', id));
      return reply(201, toJson(principal)(kept));
    },
  }),
  route({
    method: 'get',
    path: '/v1/quotes',
    summary: 'List service quotes, the latest first',
    description: 'The partner team sees all, everybody else those of the company for which she acts.',
    tags,
    action: 'quotes.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      programme: programmeCode.optional(),
      companyId: uuid.optional(),
      state: z.enum(QUOTE_STATES).optional(),
    }),
    responses: { 200: { description: 'A page of quotes', schema: pageOf(serviceQuote) } },
    handler: async ({ query: { limit, after, ...filter }, principal, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorText, uuid]));
      const found = await transaction(async (trx) => {
        const quotes = await listQuotes(trx, { ...filter, limit: limit + 1, after: cursor });
        if (quotes.length === 0) await requireFilters(trx, { companyId: filter.companyId });
        return quotes;
      });
      return reply(
        200,
        toPage(found, limit, ({ askedAt, id }) => [askedAt.toISOString(), id], toJson(principal)),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/quotes/{id}',
    summary: 'Show a service quote',
    tags,
    action: 'quotes.read',
    params: byId,
    responses: shown,
    handler: async ({ params: { id }, principal, transaction }) =>
      reply(200, toJson(principal)(await transaction((trx) => requireQuote(trx, id)))),
  }),
  route({
    method: 'get',
    path: '/v1/quotes/{id}/pdf',
    summary: 'Download an answered service quote as PDF',
    description:
      'In the language of the company that asked. Equal facts give equal bytes. NOT_FOUND until it is answered.',
    tags,
    action: 'quotes.read',
    params: byId,
    responses: { 200: { description: 'The quote', file: 'application/pdf' } },
    handler: async ({ deps, params: { id }, transaction }) => {
      const { answer } = await transaction((trx) => requireQuote(trx, id));
      if (answer === null) throw new KontorError('NOT_FOUND', 'This quote has no answer yet.');
      const { bytes, sha256 } = await deps.render.renderQuote(answer.paper);
      const named = { contentType: 'application/pdf', filename: `${answer.number}.pdf`, sha256 };
      return fileReply(200, { file: Buffer.from(bytes), ...named });
    },
  }),
  route({
    method: 'post',
    path: '/v1/quotes/{id}/answer',
    summary: 'Answer a service quote, once',
    description:
      'In the currency of the price list by which the company pays. With `order`, which MSPs alone place, the lines come to its ' +
      'price of today (PRICE_NOT_CONFIRMED). It gets a number, and ends with its last day.',
    tags,
    action: 'quotes.answer',
    params: byId,
    body: quoteAnswer,
    responses: shown,
    handler: async ({ deps, params: { id }, body, principal, actor, receivedAt: at }) => {
      const answered = await deps.db.transaction(ALL, async (trx) => {
        await answerOnce(trx, id, body, { actor, at });
        const quote = await requireQuote(trx, id);
        await enqueueAnswered(trx, quote, { reminder: false, at });
        return quote;
      });
      deps.mails.shortly(messageId('quote-answered', id));
      deps.starts.kept();
      return reply(200, toJson(principal)(answered));
    },
  }),
  route({
    method: 'post',
    path: '/v1/quotes/{id}/accept',
    summary: 'Accept a service quote, once',
    description:
      'Where an order stands behind it (`isOrder`), that is placed at the price of the quote, by somebody who may order; ' +
      'PRICE_NOT_CONFIRMED where it costs something else by now. Any other is settled with the partner team.',
    tags,
    action: 'quotes.request',
    params: byId,
    responses: shown,
    handler: async (context) => {
      const { params, principal, actor, receivedAt: at } = context;
      requireOwnName(principal);
      const accepting = { sender: senderOf(principal), actor, at };
      return reply(200, await end(context, (trx) => acceptOnce(trx, params.id, accepting)));
    },
  }),
  route({
    method: 'post',
    path: '/v1/quotes/{id}/decline',
    summary: 'Decline a service quote, or take back that one was asked for',
    tags,
    action: 'quotes.request',
    params: byId,
    body: quoteEnd,
    responses: shown,
    handler: async (context) => {
      requireOwnName(context.principal);
      return reply(200, await endAs(context, 'declined', context.body.reason ?? null));
    },
  }),
  route({
    method: 'post',
    path: '/v1/quotes/{id}/withdraw',
    summary: 'Withdraw a service quote that has not ended, answered or not',
    tags,
    action: 'quotes.answer',
    params: byId,
    body: quoteWithdrawal,
    responses: shown,
    handler: async (context) => reply(200, await endAs(context, 'withdrawn', context.body.reason)),
  }),
];

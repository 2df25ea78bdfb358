import type { Actor } from '../../domain/access/actor.js';
import type { View } from '../../domain/access/views.js';
import { quotePaper, type QuotePaper, type QuoteState } from '../../domain/quote.js';
import { readStored } from '../../domain/readStored.js';
import { rows, type Trx } from '../connect.js';

/** What a company asked for. */
export interface AskedQuote {
  id: string;
  programme: string;
  companyId: string;
  /** In which view of the company. */
  view: View;
  product: string;
  wish: string;
  quantity: number;
  /** Of a term; null: none was asked for. */
  years: number | null;
  askedAt: Date;
  askedBy: Actor;
  /** By the partner team, for the company. */
  askedByTeam: boolean;
}

/** What the partner team answered. */
export interface QuoteAnswer {
  number: string;
  paper: QuotePaper;
  currency: string;
  totalMinor: bigint;
  /** The order that an acceptance places, as the API takes it; null: none. */
  ordered: unknown;
  answeredAt: Date;
  answeredBy: Actor;
  remindAt: Date;
  expiresAt: Date;
}

export interface Quote extends AskedQuote {
  companyName: string;
  state: QuoteState;
  answer: QuoteAnswer | null;
  endedAt: Date | null;
  endedBy: Actor | null;
  reason: string | null;
  orderId: string | null;
}

type Row = Omit<Quote, 'answer'> & {
  number: string | null;
  paper: unknown;
  currency: string | null;
  totalMinor: string | null;
  ordered: unknown;
  answeredAt: Date | null;
  answeredBy: Actor | null;
  remindAt: Date | null;
  expiresAt: Date | null;
};

const SELECTED = `q.id, q.programme_code as programme, q.company_id as "companyId", c.name as "companyName", q.view, q.product,
  q.wish, q.quantity, q.years, q.asked_at as "askedAt", q.asked_by as "askedBy",
  q.asked_by_team as "askedByTeam", q.state, q.number, q.paper, q.currency,
  q.total_minor as "totalMinor", q.ordered, q.answered_at as "answeredAt", q.answered_by as "answeredBy",
  q.remind_at as "remindAt", q.expires_at as "expiresAt", q.ended_at as "endedAt", q.ended_by as "endedBy", q.reason,
  q.order_id as "orderId"`;

function toQuote(row: Row): Quote {
  const { number, paper, currency, totalMinor, ordered, answeredAt, answeredBy, remindAt, expiresAt, ...rest } = row;
  if (number === null || currency === null || totalMinor === null) return { ...rest, answer: null };
  if (answeredAt === null || answeredBy === null || remindAt === null || expiresAt === null)
    return { ...rest, answer: null };
  const read = readStored(quotePaper, paper, `Quote ${number}`);
  const answered = { number, paper: read, currency, totalMinor: BigInt(totalMinor), ordered };
  return { ...rest, answer: { ...answered, answeredAt, answeredBy, remindAt, expiresAt } };
}

/** Keeps what is asked; one of that id stays as it is. */
export async function insertQuote(trx: Trx, asked: AskedQuote): Promise<void> {
  await rows(
    trx,
    `insert into quote (id, programme_code, company_id, view, product, wish, quantity, years, asked_at, asked_by, asked_by_team,
       state)
     values (:id, :programme, :companyId, :view, :product, :wish, :quantity, :years, :askedAt, :askedBy, :askedByTeam,
       'requested')
     on conflict (id) do nothing`,
    { ...asked, askedBy: JSON.stringify(asked.askedBy) },
  );
}

export interface QuoteFilter {
  id?: string | undefined;
  programme?: string | undefined;
  companyId?: string | undefined;
  state?: QuoteState | undefined;
  limit: number;
  after?: [askedAt: string, id: string] | undefined;
}

/** Quotes that the reader sees, the latest first, by any of the filters; those after the cursor. */
export async function listQuotes(trx: Trx, filter: QuoteFilter): Promise<Quote[]> {
  const [afterAt, afterId] = filter.after ?? [null, null];
  const found = await rows<Row>(
    trx,
    `select ${SELECTED} from quote q join company c on c.id = q.company_id
     where (:id::uuid is null or q.id = :id::uuid) and (:programme::text is null or q.programme_code = :programme)
       and (:companyId::uuid is null or q.company_id = :companyId::uuid) and (:state::text is null or q.state = :state)
       and (:afterId::uuid is null or (q.asked_at, q.id) < (:afterAt::timestamptz, :afterId::uuid))
     order by q.asked_at desc, q.id desc limit :limit`,
    {
      id: filter.id ?? null,
      programme: filter.programme ?? null,
      companyId: filter.companyId ?? null,
      state: filter.state ?? null,
      ...{ afterAt, afterId },
      limit: filter.limit,
    },
  );
  return found.map(toQuote);
}

export async function findQuote(trx: Trx, id: string): Promise<Quote | undefined> {
  return (await listQuotes(trx, { id, limit: 1 }))[0];
}

/** The same, locked until the transaction ends. */
export async function lockQuote(trx: Trx, id: string): Promise<Quote | undefined> {
  await rows(trx, 'select id from quote where id = :id for update', { id });
  return findQuote(trx, id);
}

/** Who of the partner team answered the quote that an order came from; none: it came from no quote. */
export async function answerersOf(trx: Trx, order: { mspId: string; orderId: string }): Promise<Actor[]> {
  const found = await rows<{ answeredBy: Actor }>(
    trx,
    `select answered_by as "answeredBy" from quote where company_id = :mspId and order_id = :orderId and answered_by is not null`,
    { ...order },
  );
  return found.map(({ answeredBy }) => answeredBy);
}

/** The next number of the programme's series of that year. The counter's row is locked until the transaction ends. */
export async function nextQuoteNumber(trx: Trx, programme: string, year: number): Promise<string> {
  const [next] = await rows<{ last: number }>(
    trx,
    `insert into quote_number (programme_code, year, last) values (:programme, :year, 1)
     on conflict (programme_code, year) do update set last = quote_number.last + 1 returning last`,
    { programme, year },
  );
  return `${programme}-${year}-Q${String(next?.last ?? 0).padStart(6, '0')}`.toUpperCase();
}

/** What a duplicate asked for is the company's that it was merged into; of an order that it led to, the quote stays where that is. */
export async function takeQuotes(trx: Trx, { merged, into }: { merged: string; into: string }): Promise<void> {
  await rows(trx, 'update quote set company_id = :into where company_id = :merged and order_id is null', {
    merged,
    into,
  });
}

/** Answers a quote that is locked and has no answer yet. */
export async function answerQuote(trx: Trx, id: string, answer: QuoteAnswer): Promise<void> {
  await rows(
    trx,
    `update quote set state = 'answered', number = :number, paper = :paper, currency = :currency, total_minor = :totalMinor,
       ordered = :ordered, answered_at = :answeredAt, answered_by = :answeredBy, remind_at = :remindAt, expires_at = :expiresAt
     where id = :id and state = 'requested'`,
    {
      ...{ id, ...answer, totalMinor: answer.totalMinor.toString(), paper: JSON.stringify(answer.paper) },
      ordered: answer.ordered === null ? null : JSON.stringify(answer.ordered),
      answeredBy: JSON.stringify(answer.answeredBy),
    },
  );
}

/** Ends a quote that is locked and has not ended. */
export async function endQuote(
  trx: Trx,
  id: string,
  end: { state: QuoteState; at: Date; by: Actor; reason: string | null; orderId: string | null },
): Promise<void> {
  await rows(
    trx,
    `update quote set state = :state, ended_at = :at, ended_by = :by, reason = :reason, order_id = :orderId
     where id = :id and ended_at is null`,
    { id, ...end, by: JSON.stringify(end.by) },
  );
}

/** A quote that was answered, and of which nobody knows yet that its workflow runs. */
export interface UnstartedQuote {
  programme: string;
  quoteId: string;
  remindAt: Date;
  expiresAt: Date;
}

/** The oldest first. One that has ended meanwhile needs none. */
export function unstartedQuotes(trx: Trx, limit: number): Promise<UnstartedQuote[]> {
  return rows<UnstartedQuote>(
    trx,
    `select programme_code as programme, id as "quoteId", remind_at as "remindAt", expires_at as "expiresAt" from quote
     where state = 'answered' and workflow_started_at is null order by answered_at limit :limit`,
    { limit },
  );
}

/** Keeps that the workflow of this quote runs, or ran. */
export async function markQuoteStarted(
  trx: Trx,
  { quoteId, at }: Pick<UnstartedQuote, 'quoteId'> & { at: Date },
): Promise<void> {
  await rows(trx, 'update quote set workflow_started_at = :at where id = :quoteId', { quoteId, at });
}

/** For whom a quote is written, as its paper names it; undefined: there is no such company, or it has ended. */
export interface QuotedCompany {
  name: string;
  registrationNumber: string | null;
  address: string[];
  country: string | null;
  locale: string;
  zone: string;
}

export async function quotedCompany(trx: Trx, companyId: string): Promise<QuotedCompany | undefined> {
  const [found] = await rows<QuotedCompany>(
    trx,
    `select name, registration_number as "registrationNumber", address, country, locale,
       coalesce(kontor_zone(id), 'UTC') as zone
     from company where id = :companyId and state <> 'ended'`,
    { companyId },
  );
  return found;
}

/** Who writes quotes of a programme, and where its partner team reads its mail; undefined: there is no such programme. */
export interface QuotingProgramme {
  name: string;
  vendor: unknown;
  baseCurrency: string;
  partnerTeamEmail: string;
  partnerTeamLocale: string;
}

export async function quotingProgramme(trx: Trx, programme: string): Promise<QuotingProgramme | undefined> {
  const [found] = await rows<QuotingProgramme>(
    trx,
    `select g.name, g.vendor, g.base_currency as "baseCurrency",
       coalesce(v.settings ->> 'partnerTeamEmail', g.vendor ->> 'email') as "partnerTeamEmail",
       coalesce(v.settings ->> 'partnerTeamLocale', 'en') as "partnerTeamLocale"
     from programme g cross join lateral kontor_settings(g.code) v where g.code = :programme`,
    { programme },
  );
  return found;
}

import { checkCorrection } from './correctionLine.js';
import { ask, problemsOf, type VerifyContext } from './context.js';
import { correctionDocumentProblems } from './documents.js';
import { canonical } from './evaluate/canonical.js';
import { sha256 } from './evaluate/sha256.js';
import { quantityProblems } from './quantitiesByHand.js';
import type { StoredLine } from './statementBatches.js';

/** A workflow chooses the instant of what it does before it does it: of two that meet, each may have seen the other. */
const MEETING = `interval '1 minute'`;

const CREDIT_GAPS = `
  select format('%s %s: credit %s has place %s', n.code, n.year, n.number, n.place) as problem
  from (
    select c.number, c.sequence, c.year, d.code,
      row_number() over (partition by c.distributor_id, c.year order by c.sequence) as place
    from credit c join distributor d on d.id = c.distributor_id where c.programme_code = :programme
  ) n
  where n.sequence <> n.place order by n.code, n.year, n.place`;

const CREDIT_NUMBERS = `
  select format('credit %s should be called %s', number, name) as problem
  from (
    select c.number, c.year, c.credit_date,
      upper(c.programme_code || '-' || d.code || '-' || c.year || '-C' || lpad(c.sequence::text, 6, '0')) as name
    from credit c join distributor d on d.id = c.distributor_id where c.programme_code = :programme
  ) named
  where number <> name or year <> extract(year from credit_date) order by 1`;

const CREDIT_COUNTERS = `
  select format('%s %s: the counter of credits stands at %s, the last number is %s', d.code, coalesce(n.year, c.year),
    coalesce(n.last::text, 'nothing'), coalesce(c.last::text, 'none')) as problem
  from (select * from credit_number where programme_code = :programme) n
  full join (
    select distributor_id, year, max(sequence) as last from credit where programme_code = :programme group by 1, 2
  ) c on c.distributor_id = n.distributor_id and c.year = n.year
  join distributor d on d.id = coalesce(n.distributor_id, c.distributor_id)
  where n.last is distinct from c.last order by 1`;

/** I1 of credits: numbers of a distributor and year are 1, 2, 3, … */
export function creditNumberProblems(context: VerifyContext): Promise<string[]> {
  return problemsOf(context, [CREDIT_GAPS, CREDIT_NUMBERS, CREDIT_COUNTERS]);
}

const OF_MONTH = `c.programme_code = :programme and (:period::text is null or c.period = :period)`;

/** Two people, and a state that fits. */
const TWO_PEOPLE = `
  select format('correction %s of %s was not confirmed by a second person', c.id, s.number) as problem
  from correction c join statement s on s.id = c.statement_id
  where ${OF_MONTH} and c.state = 'confirmed' and (c.asked_by ->> 'kind' <> 'person' or c.decided_by ->> 'kind' <> 'person'
    or c.asked_by ->> 'id' = c.decided_by ->> 'id') order by 1`;

/** What is booked is what was confirmed: by a line or a credit, whose amount is that of the plan. */
const BOOKED_AS_CONFIRMED = `
  select format('%s: line %s is not what was confirmed', b.number, l.line_no) as problem
  from statement_line l join statement b on b.id = l.statement_id join correction c on c.id = l.correction_id
  where ${OF_MONTH} and (c.state <> 'confirmed' or c.booking <> 'next_statement' or l.msp_id <> c.msp_id
    or l.programme_code <> c.programme_code or b.period <= c.period
    or l.content - array['lineNo', 'amountMinor', 'exchange'] <> (c.plan -> 'line') - 'exchange')
  union all
  select format('credit %s is not what was confirmed', r.number)
  from credit r join correction c on c.id = r.correction_id
  where ${OF_MONTH} and (c.state <> 'confirmed' or c.booking <> 'credit' or r.msp_id <> c.msp_id
    or r.statement_id <> c.statement_id or r.total_minor <> c.amount_minor or r.currency <> c.currency
    or (r.content -> 'lines' -> 0) - array['lineNo', 'amountMinor', 'exchange'] <> (c.plan -> 'line') - 'exchange')
  union all
  select format('correction %s of %s: its amount is not that of its plan', c.id, s.number)
  from correction c join statement s on s.id = c.statement_id
  where ${OF_MONTH} and c.amount_minor <> coalesce(
    (c.plan -> 'line' ->> 'ratedMinor')::bigint - (c.plan -> 'line' ->> 'billedMinor')::bigint, 0)
  order by 1`;

/** Every confirmed correction has its document, or its line in the first statement that was issued after it. */
const BOOKED_ONCE = `
  select format('correction %s of %s was confirmed and is in no %s', c.id, s.number, c.booking) as problem
  from correction c join statement s on s.id = c.statement_id
  where ${OF_MONTH} and c.state = 'confirmed' and case c.booking
    when 'credit' then not exists (select from credit r where r.correction_id = c.id)
    when 'revision' then not exists (select from statement_revision r where r.correction_id = c.id)
    else not exists (select from statement_line l where l.correction_id = c.id) and exists (
      select from statement n where n.msp_id = c.msp_id and n.programme_code = c.programme_code and n.period > c.period
        and n.issued_at > c.decided_at + ${MEETING}) end
  order by 1`;

/**
 * What a correction says was billed before, from the lines of then: the line or statement, what the rules corrected of it, and
 * what was corrected by hand (of a quantity: by other quantities alone). And no more was taken off than that.
 */
const BILLED_BEFORE = `
  select format('correction %s of %s says that %s minor units were billed; by the lines of then it were %s', c.id, s.number,
    c.plan -> 'line' ->> 'billedMinor', b.surely) as problem
  from correction c join statement s on s.id = c.statement_id
  left join statement_line o on o.msp_id = c.msp_id and o.statement_id = c.statement_id and o.line_no = c.line_no
  cross join lateral (
    select coalesce(sum(x.minor) filter (where x.at <= c.decided_at - ${MEETING}), 0) as surely,
      coalesce(sum(x.minor) filter (where x.at <= c.decided_at + ${MEETING}), 0) as perhaps
    from (
      select l.amount_minor as minor, s.issued_at as at from statement_line l
      where l.msp_id = c.msp_id and l.statement_id = c.statement_id and l.kind in ('usage', 'minimum', 'term', 'extension')
        and (c.line_no is null or l.line_no = c.line_no)
      union all
      select (l.content ->> 'ratedMinor')::bigint - (l.content ->> 'billedMinor')::bigint
        + coalesce((l.content ->> 'withheldMinor')::bigint, 0), n.issued_at
      from statement_line l join statement n on n.msp_id = l.msp_id and n.id = l.statement_id
      where l.msp_id = c.msp_id and l.programme_code = c.programme_code and l.for_period = c.period
        and l.kind in ('correction', 'minimum_correction')
        and (c.line_no is null or o.kind = 'minimum' and l.kind = 'minimum_correction' or o.kind = 'usage'
          and l.kind = 'correction' and l.site_id = o.site_id and l.meter = o.meter
          and l.tenant_ref is not distinct from o.tenant_ref)
      union all
      -- One of a statement waits at a time: what was asked for before was decided before.
      select h.amount_minor, s.issued_at from correction h
      where h.statement_id = c.statement_id and h.state = 'confirmed' and h.id <> c.id and h.asked_at < c.asked_at
        and (c.line_no is null or h.line_no = c.line_no) and (c.change <> 'quantity' or h.change = 'quantity')
    ) x
  ) b
  where ${OF_MONTH} and c.state = 'confirmed' and c.change <> 'reissue'
    and (c.plan -> 'line' ->> 'billedMinor')::bigint not in (b.surely, b.perhaps)
  order by 1`;

/** What people waived, or counted by hand, the rules correct no more. */
const STANDS = `
  select format('%s: line %s corrects what people had settled by hand (correction %s)', n.number, l.line_no, c.id) as problem
  from correction c
  join statement_line l on l.msp_id = c.msp_id and l.programme_code = c.programme_code and l.for_period = c.period
    and l.kind in ('correction', 'minimum_correction')
  join statement n on n.msp_id = l.msp_id and n.id = l.statement_id
  left join statement_line o on o.msp_id = c.msp_id and o.statement_id = c.statement_id and o.line_no = c.line_no
  where ${OF_MONTH} and c.state = 'confirmed' and c.change in ('waiver', 'quantity')
    and n.issued_at > c.decided_at + ${MEETING}
    and (c.line_no is null or o.kind = 'minimum' and l.kind = 'minimum_correction' or o.kind = 'usage'
      and l.kind = 'correction' and l.site_id = o.site_id and l.meter = o.meter
      and l.tenant_ref is not distinct from o.tenant_ref)
  order by 1`;

const NEVER_MORE = `
  select format('correction %s of %s takes off more than was billed', c.id, s.number) as problem
  from correction c join statement s on s.id = c.statement_id
  where ${OF_MONTH} and c.state = 'confirmed' and c.amount_minor < 0 and (c.plan -> 'line' ->> 'ratedMinor')::bigint < 0
  order by 1`;

const MAILED = `
  select format('credit %s has %s mails instead of 2', r.number, count(o.id)) as problem
  from credit r join correction c on c.id = r.correction_id
  left join outbox o on o.correction_id = c.id and o.kind = 'creditIssued' and o.message_id not like '%.copy-%'
  where ${OF_MONTH} group by r.number having count(o.id) <> 2 order by 1`;

/** I2 of corrections by hand: confirmed by two people, priced as the list says, booked once as confirmed, and within what was billed. */
export async function byHandProblems(context: VerifyContext): Promise<string[]> {
  const queries = [TWO_PEOPLE, BOOKED_AS_CONFIRMED, BOOKED_ONCE, BILLED_BEFORE, STANDS, NEVER_MORE, MAILED];
  return [...(await problemsOf(context, queries)), ...(await quantityProblems(context, MEETING))];
}

const CREDIT_COLUMNS = `
  select format('credit %s: its columns say something else than its content', number) as problem from credit c
  where ${OF_MONTH} and (content ->> 'number' <> number or content ->> 'period' <> period
    or content ->> 'creditDate' <> credit_date::text or content ->> 'currency' <> currency
    or (content ->> 'totalMinor')::bigint <> total_minor or (content ->> 'templateVersion')::int <> template_version)
  order by 1`;

interface Link {
  counter: string;
  number: string;
  isOfPeriod: boolean;
  stored: { currency: string; lines: StoredLine[] };
  content: Buffer;
  previous: Buffer;
  chain: Buffer;
  end: Buffer | null;
}

/** The chain of each distributor and year, from its first credit to the counter; contents and documents. */
async function creditProblems(context: VerifyContext): Promise<string[]> {
  const links = await ask<Link>(
    context,
    `select d.code || ' ' || c.year as counter, c.number, (:period::text is null or c.period = :period) as "isOfPeriod",
       c.content as stored, c.content_hash as content, c.previous_hash as previous, c.chain_hash as chain, n.chain_hash as "end"
     from credit c join distributor d on d.id = c.distributor_id
     left join credit_number n on n.programme_code = c.programme_code and n.distributor_id = c.distributor_id
       and n.year = c.year
     where c.programme_code = :programme order by d.code, c.year, c.sequence`,
  );
  const problems: string[] = [];
  let previous: Buffer = Buffer.alloc(0);
  for (const [index, link] of links.entries()) {
    const say = (problem: string) => problems.push(`credit ${link.number}: ${problem}`);
    if (links[index - 1]?.counter !== link.counter) previous = Buffer.alloc(0);
    if (!link.previous.equals(previous)) say('the chain of hashes is broken before it');
    if (!link.chain.equals(sha256(link.previous, link.content))) say('its chain hash is wrong');
    if (links[index + 1]?.counter !== link.counter && link.end?.equals(link.chain) !== true) {
      say('the chain does not end where the counter says');
    }
    previous = link.chain;
    if (!link.isOfPeriod) continue;
    if (!sha256(canonical(link.stored)).equals(link.content)) say('its content was changed');
    for (const line of link.stored.lines) checkCorrection(line, line.rate, link.stored.currency, say);
  }
  return problems;
}

interface Revision {
  name: string;
  head: object;
  lines: StoredLine[];
  content: Buffer;
  previous: Buffer;
  chain: Buffer;
  before: Buffer | null;
}

/** Each revision after the one before it, from the statement on; contents and documents. */
async function revisionProblems(context: VerifyContext): Promise<string[]> {
  const revisions = await ask<Revision>(
    context,
    `select s.number || ', revision ' || r.revision as name, r.content as head,
       (select coalesce(jsonb_agg(l.content order by l.line_no), '[]') from statement_line l
         where l.msp_id = s.msp_id and l.statement_id = s.id) as lines,
       r.content_hash as content, r.previous_hash as previous, r.chain_hash as chain,
       case when r.revision = 2 then s.content_hash else (select b.content_hash from statement_revision b
         where b.statement_id = r.statement_id and b.revision = r.revision - 1) end as before
     from statement_revision r join statement s on s.msp_id = r.msp_id and s.id = r.statement_id
     where s.programme_code = :programme and (:period::text is null or s.period = :period) order by s.number, r.revision`,
  );
  const problems: string[] = [];
  for (const { name, head, lines, content, previous, chain, before } of revisions) {
    const say = (problem: string) => problems.push(`${name}: ${problem}`);
    if (before?.equals(previous) !== true) say('it does not follow the revision before it');
    if (!chain.equals(sha256(previous, content))) say('its chain hash is wrong');
    if (!sha256(canonical({ ...head, lines })).equals(content)) say('its content was changed');
  }
  return problems;
}

/** I5 of credits and revisions: hashes, chains, columns, documents. */
export async function frozenByHandProblems(context: VerifyContext): Promise<string[]> {
  return [
    ...(await creditProblems(context)),
    ...(await revisionProblems(context)),
    ...(await problemsOf(context, [CREDIT_COLUMNS])),
    ...(await correctionDocumentProblems(context)),
  ];
}

/** Of I8: what a worker would still do for corrections. */
export const UNRENDERED_CORRECTIONS = `
  select format('the document of correction %s would be rendered now', c.id) as problem from correction c
  where ${OF_MONTH} and c.state = 'confirmed' and c.booking in ('credit', 'revision')
    and not exists (select from correction_document e where e.correction_id = c.id) order by 1`;

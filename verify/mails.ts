import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { ask, problemsOf, type Checker, type VerifyContext } from './context.js';
import { exact, inWords, rounded } from './evaluate/exact.js';
import { keptFrom } from './kept.js';

const SENT_TWICE = `
  select format('%s was accepted %s times', message_id, count(*)) as problem from outbox
  where state = 'sent' and (:period::text is null or period = :period)
  group by message_id having count(*) > 1 order by 1`;

const SAME_IDENTITY = `
  select format('%s stands in the outbox %s times', message_id, count(*)) as problem from outbox
  where :period::text is null or period = :period
  group by message_id having count(*) > 1 and count(*) filter (where state = 'sent') < 2 order by 1`;

/** Mails of the programme, or those of none. */
const OF_PROGRAMME = `programme_code is not distinct from :programme::text`;

/**
 * By the database's clock, which decides when mails are sent. What became due after the month was sealed, or belongs to none
 * (a person sends one again, a reminder), is sent within minutes, and not overdue before.
 */
const NOT_SENT_BY_NOW = `
  select case state when 'sending' then format('%s is being sent since %s', message_id, claimed_at)
    else format('%s is due since %s and was not sent', message_id, not_before) end as problem
  from outbox o
  where ${OF_PROGRAMME} and (state = 'sending' or state = 'pending' and not_before <= now()
      and (not_before < now() - interval '10 minutes' or exists (select from billing_run r
        where r.programme_code = o.programme_code and r.period = o.period and r.sealed_at >= o.not_before)))
    and (:period::text is null or period = :period)
    -- One for a company without any confirmed address waits for it.
    and (o.to_company is null or exists (
      select from company_contact k where k.company_id = o.to_company and k.purpose in (o.purpose, 'statements')
        and k.confirmed_at is not null and k.ended_at is null))
  order by id`;

const SENT_WITHOUT_INSTANT = `
  select format('%s is called sent and nobody knows when', message_id) as problem from outbox
  where ${OF_PROGRAMME} and state = 'sent' and sent_at is null and (:period::text is null or period = :period) order by id`;

const STATEMENT_WITHOUT_MAIL = `
  select format('nobody mails statement %s', s.number) as problem from statement s
  where s.programme_code = :programme and (:period::text is null or s.period = :period) and s.period >= ${keptFrom('mails')}
    and not exists (
    select from outbox o where o.statement_id = s.id and o.kind = 'statementIssued')
  order by 1`;

const PACK_WITHOUT_MAIL = `
  select format('nobody mails billing pack %s of %s, supplement %s', b.period, d.code, b.supplement) as problem
  from billing_pack b join distributor d on d.id = b.distributor_id
  where b.programme_code = :programme and (:period::text is null or b.period = :period) and b.period >= ${keptFrom('mails')}
    and not exists (
    select from outbox o where o.billing_pack_id = b.id and o.kind = 'billingPack')
  order by 1`;

interface DocumentMail {
  name: string;
  number: string;
  currency: string;
  totalMinor: string;
  said: { number?: string; total?: { amount?: string; currency?: string } };
}

/** What the mail of a statement or credit says is what that says, copies of the mail included. */
async function wrongNumbersAndTotals(context: VerifyContext): Promise<string[]> {
  const mails = await ask<DocumentMail>(
    context,
    `select o.message_id as name, s.number, s.currency, s.total_minor::text as "totalMinor", o.params as said
     from outbox o join statement s on s.id = o.statement_id
     where o.kind = 'statementIssued' and s.programme_code = :programme and (:period::text is null or s.period = :period)
     union all
     select o.message_id, c.number, c.currency, c.total_minor::text, o.params
     from outbox o join credit c on c.correction_id = o.correction_id
     where o.kind = 'creditIssued' and c.programme_code = :programme and (:period::text is null or c.period = :period)
     order by 1`,
  );
  return mails.flatMap(({ name, number, currency, totalMinor, said }) => {
    const { amount = '', currency: saidCurrency = '' } = said.total ?? {};
    const says = /^-?\d+(\.\d+)?$/.test(amount)
      ? inWords(rounded(exact(amount), saidCurrency), saidCurrency)
      : `${amount} ${saidCurrency}`;
    const isIts = inWords(BigInt(totalMinor), currency);
    return [
      ...(said.number === number ? [] : [`${name}: it says ${said.number ?? 'no number'}, and is about ${number}`]),
      ...(says === isIts ? [] : [`${name}: it says ${says}, ${number} comes to ${isIts}`]),
    ];
  });
}

const bare = (messageId: string) => messageId.trim().replace(/^<|>$/g, '');

/** Message-IDs of every mail the embedded inbox has accepted, in order of arrival. */
async function acceptedIds(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.eml')).sort();
  const ids: string[] = [];
  for (const name of names) {
    const raw = await readFile(join(folder, name));
    const end = raw.indexOf('\r\n\r\n');
    // The header block alone: attachments say nothing about identity.
    const { messageId } = await PostalMime.parse(end === -1 ? raw : raw.subarray(0, end + 4));
    ids.push(messageId === undefined ? '' : bare(messageId));
  }
  return ids;
}

async function inboxProblems(context: VerifyContext, folder: string): Promise<string[]> {
  const ids = await acceptedIds(folder);
  const problems: string[] = [];
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const [id, count] of counts) {
    if (id === '') problems.push(`${count} mails in the inbox have no Message-ID`);
    else if (count > 1) problems.push(`${id} is in the inbox ${count} times`);
  }
  const sent = await ask<{ messageId: string }>(
    context,
    `select message_id as "messageId" from outbox where state = 'sent' and (:period::text is null or period = :period)`,
  );
  for (const { messageId } of sent) {
    if (!counts.has(messageId)) problems.push(`${messageId} is called sent and is not in the inbox`);
  }
  return problems;
}

/**
 * I4: at rest no mail of the programme is under way or overdue (`uncertain` is an end: a person looks at it); every
 * statement and every billing pack has its mail, and what is mailed of statements and credits is theirs.
 */
export const checkMails: Checker = async (context) => [
  ...(await problemsOf(context, [SENT_WITHOUT_INSTANT, STATEMENT_WITHOUT_MAIL, PACK_WITHOUT_MAIL, NOT_SENT_BY_NOW])),
  ...(await wrongNumbersAndTotals(context)),
];

/**
 * I4 of all mails together: no Message-ID was accepted twice, whichever programme it is of; mails of no programme have
 * ended too. With the embedded inbox, what it holds counts, not what the outbox believes.
 */
export const checkMailIdentities: Checker = async (context) => {
  const { inboxDir } = context;
  const problems = await problemsOf(context, [SENT_TWICE, SAME_IDENTITY, SENT_WITHOUT_INSTANT, NOT_SENT_BY_NOW]);
  return inboxDir === null ? problems : [...problems, ...(await inboxProblems(context, inboxDir))];
};

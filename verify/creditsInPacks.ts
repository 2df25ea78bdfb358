import { ask, problemsOf, type VerifyContext } from './context.js';
import { exact, inWords, rounded } from './evaluate/exact.js';

/** A workflow chooses the instant of what it does before it does it: of two that meet, each may have seen the other. */
const MEETING = `interval '1 minute'`;

/**
 * A credit that had its document is in the next pack of its distributor. It has come by when that distributor got a pack, when a
 * later run made its packs, whoever took part in it, and when the last month of the programme is over.
 */
const LEFT_OUT = `
  select format('credit %s is in no billing pack, and its distributor''s next one is made', c.number) as problem
  from credit c join correction_document e on e.msp_id = c.msp_id and e.correction_id = c.correction_id
  join programme g on g.code = c.programme_code
  where c.programme_code = :programme and (:period::text is null or c.period = :period)
    and not exists (select from billing_pack_credit p where p.credit_id = c.id)
    and (exists (select from billing_pack b where b.programme_code = c.programme_code and b.distributor_id = c.distributor_id
        and b.made_at > e.rendered_at + ${MEETING})
      or exists (select from billing_run r where r.programme_code = c.programme_code and r.state = 'sealed'
        and coalesce((select min(b.made_at) from billing_pack b where b.programme_code = r.programme_code
          and b.period = r.period), r.sealed_at) > e.rendered_at + ${MEETING})
      or e.rendered_at < :now::timestamptz - interval '1 hour' and exists (select from billing_run r
        where r.programme_code = c.programme_code and r.state = 'sealed' and r.period >= g.last_period))
  order by 1`;

/** What a pack holds, by currency, against what its mail says. */
interface PackMail {
  name: string;
  said: { currency: string; amount: string }[];
  saidCredits: number;
  held: { currency: string; minor: string }[];
  credits: number;
}

async function wrongTotals(context: VerifyContext): Promise<string[]> {
  const packs = await ask<PackMail>(
    context,
    `select o.message_id as name, coalesce(o.params -> 'totals', '[]') as said,
       coalesce((o.params ->> 'credits')::int, 0) as "saidCredits", h.held,
       (select count(*) from billing_pack_credit p where p.billing_pack_id = b.id)::int as credits
     from outbox o join billing_pack b on b.id = o.billing_pack_id
     cross join lateral (
       select coalesce(jsonb_agg(jsonb_build_object('currency', t.currency, 'minor', t.minor) order by t.currency), '[]') as held
       from (
         select x.currency, sum(x.total_minor)::text as minor from (
           select s.currency, s.total_minor from billing_pack_statement p
             join statement s on s.msp_id = p.msp_id and s.id = p.statement_id where p.billing_pack_id = b.id
           union all
           select c.currency, c.total_minor from billing_pack_credit p join credit c on c.id = p.credit_id
             where p.billing_pack_id = b.id
         ) x group by 1
       ) t
     ) h
     where o.kind = 'billingPack' and b.programme_code = :programme and (:period::text is null or b.period = :period)
       -- Of one whose statements rule 15 removed nothing can be told.
       and jsonb_array_length(b.summary -> 'statements')
         = (select count(*) from billing_pack_statement p where p.billing_pack_id = b.id)
     order by o.id`,
  );
  return packs.flatMap(({ name, said, saidCredits, held, credits }) => {
    const words = (totals: readonly string[]) => totals.join(', ') || 'nothing';
    const says = words(said.map(({ currency, amount }) => inWords(rounded(exact(amount), currency), currency)));
    const holds = words(held.map(({ currency, minor }) => inWords(BigInt(minor), currency)));
    return [
      ...(says === holds ? [] : [`${name}: it says ${says}; statements and credits in it come to ${holds}`]),
      ...(saidCredits === credits ? [] : [`${name}: it says ${saidCredits} credits, and has ${credits}`]),
    ];
  });
}

/** I2 of credits: each is deducted once, in the next billing pack of the distributor that it names. */
export async function creditsInPacks(context: VerifyContext): Promise<string[]> {
  return [...(await problemsOf(context, [LEFT_OUT], { now: context.now })), ...(await wrongTotals(context))];
}

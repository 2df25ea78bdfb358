import { rows, type Trx } from '../connect.js';

/** What a distributor got for a period, without its files. */
export interface BillingPackSummary {
  id: string;
  distributorId: string;
  distributorCode: string;
  programme: string;
  period: string;
  /** 0 came with the run; higher ones carry what was settled later. */
  supplement: number;
  madeAt: Date;
  /** When its distributor said that it has it; null: it has not. */
  acknowledgedAt: Date | null;
  /** Whether a question about it waits for an answer. */
  questioned: boolean;
  /** SHA-256 of the summary's PDF in hex. */
  summarySha256: string;
  /** In the order of their numbers. Amounts are integer minor units as text. */
  statements: { id: string; number: string; mspId: string; currency: string; totalMinor: string }[];
  credits: BillingPackSummary['statements'];
}

/** Packs the sender may see, the latest period first; those after the cursor. */
export async function billingPackList(
  trx: Trx,
  filter: {
    id?: string | undefined;
    programme?: string | undefined;
    period?: string | undefined;
    distributorId?: string | undefined;
    limit: number;
    after?: [period: string, programme: string, distributorCode: string, supplement: number] | undefined;
  },
): Promise<BillingPackSummary[]> {
  const [afterPeriod, afterProgramme, afterCode, afterSupplement] = filter.after ?? [null, null, null, null];
  return rows<BillingPackSummary>(
    trx,
    `select p.id, p.distributor_id as "distributorId", d.code as "distributorCode",
       p.programme_code as programme, p.period, p.supplement,
       p.made_at as "madeAt", (select r.said_at from billing_pack_response r where r.billing_pack_id = p.id
         and r.kind = 'acknowledged') as "acknowledgedAt",
       exists (select from billing_pack_response r where r.billing_pack_id = p.id and r.kind = 'questioned'
         and r.answer is null) as questioned, encode(p.summary_sha256, 'hex') as "summarySha256",
       coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'number', s.number, 'mspId', s.msp_id,
           'currency', s.currency, 'totalMinor', s.total_minor::text) order by s.number)
         from billing_pack_statement b join statement s on s.msp_id = b.msp_id and s.id = b.statement_id
         where b.billing_pack_id = p.id), '[]') as statements,
       coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'number', c.number, 'mspId', c.msp_id,
           'currency', c.currency, 'totalMinor', c.total_minor::text) order by c.number)
         from billing_pack_credit b join credit c on c.id = b.credit_id
         where b.billing_pack_id = p.id), '[]') as credits
     from billing_pack p join distributor d on d.id = p.distributor_id
     where (:id::uuid is null or p.id = :id::uuid) and (:programme::text is null or p.programme_code = :programme) and (:period::text is null or p.period = :period)
       and (:distributorId::uuid is null or p.distributor_id = :distributorId::uuid)
       and (:afterPeriod::text is null or p.period < :afterPeriod
         or (p.period = :afterPeriod and (p.programme_code, d.code, p.supplement) > (:afterProgramme::text, :afterCode::text, :afterSupplement::int)))
     order by p.period desc, p.programme_code, d.code, p.supplement limit :limit`,
    {
      id: filter.id ?? null,
      programme: filter.programme ?? null,
      period: filter.period ?? null,
      distributorId: filter.distributorId ?? null,
      afterPeriod,
      afterProgramme,
      afterCode,
      afterSupplement,
      limit: filter.limit,
    },
  );
}

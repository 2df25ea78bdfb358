import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';

/** What a distributor said of a billing pack. */
export interface PackResponse {
  id: string;
  billingPackId: string;
  distributorId: string;
  distributorCode: string;
  programme: string;
  period: string;
  supplement: number;
  kind: 'acknowledged' | 'questioned';
  /** Null: acknowledged. */
  question: string | null;
  saidAt: Date;
  saidBy: Actor;
  answer: string | null;
  answeredAt: Date | null;
  answeredBy: Actor | null;
}

/** By any of the filters, the latest first; those after the cursor. `open`: questions that nobody has answered. */
export function listPackResponses(
  trx: Trx,
  filter: {
    id?: string | undefined;
    billingPackId?: string | undefined;
    programme?: string | undefined;
    open?: boolean | undefined;
    limit: number;
    after?: [saidAt: Date, id: string] | undefined;
  },
): Promise<PackResponse[]> {
  const [afterAt, afterId] = filter.after ?? [null, null];
  return rows<PackResponse>(
    trx,
    `select r.id, r.billing_pack_id as "billingPackId", r.distributor_id as "distributorId", d.code as "distributorCode",
       p.programme_code as programme, p.period, p.supplement, r.kind, r.question, r.said_at as "saidAt", r.said_by as "saidBy",
       r.answer, r.answered_at as "answeredAt", r.answered_by as "answeredBy"
     from billing_pack_response r join billing_pack p on p.id = r.billing_pack_id join distributor_terms d on d.id = r.distributor_id
     where (:id::uuid is null or r.id = :id::uuid) and (:pack::uuid is null or r.billing_pack_id = :pack::uuid)
       and (:programme::text is null or p.programme_code = :programme)
       and (:open::boolean is null or (r.kind = 'questioned' and r.answer is null) = :open::boolean)
       and (:afterId::uuid is null or (r.said_at, r.id) < (:afterAt::timestamptz, :afterId::uuid))
     order by r.said_at desc, r.id desc limit :limit`,
    {
      ...{ id: filter.id ?? null, pack: filter.billingPackId ?? null, programme: filter.programme ?? null },
      ...{ open: filter.open ?? null, afterAt, afterId, limit: filter.limit },
    },
  );
}

/** False where the pack is acknowledged already, or has an open question, as the unique keys say; or the same was said before. */
export async function insertPackResponse(
  trx: Trx,
  said: Pick<PackResponse, 'id' | 'billingPackId' | 'distributorId' | 'kind' | 'question' | 'saidAt' | 'saidBy'>,
): Promise<boolean> {
  const inserted = await rows(
    trx,
    `insert into billing_pack_response (id, billing_pack_id, distributor_id, kind, question, said_at, said_by)
     values (:id, :billingPackId, :distributorId, :kind, :question, :saidAt, :saidBy) on conflict do nothing returning id`,
    { ...said, saidBy: JSON.stringify(said.saidBy) },
  );
  return inserted.length > 0;
}

/** Of two who say something of one pack at once the second waits until the first has. */
export async function lockPack(trx: Trx, billingPackId: string): Promise<void> {
  await rows(trx, 'select pg_advisory_xact_lock(hashtextextended(:billingPackId, 0))', { billingPackId });
}

/** Answers a question once; false where it has an answer. */
export async function answerPackQuestion(
  trx: Trx,
  { id, answer, at, by }: { id: string; answer: string; at: Date; by: Actor },
): Promise<boolean> {
  const answered = await rows(
    trx,
    `update billing_pack_response set answer = :answer, answered_at = :at, answered_by = :by
     where id = :id and kind = 'questioned' and answer is null returning id`,
    { id, answer, at, by: JSON.stringify(by) },
  );
  return answered.length > 0;
}

/** Who is told of a question and of its answer, by the settings that hold now. */
export async function packCorrespondents(
  trx: Trx,
  billingPackId: string,
): Promise<{
  programmeName: string;
  vendorName: string;
  partnerTeamEmail: string;
  partnerTeamLocale: string;
  distributorName: string;
  distributorLocale: string;
}> {
  const [found] = await rows<Awaited<ReturnType<typeof packCorrespondents>>>(
    trx,
    `select g.name as "programmeName", g.vendor ->> 'name' as "vendorName",
       coalesce(v.settings ->> 'partnerTeamEmail', g.vendor ->> 'email') as "partnerTeamEmail",
       coalesce(v.settings ->> 'partnerTeamLocale', 'en') as "partnerTeamLocale",
       c.name as "distributorName", c.locale as "distributorLocale"
     from billing_pack p join programme g on g.code = p.programme_code cross join lateral kontor_settings(g.code) v
     join company c on c.id = p.distributor_id where p.id = :billingPackId`,
    { billingPackId },
  );
  if (found === undefined) throw new Error(`There is no billing pack ${billingPackId}.`);
  return found;
}

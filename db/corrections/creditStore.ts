import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../domain/canonicalJson.js';
import type { Correction } from '../../domain/correction.js';
import type { Credit } from '../../domain/credit.js';
import type { ManualCorrectionLine } from '../../domain/statement.js';
import { readStored } from '../../domain/readStored.js';
import { rows, type Trx } from '../connect.js';
import { party } from '../parties/storedParty.js';
import { day, manualLine, minor, period, toJson } from '../statements/statementCodec.js';
import { chainHash, sha256 } from '../statements/statementStore.js';

const credit: z.ZodType<Credit> = z.object({
  number: z.string(),
  templateVersion: z.int(),
  locale: z.string(),
  zone: z.string(),
  creditDate: day,
  statementNumber: z.string(),
  statementDate: day,
  period,
  currency: z.string(),
  vendor: party,
  distributor: party,
  msp: party,
  lines: z.array(manualLine satisfies z.ZodType<ManualCorrectionLine>),
  totalMinor: minor,
});

export interface IssuedCredit {
  id: string;
  correctionId: string;
  mspId: string;
  distributorId: string;
  statementId: string;
  programme: string;
  credit: Credit;
}

/** What the chain covers: the whole credit, independent of key order. */
export function creditHash(of: Credit): Buffer {
  return sha256(canonicalJson(of));
}

/**
 * Numbers and freezes a credit: the row lock on the counter makes numbers gapless per programme, distributor and year (rule
 * 13), and a rollback gives them back. The unique key on the correction refuses a second one.
 */
export async function issueCredit(
  trx: Trx,
  { id: correctionId, programme, mspId, distributorId, statementId }: Correction,
  draft: Omit<Credit, 'number'>,
  at: Date,
): Promise<IssuedCredit> {
  const year = Number(draft.creditDate.slice(0, 4));
  const counter = { programme, distributorId, year };
  // Two first credits of a year meet here: the second waits for the row of the first, and counts on from it.
  await rows(
    trx,
    `insert into credit_number (programme_code, distributor_id, year, last, chain_hash)
     values (:programme, :distributorId, :year, 0, '') on conflict do nothing`,
    counter,
  );
  const [before] = await rows<{ last: number; chain: Buffer; code: string }>(
    trx,
    `select n.last, n.chain_hash as chain, d.code from credit_number n join distributor d on d.id = n.distributor_id
     where n.programme_code = :programme and n.distributor_id = :distributorId and n.year = :year for update of n`,
    counter,
  );
  if (before === undefined) throw new Error(`There is no counter of credits for distributor ${distributorId}`);
  const sequence = before.last + 1;
  const number = `${programme}-${before.code}-${year}-C${String(sequence).padStart(6, '0')}`.toUpperCase();
  const issued: Credit = { number, ...draft };
  const contentHash = creditHash(issued);
  const chain = chainHash(before.chain, contentHash);
  await rows(
    trx,
    `update credit_number set last = :sequence, chain_hash = :chain
     where programme_code = :programme and distributor_id = :distributorId and year = :year`,
    { ...counter, sequence, chain },
  );
  const id = randomUUID();
  await rows(
    trx,
    `insert into credit (id, correction_id, programme_code, msp_id, distributor_id, statement_id, period, number, sequence, year,
       credit_date, currency, total_minor, content, template_version, content_hash, previous_hash, chain_hash, issued_at)
     values (:id, :correctionId, :programme, :mspId, :distributorId, :statementId, :period, :number, :sequence, :year, :creditDate,
       :currency, :totalMinor, :content, :templateVersion, :contentHash, :previousHash, :chain, :at)`,
    {
      ...{
        id,
        correctionId,
        programme,
        mspId,
        distributorId,
        statementId,
        number,
        sequence,
        year,
        contentHash,
        chain,
        at,
      },
      ...{ period: issued.period, creditDate: issued.creditDate, currency: issued.currency },
      ...{ totalMinor: issued.totalMinor.toString(), content: toJson(issued), templateVersion: issued.templateVersion },
      previousHash: before.chain,
    },
  );
  return { id, correctionId, mspId, distributorId, statementId, programme, credit: issued };
}

/** Credits that the sender may see, as frozen, in the order of the ids given. */
export async function loadCredits(trx: Trx, ids: readonly string[]): Promise<IssuedCredit[]> {
  const found = await rows<Omit<IssuedCredit, 'credit'> & { content: unknown }>(
    trx,
    `select c.id, c.correction_id as "correctionId", c.msp_id as "mspId", c.distributor_id as "distributorId",
       c.statement_id as "statementId", c.programme_code as programme, c.content
     from unnest(:ids::uuid[]) with ordinality as x(id, place) join credit c on c.id = x.id order by x.place`,
    { ids: [...ids] },
  );
  return found.map(({ content, ...row }) => ({
    ...row,
    credit: readStored(credit, content, `The content of credit ${row.id}`),
  }));
}

/** The credit that a correction led to; undefined: it is none. */
export async function creditOf(trx: Trx, correctionId: string): Promise<IssuedCredit | undefined> {
  const [row] = await rows<{ id: string }>(trx, 'select id from credit where correction_id = :correctionId', {
    correctionId,
  });
  return row === undefined ? undefined : (await loadCredits(trx, [row.id]))[0];
}

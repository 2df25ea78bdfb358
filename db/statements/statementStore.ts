import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonicalJson.js';
import type { Statement } from '../../domain/statement.js';
import { rows, type Trx } from '../connect.js';
import { headFromJson, lineFromJson, toJson } from './statementCodec.js';

/** A statement about to be issued: everything but its number, which the issue gives it. */
export interface StatementDraft {
  statementId: string;
  programme: string;
  mspId: string;
  distributorId: string;
  distributorCode: string;
  statement: Omit<Statement, 'number'>;
}

export interface IssuedStatement {
  statementId: string;
  mspId: string;
  distributorId: string;
  statement: Statement;
}

/** SHA-256 of the parts, one after the other. */
export const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** What the chain covers: the whole statement, lines included, independent of key order. */
export function statementHash(statement: Statement): Buffer {
  return sha256(canonicalJson(statement));
}

export function chainHash(previous: Uint8Array, contentHash: Uint8Array): Buffer {
  return sha256(previous, contentHash);
}

/** Rule 13: `<programme>-<distributor>-<year>-<sequence of six digits>`, in capitals. */
function statementNumber(draft: StatementDraft, year: number, sequence: number): string {
  return `${draft.programme}-${draft.distributorCode}-${year}-${String(sequence).padStart(6, '0')}`.toUpperCase();
}

/** A counter of numbers: its programme, distributor and year. */
const counterOf = ({ programme, distributorId, statement }: StatementDraft) => ({
  programme,
  distributorId,
  year: Number(statement.statementDate.slice(0, 4)),
});
const counterKey = (draft: StatementDraft) => Object.values(counterOf(draft)).join(' ');

interface Counter {
  programme: string;
  distributorId: string;
  year: number;
  last: number;
  chain: Buffer;
}

/**
 * The counters of drafts, locked: those of a first issue are made. They are locked in one order everywhere, so that two issuing
 * transactions never wait for each other in a ring; of two first issues of a year the second waits for the row of the first, and
 * counts on from it.
 */
async function lockCounters(trx: Trx, drafts: readonly StatementDraft[]): Promise<Map<string, Counter>> {
  const wanted = new Map(drafts.map((draft) => [counterKey(draft), counterOf(draft)]));
  const counters = {
    programmes: [...wanted.values()].map(({ programme }) => programme),
    distributors: [...wanted.values()].map(({ distributorId }) => distributorId),
    years: [...wanted.values()].map(({ year }) => year),
  };
  const COUNTERS = `unnest(:programmes::text[], :distributors::uuid[], :years::int[])
    as x(programme_code, distributor_id, year)`;
  await rows(
    trx,
    `insert into statement_number (programme_code, distributor_id, year, last, chain_hash)
     select x.programme_code, x.distributor_id, x.year, 0, '' from ${COUNTERS} order by 1, 2, 3 on conflict do nothing`,
    counters,
  );
  const locked = await rows<Counter>(
    trx,
    `select n.programme_code as programme, n.distributor_id as "distributorId", n.year, n.last, n.chain_hash as chain
     from statement_number n where (n.programme_code, n.distributor_id, n.year) in (select * from ${COUNTERS})
     order by 1, 2, 3 for update`,
    counters,
  );
  return new Map(locked.map((row) => [[row.programme, row.distributorId, row.year].join(' '), row]));
}

/**
 * Numbers and freezes drafts, in the order given: the row lock on the counter makes numbers gapless per programme,
 * distributor and year, and a rollback gives them back. The unique key on MSP, period and revision refuses a second issue.
 */
export async function issueStatements(
  trx: Trx,
  drafts: readonly StatementDraft[],
  issuedAt: Date,
): Promise<IssuedStatement[]> {
  if (drafts.length === 0) return [];
  const counters = await lockCounters(trx, drafts);
  const numbered = drafts.map((draft) => {
    const counter = counters.get(counterKey(draft));
    if (counter === undefined) throw new Error(`There is no counter of ${counterKey(draft)}`);
    counter.last += 1;
    const { year, last: sequence, chain: previousHash } = counter;
    const statement: Statement = { ...draft.statement, number: statementNumber(draft, year, sequence) };
    const contentHash = statementHash(statement);
    counter.chain = chainHash(previousHash, contentHash);
    return { ...draft, statement, year, sequence, contentHash, previousHash, chainHash: counter.chain };
  });
  await rows(
    trx,
    `update statement_number n set last = x.last, chain_hash = decode(x.chain, 'hex')
     from jsonb_to_recordset(:counters::jsonb) as x(programme text, "distributorId" uuid, year int, last int, chain text)
     where n.programme_code = x.programme and n.distributor_id = x."distributorId" and n.year = x.year`,
    {
      counters: JSON.stringify(
        [...counters.values()].map(({ chain, ...counter }) => ({ ...counter, chain: chain.toString('hex') })),
      ),
    },
  );
  await rows(
    trx,
    `insert into statement (id, programme_code, msp_id, distributor_id, period, revision, number, sequence, year, statement_date, currency,
       total_minor, line_count, content, template_version, content_hash, previous_hash, chain_hash, issued_at)
     select x.id, x.programme_code, x.msp_id, x.distributor_id, x.period, x.revision, x.number, x.sequence, x.year, x.statement_date,
       x.currency, x.total_minor, x.line_count, x.content, x.template_version, decode(x.content_hash, 'hex'),
       decode(x.previous_hash, 'hex'), decode(x.chain_hash, 'hex'), :issuedAt
     from jsonb_to_recordset(:statements::jsonb) as x(id uuid, programme_code text, msp_id uuid, distributor_id uuid, period text, revision int,
       number text, sequence int, year int, statement_date date, currency text, total_minor bigint, line_count int,
       content jsonb, template_version int, content_hash text, previous_hash text, chain_hash text)`,
    {
      issuedAt,
      statements: toJson(
        numbered.map(({ statement: { lines, ...content }, ...draft }) => ({
          id: draft.statementId,
          programme_code: draft.programme,
          msp_id: draft.mspId,
          distributor_id: draft.distributorId,
          period: content.period,
          revision: content.revision,
          number: content.number,
          sequence: draft.sequence,
          year: draft.year,
          statement_date: content.statementDate,
          currency: content.currency,
          total_minor: content.totalMinor,
          line_count: lines.length,
          content,
          template_version: content.templateVersion,
          content_hash: draft.contentHash.toString('hex'),
          previous_hash: draft.previousHash.toString('hex'),
          chain_hash: draft.chainHash.toString('hex'),
        })),
      ),
    },
  );
  await insertLines(trx, numbered);
  return numbered;
}

async function insertLines(trx: Trx, statements: readonly (IssuedStatement & { programme: string })[]): Promise<void> {
  const lines = statements.flatMap(({ statementId, programme, mspId, statement }) =>
    statement.lines.map((line) => ({
      msp_id: mspId,
      statement_id: statementId,
      line_no: line.lineNo,
      programme_code: programme,
      period: statement.period,
      kind: line.kind,
      site_id: 'siteId' in line ? line.siteId : null,
      tenant_ref: 'tenantRef' in line ? line.tenantRef : null,
      tenant_id: 'tenantId' in line ? line.tenantId : null,
      meter: 'meter' in line ? line.meter : null,
      peak: 'peak' in line ? line.peak : null,
      quantity:
        line.kind === 'usage' ? line.quantity : line.kind === 'correction' ? line.newQuantity - line.oldQuantity : null,
      basis: 'basis' in line ? line.basis : null,
      for_period: 'forPeriod' in line ? line.forPeriod : null,
      correction_id: line.kind === 'manual_correction' ? line.correctionId : null,
      amount_minor: line.amountMinor,
      content: line,
    })),
  );
  if (lines.length === 0) return;
  await rows(
    trx,
    `insert into statement_line (msp_id, statement_id, line_no, programme_code, period, kind, site_id, tenant_ref, tenant_id, meter, peak,
       quantity, basis, for_period, correction_id, amount_minor, content)
     select x.msp_id, x.statement_id, x.line_no, x.programme_code, x.period, x.kind, x.site_id, x.tenant_ref, x.tenant_id, x.meter, x.peak,
       x.quantity, x.basis, x.for_period, x.correction_id, x.amount_minor, x.content
     from jsonb_to_recordset(:lines::jsonb) as x(msp_id uuid, statement_id uuid, line_no int, programme_code text, period text, kind text,
       site_id uuid, tenant_ref text, tenant_id uuid, meter text, peak int, quantity int, basis text, for_period text,
       correction_id uuid, amount_minor bigint, content jsonb)`,
    { lines: toJson(lines) },
  );
}

/** Issued statements with their lines, as frozen, in the order of the ids given. */
export async function loadStatements(trx: Trx, statementIds: readonly string[]): Promise<IssuedStatement[]> {
  const heads = await rows<{
    id: string;
    msp_id: string;
    distributor_id: string;
    content: unknown;
    lines: unknown[];
  }>(
    trx,
    `select s.id, s.msp_id, s.distributor_id, s.content,
       coalesce((select jsonb_agg(l.content order by l.line_no) from statement_line l
         where l.msp_id = s.msp_id and l.statement_id = s.id), '[]') as lines
     from unnest(:ids::uuid[]) with ordinality as x(id, place) join statement s on s.id = x.id order by x.place`,
    { ids: [...statementIds] },
  );
  return heads.map((row) => ({
    statementId: row.id,
    mspId: row.msp_id,
    distributorId: row.distributor_id,
    statement: {
      ...headFromJson(row.content, row.id),
      lines: row.lines.map((line) => lineFromJson(line, row.id)),
    },
  }));
}

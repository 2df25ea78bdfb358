/** Statements of the floor as the renderer takes them, and their documents. */
import type pg from 'pg';
import { headFromJson, lineFromJson } from '../../db/statements/statementCodec.js';
import type { Statement } from '../../domain/statement.js';
import type { RenderedDocument } from '../../statements/index.js';
import { CREATE_TABLE, type Tables } from './rate.js';

/** A connection, or a pool of them. */
export type Queries = Pick<pg.Pool, 'query'>;

/** A rated statement, and what its mail needs to know. */
export interface FloorStatement {
  mspId: string;
  distributorId: string;
  recipient: string;
  statement: Statement;
}

const SELECT = `
  select s.msp_id as "mspId", s.distributor_id as "distributorId", s.recipient, s.content,
    coalesce((select jsonb_agg(l.content order by l.line_no) from floor_line l where l.msp_id = s.msp_id), '[]')
      || s.minimum_line as lines
  from floor_statement s`;

interface Row extends Omit<FloorStatement, 'statement'> {
  content: unknown;
  lines: unknown[];
}

const toStatement = ({ content, lines, ...row }: Row): FloorStatement => ({
  ...row,
  statement: { ...headFromJson(content, row.mspId), lines: lines.map((line) => lineFromJson(line, row.mspId)) },
});

/** The MSPs with statements, those with the most lines first. */
export async function largestFirst(client: Queries): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'select msp_id as id from floor_statement order by line_count desc, number',
  );
  return rows.map(({ id }) => id);
}

export async function statementsOf(client: Queries, mspIds: readonly string[]): Promise<FloorStatement[]> {
  const { rows } = await client.query<Row>(`${SELECT} where s.msp_id = any($1)`, [mspIds]);
  return rows.map(toStatement);
}

/** By number. */
export async function statementsOfDistributor(client: Queries, distributorId: string): Promise<FloorStatement[]> {
  const { rows } = await client.query<Row>(`${SELECT} where s.distributor_id = $1 order by s.number`, [distributorId]);
  return rows.map(toStatement);
}

export async function createDocumentTable(client: Queries, tables: Tables): Promise<void> {
  await client.query(
    `${CREATE_TABLE[tables]} floor_document (msp_id uuid primary key, sha256 text not null, pages int not null, pdf bytea not null)`,
  );
  await client.query('alter table floor_document alter pdf set storage external');
}

/** What stands there already stays. */
export async function insertDocuments(
  client: Queries,
  documents: readonly { mspId: string; document: RenderedDocument }[],
): Promise<void> {
  await client.query(
    `insert into floor_document (msp_id, sha256, pages, pdf)
     select * from unnest($1::uuid[], $2::text[], $3::int[], $4::bytea[])
     on conflict do nothing`,
    [
      documents.map(({ mspId }) => mspId),
      documents.map(({ document }) => document.sha256),
      documents.map(({ document }) => document.pages),
      documents.map(({ document }) => Buffer.from(document.bytes)),
    ],
  );
}

/** The documents of a distributor's statements, by number. */
export async function documentsOfDistributor(
  client: Queries,
  distributorId: string,
): Promise<{ number: string; pdf: Buffer }[]> {
  const { rows } = await client.query<{ number: string; pdf: Buffer }>(
    `select s.number, d.pdf from floor_statement s join floor_document d using (msp_id)
     where s.distributor_id = $1 order by s.number`,
    [distributorId],
  );
  return rows;
}

/** Null: it is not drawn yet. */
export async function documentOf(client: Queries, mspId: string): Promise<Buffer | null> {
  const { rows } = await client.query<{ pdf: Buffer }>('select pdf from floor_document where msp_id = $1', [mspId]);
  return rows[0]?.pdf ?? null;
}

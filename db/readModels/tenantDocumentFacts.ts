import { z } from 'zod';
import { customerPrices } from '../../domain/customerPrices.js';
import { previousPeriod } from '../../domain/period.js';
import { readStored } from '../../domain/readStored.js';
import type { TenantDocumentFacts } from '../../domain/tenantDocument.js';
import { headFromJson, lineFromJson, period } from '../statements/statementCodec.js';
import { rows, type Trx } from '../connect.js';

interface Row {
  mspId: string;
  programme: string;
  content: unknown;
  /** Null: of no single tenant. */
  ref: string | null;
  name: string | null;
  units: { id: string; ref: string; name: string }[];
  lines: unknown[];
  credited: { creditNumber: string; line: unknown }[];
  lists: unknown;
  logo: Buffer | null;
}

const priceLists = z.array(
  z.object({ version: z.int(), fromPeriod: period, currency: z.string(), prices: customerPrices }),
);

/** What all tenants of a statement have in common, and the lines of those that are asked for. */
export type StatementFacts = Omit<TenantDocumentFacts, 'tenant'>;

async function factsOf(
  trx: Trx,
  statementId: string,
  tenantId: string | null,
): Promise<[StatementFacts, Row] | undefined> {
  const [row] = await rows<Row>(trx, 'select * from kontor_tenant_document(:statementId, :tenantId::uuid)', {
    statementId,
    tenantId,
  });
  if (row === undefined) return undefined;
  const { number, revision, statementDate, period: month, locale, zone, msp } = headFromJson(row.content, statementId);
  const facts: StatementFacts = {
    ...{ statementNumber: number, revision, statementDate, period: month, locale, zone, msp, logo: row.logo },
    units: row.units,
    lines: row.lines.map((line) => lineFromJson(line, statementId)),
    credited: row.credited.map(({ creditNumber, line }) => ({ creditNumber, line: lineFromJson(line, statementId) })),
    lists: readStored(priceLists, row.lists, `The customer price lists of MSP ${row.mspId}`),
  };
  return [facts, row];
}

/**
 * What a tenant's document of a statement is made of. Undefined: there is no such statement or tenant for the reader, it does not
 * see all units below the tenant, or the MSP has not released documents to its customers (kontor_tenant_document).
 */
export async function tenantDocumentFacts(
  trx: Trx,
  { statementId, tenantId }: { statementId: string; tenantId: string },
): Promise<TenantDocumentFacts | undefined> {
  const found = await factsOf(trx, statementId, tenantId);
  if (found === undefined) return undefined;
  const [facts, { ref, name }] = found;
  return { ...facts, tenant: { id: tenantId, ref: ref ?? '', name: name ?? '' } };
}

/** The same of all tenants of the MSP's own statement, and of the statement of the month before: undefined where there is none. */
export async function factsOfAllTenants(
  trx: Trx,
  statementId: string,
): Promise<{ mspId: string; facts: StatementFacts; before: StatementFacts | undefined } | undefined> {
  const found = await factsOf(trx, statementId, null);
  if (found === undefined) return undefined;
  const [facts, { mspId, programme }] = found;
  const [earlier] = await rows<{ id: string }>(
    trx,
    `select id from statement where msp_id = :mspId and programme_code = :programme and period = :period
     order by revision desc limit 1`,
    { mspId, programme, period: previousPeriod(facts.period) },
  );
  const before = earlier === undefined ? undefined : await factsOf(trx, earlier.id, null);
  return { mspId, facts, before: before?.[0] };
}

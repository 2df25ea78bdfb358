import { z } from 'zod';
import { customerPrices } from '../../domain/customerPrices.js';
import { readStored } from '../../domain/readStored.js';
import type { TenantDocumentFacts } from '../../domain/tenantDocument.js';
import { headFromJson, lineFromJson, period } from '../statements/statementCodec.js';
import { rows, type Trx } from '../connect.js';

interface Row {
  mspId: string;
  programme: string;
  content: unknown;
  ref: string;
  name: string;
  units: { id: string; ref: string; name: string }[];
  lines: unknown[];
  credited: { creditNumber: string; line: unknown }[];
  lists: unknown;
}

const priceLists = z.array(
  z.object({ version: z.int(), fromPeriod: period, currency: z.string(), prices: customerPrices }),
);

/**
 * What a tenant's document of a statement is made of. Undefined: there is no such statement or tenant for the reader, it does not
 * see all units below the tenant, or the MSP has not released documents to its customers (kontor_tenant_document).
 */
export async function tenantDocumentFacts(
  trx: Trx,
  { statementId, tenantId }: { statementId: string; tenantId: string },
): Promise<TenantDocumentFacts | undefined> {
  const [row] = await rows<Row>(trx, 'select * from kontor_tenant_document(:statementId, :tenantId)', {
    statementId,
    tenantId,
  });
  if (row === undefined) return undefined;
  const { number, revision, statementDate, period: month, locale, zone, msp } = headFromJson(row.content, statementId);
  return {
    ...{ statementNumber: number, revision, statementDate, period: month, locale, zone, msp },
    tenant: { id: tenantId, ref: row.ref, name: row.name },
    units: row.units,
    lines: row.lines.map((line) => lineFromJson(line, statementId)),
    credited: row.credited.map(({ creditNumber, line }) => ({ creditNumber, line: lineFromJson(line, statementId) })),
    lists: readStored(priceLists, row.lists, `The customer price lists of MSP ${row.mspId}`),
  };
}

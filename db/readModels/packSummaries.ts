import type { RunInput } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';

/** The summary of every billing pack of a run, by distributor and supplement. */
export async function packSummaries(
  trx: Trx,
  { programme, period }: RunInput,
): Promise<{ name: string; pdf: Buffer }[]> {
  return rows<{ name: string; pdf: Buffer }>(
    trx,
    `select 'pack-' || p.programme_code || '-' || d.code || '-' || p.period || '-' || p.supplement as name, p.summary_pdf as pdf
     from billing_pack p join distributor d on d.id = p.distributor_id
     where p.programme_code = :programme and p.period = :period order by d.code, p.supplement`,
    { programme, period },
  );
}

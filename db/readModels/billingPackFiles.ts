import { rows, type Trx } from '../connect.js';

export interface BillingPackFiles {
  distributorCode: string;
  programme: string;
  period: string;
  supplement: number;
  summarySha256: string;
  summaryPdf: Buffer;
  linesCsv: Buffer;
}

/** The stored files of a pack the sender may see. */
export async function billingPackFiles(trx: Trx, id: string): Promise<BillingPackFiles | undefined> {
  const [row] = await rows<BillingPackFiles>(
    trx,
    `select d.code as "distributorCode", p.programme_code as programme, p.period, p.supplement, encode(p.summary_sha256, 'hex') as "summarySha256",
       p.summary_pdf as "summaryPdf", p.lines_csv as "linesCsv"
     from billing_pack p join distributor d on d.id = p.distributor_id where p.id = :id`,
    { id },
  );
  return row;
}

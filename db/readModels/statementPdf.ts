import { rows, type Trx } from '../connect.js';

/** The stored PDF of a statement the sender may see; undefined until it is rendered. */
export async function statementPdf(
  trx: Trx,
  statementId: string,
): Promise<{ number: string; sha256: string; pdf: Buffer } | undefined> {
  const [row] = await rows<{ number: string; sha256: string; pdf: Buffer }>(
    trx,
    `select s.number, encode(d.sha256, 'hex') as sha256, d.pdf
     from statement s join statement_document d on d.msp_id = s.msp_id and d.statement_id = s.id
     where s.id = :statementId`,
    { statementId },
  );
  return row;
}

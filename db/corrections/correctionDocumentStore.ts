import { rows, type Trx } from '../connect.js';

export interface CorrectionDocument {
  mspId: string;
  correctionId: string;
  sha256: string;
  pages: number;
  bytes: Uint8Array;
}

/** Keeps rendered bytes once; a document that is there stays. */
export async function insertCorrectionDocument(trx: Trx, document: CorrectionDocument, at: Date): Promise<void> {
  const { bytes, ...row } = document;
  await rows(
    trx,
    `insert into correction_document (msp_id, correction_id, sha256, pages, pdf, rendered_at)
     values (:mspId, :correctionId, decode(:sha256, 'hex'), :pages, :pdf, :at) on conflict (msp_id, correction_id) do nothing`,
    { ...row, pdf: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), at },
  );
}

/** The stored PDF of a credit or revision that the sender may see; undefined until it is rendered. */
export async function correctionPdf(
  trx: Trx,
  correctionId: string,
): Promise<{ sha256: string; pdf: Buffer } | undefined> {
  const [row] = await rows<{ sha256: string; pdf: Buffer }>(
    trx,
    `select encode(sha256, 'hex') as sha256, pdf from correction_document where correction_id = :correctionId`,
    { correctionId },
  );
  return row;
}

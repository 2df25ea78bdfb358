import type { Trx } from '../../db/connect.js';
import { giveSecret } from '../../db/access/linkStore.js';
import { beginBatch } from '../../db/outbox/mailBatchStore.js';
import { claimMails, type Claim, type ClaimedMail } from '../../db/outbox/claimMails.js';
import { packFiles, programmeFiles, type PackFiles } from '../../db/outbox/mailDocuments.js';
import { PACK_BYTES } from '../../delivery/index.js';
import type { MailBatch } from '../../domain/mailBatch.js';
import { attachmentsOf, linkOf, type LoadedFiles } from './prepareMail.js';

/** Of those only what a connection has begun to hand over is in doubt when a worker dies. */
const BATCH = 30;
/** Packs in memory at once: up to 20 MB each, and some four times that while they are encoded. */
const PACK_BATCH = 2;

export interface Batch {
  /** Null: there are no mails. */
  batch: MailBatch | null;
  mails: ClaimedMail[];
  files: LoadedFiles;
}

/** The next mails with their documents, `atMost` of them; packs once nothing else is due. */
export async function claimBatch(trx: Trx, claim: Omit<Claim, 'packs' | 'limit'>, atMost: number): Promise<Batch> {
  const light = await claimMails(trx, { ...claim, packs: false, limit: Math.min(BATCH, atMost) });
  const mails =
    light.length > 0 ? light : await claimMails(trx, { ...claim, packs: true, limit: Math.min(PACK_BATCH, atMost) });
  const packs = new Map<string, PackFiles>();
  for (const { kind, billingPackId } of mails) {
    if (billingPackId === null || attachmentsOf(kind) !== 'billingPack') continue;
    packs.set(billingPackId, await packFiles(trx, billingPackId, PACK_BYTES));
  }
  const welcomed = mails.flatMap(({ id, kind, programme, locale }) =>
    attachmentsOf(kind) === 'programmeDocuments' && programme !== null ? [{ mailId: id, programme, locale }] : [],
  );
  const links = new Map<string, string | undefined>();
  for (const mail of mails) {
    const link = linkOf(mail);
    if (link !== undefined) links.set(link, await giveSecret(trx, link, new Date()));
  }
  const files = { packs, programmes: await programmeFiles(trx, welcomed), links };
  return { batch: mails.length === 0 ? null : await beginBatch(trx), mails, files };
}

import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime, { type Address, type Email } from 'postal-mime';
import { z } from 'zod';

const storedMailSchema = z.object({
  /** Counts arrivals from 1; also the name of its file. */
  id: z.number().int(),
  /** Of the envelope, which is what the mail was delivered by; headers may say otherwise. */
  sender: z.string(),
  recipients: z.array(z.string()),
  from: z.string(),
  subject: z.string(),
  messageId: z.string().nullable(),
  /** The Date header in ISO 8601, or as it was written if it is no date. */
  date: z.string().nullable(),
  /** ISO 8601, UTC. */
  arrivedAt: z.string(),
  sizeBytes: z.number(),
});
export type StoredMail = z.infer<typeof storedMailSchema>;
export type Envelope = { sender: string; recipients: string[] };
export type MailHeaders = Pick<StoredMail, 'from' | 'subject' | 'messageId' | 'date'> & { addressees: string[] };

export type MailStore = {
  /** Keeps a mail, byte for byte as it came. Its file is there, whole, when this returns. */
  add(raw: Buffer, envelope: Envelope, headers: MailHeaders): Promise<StoredMail>;
  /** In order of arrival. */
  all(): readonly StoredMail[];
  find(id: number): StoredMail | undefined;
  source(id: number): Promise<Buffer>;
  parsed(id: number): Promise<Email>;
  close(): Promise<void>;
};

/** The header block alone, so that receiving does not wait for attachments to be decoded. */
export async function readHeaders(raw: Buffer): Promise<MailHeaders> {
  const end = raw.indexOf('\r\n\r\n');
  const mail = await PostalMime.parse(end === -1 ? raw : raw.subarray(0, end + 4));
  return {
    from: mail.from === undefined ? '' : addressText(mail.from),
    addressees: [...(mail.to ?? []), ...(mail.cc ?? [])].flatMap((to) => (to.group ?? [to]).map((box) => box.address)),
    subject: mail.subject ?? '',
    messageId: mail.messageId ?? null,
    date: mail.date ?? null,
  };
}

/** A mailbox the way people read it: the name, with the address in brackets. */
export function addressText(address: Address): string {
  if (address.group !== undefined) return `${address.name}: ${address.group.map(addressText).join(', ')}`;
  return address.name === '' ? address.address : `${address.name} <${address.address}>`;
}

/**
 * Mails as files `00000001.eml` in `folder`, in order of arrival, with an index of one JSON line each beside them. The
 * files count: a mail that a killed run left out of the index is indexed again, with its headers for an envelope.
 */
export async function openMailStore(folder: string): Promise<MailStore> {
  const path = (id: number) => join(folder, `${String(id).padStart(8, '0')}.eml`);
  const mails = await load(folder, path);
  const index = await open(join(folder, 'index.jsonl'), 'a');
  let last = mails.reduce((highest, mail) => Math.max(highest, mail.id), 0);
  const byId = new Map(mails.map((mail) => [mail.id, mail]));
  return {
    async add(raw, envelope, headers) {
      const id = ++last;
      const { from, subject, messageId, date } = headers;
      const shown = { from, subject, messageId, date, arrivedAt: new Date().toISOString(), sizeBytes: raw.length };
      const mail = { id, ...envelope, ...shown };
      const draft = join(folder, `${randomUUID()}.part`);
      await writeFile(draft, raw);
      await rename(draft, path(id));
      mails.push(mail);
      byId.set(id, mail);
      await index.appendFile(`${JSON.stringify(mail)}\n`);
      return mail;
    },
    all: () => mails,
    find: (id) => byId.get(id),
    source: (id) => readFile(path(id)),
    parsed: async (id) => await PostalMime.parse(await readFile(path(id))),
    close: () => index.close(),
  };
}

async function load(folder: string, path: (id: number) => string): Promise<StoredMail[]> {
  const lines = (await readFile(join(folder, 'index.jsonl'), 'utf8').catch(() => '')).split('\n');
  const indexed = new Map(lines.flatMap(parseLine).map((mail) => [mail.id, mail]));
  const ids = (await readdir(folder)).flatMap((name) =>
    /^\d{8,}\.eml$/.test(name) ? [Number.parseInt(name, 10)] : [],
  );
  const mails: StoredMail[] = [];
  for (const id of ids.sort((a, b) => a - b)) mails.push(indexed.get(id) ?? (await reindex(id, path(id))));
  return mails;
}

/** The last line of a killed run may be torn. */
function parseLine(line: string): StoredMail[] {
  try {
    return [storedMailSchema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

async function reindex(id: number, file: string): Promise<StoredMail> {
  const raw = await readFile(file);
  const { addressees, ...shown } = await readHeaders(raw);
  const arrivedAt = (await stat(file)).mtime.toISOString();
  return { id, sender: shown.from, recipients: addressees, ...shown, arrivedAt, sizeBytes: raw.length };
}

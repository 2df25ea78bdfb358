import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inflateSync } from 'node:zlib';
import PostalMime from 'postal-mime';
import { ALL, rows, unprepared } from '../db/connect.js';
import { ask, type Checker, type VerifyContext } from './context.js';
import { FORMS_IN_SQL, secretsIn, type KnownSecrets } from './secretPatterns.js';

/** Where secrets are looked for; each place says how much of it was searched, or that it was not. */
export const PLACES = ['tables', 'documents', 'mails', 'histories', 'logs'] as const;
export type Place = (typeof PLACES)[number];

/** A run of a workflow, with everything that its history says as text. */
export interface HistoryText {
  name: string;
  text: string;
}

const SHORTEST_VALUE = 8;

/** With a sentence for each that cannot be opened. */
async function knownSecrets(context: VerifyContext): Promise<KnownSecrets & { closed: string[] }> {
  const hashes = await ask<{ hash: string; what: string }>(
    context,
    `select encode(token_hash, 'hex') as hash, 'an API token' as what from api_token
     union all select encode(token_hash, 'hex'), 'a session' from session
     union all select encode(token_hash, 'hex'), 'a one-time link' from one_time_link where token_hash is not null
     union all select encode(state_hash, 'hex'), 'a sign-in' from sign_in_attempt
     union all select encode(token_hash, 'hex'), 'an enrolment token' from enrolment_token`,
  );
  const sealed = await ask<{ sealed: string; place: string; what: string }>(
    context,
    `select sealed_secret as sealed, 'identityProvider/' || id as place, 'the secret of an identity provider' as what
     from identity_provider where sealed_secret is not null
     union all select sealed_secret, 'totp/' || person_id, 'the secret of a second factor' from person_totp
     union all select sealed_private_key, 'answerKey/' || id, 'the private key of answers' from answer_key`,
  );
  const { openSecret } = context;
  const opened = openSecret && sealed.map((its) => ({ ...its, value: openSecret(its.sealed, its.place) }));
  context.opened(opened && opened.length);
  const closed = (opened ?? []).flatMap(({ value, what, place }) =>
    value === null ? [`${what} (${place}) cannot be opened with SECRET_KEYS`] : [],
  );
  // A client's secret is whatever its provider gave: what is too short stands in any text.
  const values = (opened ?? []).flatMap(({ value, what }) =>
    value !== null && value.length >= SHORTEST_VALUE ? [{ value, what }] : [],
  );
  return { hashes: new Map(hashes.map(({ hash, what }) => [hash, what])), values, closed };
}

/** Where a secret has its place: nowhere else. */
const ITS_OWN = new Set(['person_password.hash']);

/** Every column of text there is, whatever table is added; partitions are read through their parent. */
const COLUMNS = `
  select c.relname as table, array_agg(a.attname::text order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and a.atttypid in ('text'::regtype, 'jsonb'::regtype, 'text[]'::regtype, 'varchar'::regtype)
    and has_column_privilege(c.oid, a.attnum, 'select')
  group by 1 order by 1`;

/** Rows that may hold a secret: their columns are searched as one text. Names come from the catalogue, quoted. */
function suspects(table: string, columns: readonly string[]): string {
  const texts = columns.map((column) => `t."${column}"::text`);
  return `select ${texts.map((text, i) => `${text} as "${columns[i] ?? ''}"`).join()} from "${table}" t
    cross join lateral (select concat_ws(E'\\n', ${texts.join()}) as text offset 0) whole
    where whole.text ~ :forms or exists (select from unnest(:values::text[]) x where strpos(whole.text, x) > 0)`;
}

async function inTables(context: VerifyContext, known: KnownSecrets) {
  const tables = await ask<{ table: string; columns: string[] }>(context, COLUMNS);
  const bindings = { forms: FORMS_IN_SQL, values: known.values.map(({ value }) => value) };
  const problems: string[] = [];
  let searched = 0;
  await context.db.transaction(ALL, async (trx) => {
    for (const { table, columns } of tables) {
      const its = columns.filter((column) => !ITS_OWN.has(`${table}.${column}`));
      if (its.length === 0) continue;
      searched += 1;
      const found = await unprepared<Record<string, string | null>>(trx, suspects(table, its), bindings);
      const said = found.flatMap((row) =>
        its.flatMap((column) => secretsIn(row[column] ?? '', known).map((what) => `${table}.${column} holds ${what}`)),
      );
      problems.push(...new Set(said));
    }
  });
  return { problems, searched };
}

/**
 * What a PDF holds besides its drawing: its plain parts, and the streams that can be inflated, attachments and metadata among
 * them. Fonts hold outlines alone.
 */
function textOfPdf(pdf: Buffer): string {
  const texts: string[] = [];
  let from = 0;
  for (;;) {
    const begin = pdf.indexOf('stream', from);
    const end = begin === -1 ? -1 : pdf.indexOf('endstream', begin);
    const plain = pdf.toString('latin1', from, end === -1 ? pdf.length : begin);
    texts.push(plain);
    if (end === -1) return texts.join('\n');
    from = end + 9;
    if (plain.slice(-400).includes('/Length1')) continue;
    const bytes = pdf.subarray(begin + (pdf[begin + 6] === 0x0d ? 8 : 7), end);
    try {
      texts.push(inflateSync(bytes).toString('utf8'));
    } catch {
      texts.push(bytes.toString('latin1'));
    }
  }
}

async function inDocuments(context: VerifyContext, known: KnownSecrets) {
  const documents = await ask<{ id: string; name: string; kind: string }>(
    context,
    `select d.statement_id as id, s.number as name, 'statement' as kind
     from statement_document d join statement s on s.msp_id = d.msp_id and s.id = d.statement_id
     union all
     select b.id, format('billing pack %s of %s', b.period, d.code), 'pack'
     from billing_pack b join distributor d on d.id = b.distributor_id order by 2`,
  );
  const problems: string[] = [];
  await context.db.transaction(ALL, async (trx) => {
    for (const { id, name, kind } of documents) {
      const [stored] = await rows<{ pdf: Buffer; csv: Buffer | null }>(
        trx,
        kind === 'pack'
          ? 'select summary_pdf as pdf, lines_csv as csv from billing_pack where id = :id'
          : 'select pdf, null::bytea as csv from statement_document where statement_id = :id',
        { id },
      );
      if (stored === undefined) continue;
      const found = secretsIn(`${textOfPdf(stored.pdf)}\n${stored.csv?.toString('utf8') ?? ''}`, known);
      problems.push(...found.map((what) => `the document of ${name} holds ${what}`));
    }
  });
  return { problems, searched: documents.length };
}

const ATTACHED = /^content-disposition:\s*attachment/im;

/** A mail without what is attached to it, which takes most of the time to decode: documents are searched as they are stored. */
function withoutAttachments(raw: Buffer): string {
  const parts = raw.toString('latin1').split(/(?<=\r\n)(?=--)/);
  return parts.filter((part) => !ATTACHED.test(part.slice(0, part.indexOf('\r\n\r\n')))).join('');
}

/** Accepted mails. A one-time link goes to its owner by mail and nowhere else. */
async function inMails(folder: string, known: KnownSecrets) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.eml')).sort();
  const problems: string[] = [];
  for (const name of names) {
    const chunks: Buffer[] = [];
    for await (const chunk of createReadStream(join(folder, name))) chunks.push(chunk as Buffer);
    const {
      text = '',
      html = '',
      subject = '',
      messageId = name,
    } = await PostalMime.parse(Buffer.from(withoutAttachments(Buffer.concat(chunks)), 'latin1'));
    const found = secretsIn(`${subject}\n${text}\n${html}`, known).filter((what) => what !== 'a one-time link');
    problems.push(...found.map((what) => `the mail ${messageId} holds ${what}`));
  }
  return { problems, searched: names.length };
}

async function inHistories(histories: AsyncIterable<HistoryText>, known: KnownSecrets) {
  const problems: string[] = [];
  let searched = 0;
  for await (const { name, text } of histories) {
    searched += 1;
    problems.push(...secretsIn(text, known).map((what) => `the history of ${name} holds ${what}`));
  }
  return { problems, searched };
}

async function inLogs(folders: readonly string[], known: KnownSecrets) {
  const problems: string[] = [];
  let searched = 0;
  for (const folder of folders) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.log')).sort();
    searched += names.length;
    for (const name of names) {
      const found = new Set<string>();
      for await (const line of createInterface({ input: createReadStream(join(folder, name)), crlfDelay: Infinity })) {
        for (const what of secretsIn(line, known)) found.add(what);
      }
      problems.push(...[...found].map((what) => `the log ${name} holds ${what}`));
    }
  }
  return { problems, searched };
}

/**
 * I10: no token, session, one-time link, key or private key stands where it does not belong. Those that are stored as hashes
 * are told by their hashes, so that every one that was ever issued would be found, and nothing else that looks like it.
 * What is drawn in a PDF is glyphs; the rows that it was drawn from are searched in its place.
 */
export const checkSecrets: Checker = async (context) => {
  const known = await knownSecrets(context);
  const { inboxDir, histories, logDirs, searched } = context;
  const places: Record<Place, (() => Promise<{ problems: string[]; searched: number }>) | null> = {
    tables: () => inTables(context, known),
    documents: () => inDocuments(context, known),
    mails: inboxDir === null ? null : () => inMails(inboxDir, known),
    histories: histories === null ? null : () => inHistories(histories, known),
    logs: logDirs.length === 0 ? null : () => inLogs(logDirs, known),
  };
  const problems = [...known.closed];
  // One after the other: each holds what it searches in memory.
  for (const place of PLACES) {
    const found = await places[place]?.();
    searched(place, found?.searched ?? null);
    problems.push(...(found?.problems ?? []));
  }
  return problems;
};

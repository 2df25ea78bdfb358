import type { Actor } from '../../domain/access/actor.js';
import { createHash } from 'node:crypto';
import { rows, type Trx } from '../connect.js';

/** Who may read a document: the audience and everybody the programme trusts more. */
export const AUDIENCES = ['msp', 'distributor', 'partner_team'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** A programme document in one language and version. */
export interface ProgrammeDocument {
  programme: string;
  name: string;
  /** BCP 47, such as `de`. */
  language: string;
  version: number;
  audience: Audience;
  title: string;
  contentType: string;
  /** In hex: the document's address by content. */
  sha256: string;
  publishedAt: Date;
  publishedBy: Actor;
  withdrawnAt: Date | null;
}

const FIELDS = `programme_code as programme, name, language, version, audience, title, content_type as "contentType",
  encode(sha256, 'hex') as sha256, published_at as "publishedAt", published_by as "publishedBy",
  withdrawn_at as "withdrawnAt"`;

/** The documents of a programme for some audiences; only the latest version of each name and language, or all. */
export async function listDocuments(
  trx: Trx,
  filter: { programme: string; audiences: readonly Audience[]; allVersions: boolean },
): Promise<ProgrammeDocument[]> {
  return rows<ProgrammeDocument>(
    trx,
    `select ${FIELDS} from programme_document d
     where programme_code = :programme and audience = any(:audiences)
       and (:allVersions or (withdrawn_at is null and not exists (select from programme_document n
         where n.programme_code = d.programme_code and n.name = d.name and n.language = d.language
           and n.version > d.version and n.withdrawn_at is null)))
     order by name, language, version desc`,
    { programme: filter.programme, audiences: [...filter.audiences], allVersions: filter.allVersions },
  );
}

/** One version of a document with its content; without `version` the latest that was not withdrawn. */
export async function findDocument(
  trx: Trx,
  key: { programme: string; name: string; language: string; version?: number | undefined },
): Promise<(ProgrammeDocument & { content: Buffer }) | undefined> {
  const [row] = await rows<ProgrammeDocument & { content: Buffer }>(
    trx,
    `select ${FIELDS}, c.content from programme_document d join document_content c using (sha256)
     where programme_code = :programme and name = :name and language = :language
       and (:version::int is null or version = :version) and (:version::int is not null or withdrawn_at is null)
     order by version desc limit 1`,
    { ...key, version: key.version ?? null },
  );
  return row;
}

export type NewDocument = Omit<ProgrammeDocument, 'version' | 'sha256' | 'withdrawnAt'> & { content: Buffer };

/**
 * Publishes the next version of a document. The same content, title and audience as the version in force publishes
 * nothing: that version is the answer.
 */
export async function publishDocument(trx: Trx, document: NewDocument): Promise<ProgrammeDocument> {
  const { content, ...row } = document;
  const sha256 = createHash('sha256').update(content).digest('hex');
  await rows(trx, 'select code from programme where code = :programme for no key update', { programme: row.programme });
  const inForce = await findDocument(trx, row);
  if (inForce !== undefined) {
    const { content: there, ...known } = inForce;
    const { title, audience, contentType } = known;
    const isSame = title === row.title && audience === row.audience && contentType === row.contentType;
    if (isSame && there.equals(content)) return known;
  }
  await rows(
    trx,
    `insert into document_content (sha256, content) values (decode(:sha256, 'hex'), :content) on conflict do nothing`,
    { sha256, content },
  );
  const [published] = await rows<ProgrammeDocument>(
    trx,
    `insert into programme_document (programme_code, name, language, version, audience, title, content_type, sha256,
       published_at, published_by)
     select :programme, :name, :language, coalesce(max(version), 0) + 1, :audience, :title, :contentType,
       decode(:sha256, 'hex'), :publishedAt, :publishedBy
     from programme_document where programme_code = :programme and name = :name and language = :language
     returning ${FIELDS}`,
    { ...row, sha256 },
  );
  if (published === undefined) throw new Error('A document that was inserted came back as nothing.');
  return published;
}

/** Withdraws every version of a document in a language; false where none was in force. */
export async function withdrawDocument(
  trx: Trx,
  key: { programme: string; name: string; language: string; at: Date },
): Promise<boolean> {
  const withdrawn = await rows(
    trx,
    `update programme_document set withdrawn_at = :at
     where programme_code = :programme and name = :name and language = :language and withdrawn_at is null
     returning version`,
    key,
  );
  return withdrawn.length > 0;
}

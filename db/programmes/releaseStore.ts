import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';

/** A version of a product as a file that may be downloaded. */
export interface SoftwareRelease {
  id: string;
  programme: string;
  product: string;
  version: string;
  notes: string;
  fileName: string;
  /** In hex. */
  sha256: string;
  bytes: number;
  announcedAt: Date;
  announcedBy: Actor;
  /** When its file came; null: it is announced. */
  publishedAt: Date | null;
  withdrawnAt: Date | null;
  withdrawnBy: Actor | null;
  withdrawnReason: string | null;
}

const SELECTED = `id, programme_code as programme, product, version, notes, file_name as "fileName",
  encode(sha256, 'hex') as sha256, bytes::float8 as bytes, announced_at as "announcedAt", announced_by as "announcedBy",
  published_at as "publishedAt", withdrawn_at as "withdrawnAt", withdrawn_by as "withdrawnBy",
  withdrawn_reason as "withdrawnReason"`;

export type NewRelease = Omit<SoftwareRelease, 'publishedAt' | 'withdrawnAt' | 'withdrawnBy' | 'withdrawnReason'>;

/** Undefined where the version is there already: announced, published, or withdrawn after it was published. */
export async function insertRelease(trx: Trx, release: NewRelease): Promise<SoftwareRelease | undefined> {
  const [made] = await rows<SoftwareRelease>(
    trx,
    `insert into software_release (id, programme_code, product, version, notes, file_name, sha256, bytes, announced_at,
       announced_by)
     values (:id, :programme, :product, :version, :notes, :fileName, decode(:sha256, 'hex'), :bytes, :announcedAt, :announcedBy)
     on conflict (programme_code, product, kontor_version(version)) where withdrawn_at is null or published_at is not null
       do nothing
     returning ${SELECTED}`,
    { ...release, announcedBy: JSON.stringify(release.announcedBy) },
  );
  return made;
}

/** One of the programme's, in whatever state. */
export async function findRelease(
  trx: Trx,
  key: { programme: string; releaseId: string },
): Promise<SoftwareRelease | undefined> {
  const [row] = await rows<SoftwareRelease>(
    trx,
    `select ${SELECTED} from software_release where programme_code = :programme and id = :releaseId`,
    key,
  );
  return row;
}

/** The same, locked until the transaction ends. */
export async function lockRelease(
  trx: Trx,
  key: { programme: string; releaseId: string },
): Promise<SoftwareRelease | undefined> {
  const [row] = await rows<SoftwareRelease>(
    trx,
    `select ${SELECTED} from software_release where programme_code = :programme and id = :releaseId for update`,
    key,
  );
  return row;
}

/** One that may be downloaded, of whatever programme: published and not withdrawn. */
export async function findPublished(trx: Trx, id: string): Promise<SoftwareRelease | undefined> {
  const [row] = await rows<SoftwareRelease>(
    trx,
    `select ${SELECTED} from software_release where id = :id and published_at is not null and withdrawn_at is null`,
    { id },
  );
  return row;
}

export interface ReleaseFilter {
  programme: string;
  products: readonly string[];
  /** Those that wait for their file and those that were withdrawn as well. */
  all: boolean;
  limit: number;
  after?: [announcedAt: Date, id: string] | undefined;
}

/** Releases of some products of a programme, the one that was announced last first; those after the cursor. */
export function listReleases(trx: Trx, filter: ReleaseFilter): Promise<SoftwareRelease[]> {
  const { programme, products, all, limit, after: [afterAt, afterId] = [null, null] } = filter;
  return rows<SoftwareRelease>(
    trx,
    `select ${SELECTED} from software_release
     where programme_code = :programme and product = any(:products::text[])
       and (:all or (published_at is not null and withdrawn_at is null))
       and (:afterId::uuid is null or (announced_at, id) < (:afterAt::timestamptz, :afterId::uuid))
     order by announced_at desc, id desc limit :limit`,
    { programme, products: [...products], all, limit, afterAt, afterId },
  );
}

/** Says that its file has come. */
export async function publishRelease(trx: Trx, id: string, at: Date): Promise<void> {
  await rows(trx, 'update software_release set published_at = :at where id = :id', { id, at });
}

export async function withdrawRelease(
  trx: Trx,
  { id, at, by, reason }: { id: string; at: Date; by: Actor; reason: string },
): Promise<void> {
  await rows(
    trx,
    `update software_release set withdrawn_at = :at, withdrawn_by = :by, withdrawn_reason = :reason where id = :id`,
    { id, at, by: JSON.stringify(by), reason },
  );
}

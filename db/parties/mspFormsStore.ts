/** How an MSP's own files look: its picture, and the columns of its service desk. */
import type { Actor } from '../../domain/access/actor.js';
import { deskColumns, type DeskColumns } from '../../domain/deskLines.js';
import { readStored } from '../../domain/readStored.js';
import { rows, type Trx } from '../connect.js';

export interface StoredLogo {
  contentType: string;
  content: Buffer;
}

export async function findLogo(trx: Trx, mspId: string): Promise<StoredLogo | undefined> {
  const [logo] = await rows<StoredLogo>(
    trx,
    'select content_type as "contentType", content from msp_logo where msp_id = :mspId',
    { mspId },
  );
  return logo;
}

/** Keeps a picture in place of the one before. */
export async function putLogo(
  trx: Trx,
  { mspId, contentType, content, at, by }: StoredLogo & { mspId: string; at: Date; by: Actor },
): Promise<void> {
  await rows(
    trx,
    `insert into msp_logo (msp_id, content_type, content, set_at, set_by)
     values (:mspId, :contentType, :content, :at, :by)
     on conflict (msp_id) do update set content_type = excluded.content_type, content = excluded.content,
       set_at = excluded.set_at, set_by = excluded.set_by`,
    { mspId, contentType, content, at, by: JSON.stringify(by) },
  );
}

/** False where there is none. */
export async function removeLogo(trx: Trx, mspId: string): Promise<boolean> {
  const removed = await rows(trx, 'delete from msp_logo where msp_id = :mspId returning 1', { mspId });
  return removed.length > 0;
}

/** Undefined: the MSP has said nothing. */
export async function findDeskColumns(trx: Trx, mspId: string): Promise<DeskColumns | undefined> {
  const [row] = await rows<{ columns: unknown }>(trx, 'select columns from desk_columns where msp_id = :mspId', {
    mspId,
  });
  return row && readStored(deskColumns, row.columns, `The service desk columns of MSP ${mspId}`);
}

/** Keeps columns in place of those before. */
export async function putDeskColumns(
  trx: Trx,
  { mspId, columns, at, by }: { mspId: string; columns: DeskColumns; at: Date; by: Actor },
): Promise<void> {
  await rows(
    trx,
    `insert into desk_columns (msp_id, columns, set_at, set_by) values (:mspId, :columns, :at, :by)
     on conflict (msp_id) do update set columns = excluded.columns, set_at = excluded.set_at, set_by = excluded.set_by`,
    { mspId, columns: JSON.stringify(columns), at, by: JSON.stringify(by) },
  );
}

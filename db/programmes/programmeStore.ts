import type { ProgrammeSettings } from '../../domain/programmeSettings.js';
import type { Party } from '../../domain/statement.js';
import { rows, type Trx } from '../connect.js';

/** What the vendor runs for its MSPs. */
export interface Programme {
  code: string;
  name: string;
  /** IANA time zone of the partner team. */
  zone: string;
  vendor: Party;
  settings: ProgrammeSettings;
}

/** What an approved MSP gets to read. */
export interface ProgrammeDocument {
  filename: string;
  title: string;
  contentType: string;
}

export async function findProgramme(trx: Trx, code: string): Promise<Programme | undefined> {
  const [row] = await rows<Programme>(
    trx,
    'select code, name, zone, vendor, settings from programme where code = :code',
    { code },
  );
  return row;
}

/** Sets the programme; what was there before is given back for the audit trail. */
export async function putProgramme(trx: Trx, programme: Programme): Promise<Programme | undefined> {
  const before = await findProgramme(trx, programme.code);
  await rows(
    trx,
    `insert into programme (code, name, zone, vendor, settings) values (:code, :name, :zone, :vendor, :settings)
     on conflict (code) do update set name = excluded.name, zone = excluded.zone, vendor = excluded.vendor,
       settings = excluded.settings`,
    { ...programme, vendor: JSON.stringify(programme.vendor), settings: JSON.stringify(programme.settings) },
  );
  return before;
}

/** By filename. */
export async function listProgrammeDocuments(trx: Trx, programmeCode: string): Promise<ProgrammeDocument[]> {
  return rows<ProgrammeDocument>(
    trx,
    `select filename, title, content_type as "contentType" from programme_document
     where programme_code = :programmeCode order by filename`,
    { programmeCode },
  );
}

export async function findProgrammeDocument(
  trx: Trx,
  programmeCode: string,
  filename: string,
): Promise<(ProgrammeDocument & { content: Buffer }) | undefined> {
  const [row] = await rows<ProgrammeDocument & { content: Buffer }>(
    trx,
    `select filename, title, content_type as "contentType", content from programme_document
     where programme_code = :programmeCode and filename = :filename`,
    { programmeCode, filename },
  );
  return row;
}

/** Sets one document of a programme. */
export async function putProgrammeDocument(
  trx: Trx,
  document: ProgrammeDocument & { programmeCode: string; content: Buffer },
): Promise<void> {
  const { programmeCode, filename, title, contentType, content } = document;
  await rows(
    trx,
    `insert into programme_document (programme_code, filename, title, content_type, content)
     values (:programmeCode, :filename, :title, :contentType, :content)
     on conflict (programme_code, filename) do update set title = excluded.title,
       content_type = excluded.content_type, content = excluded.content`,
    { programmeCode, filename, title, contentType, content },
  );
}

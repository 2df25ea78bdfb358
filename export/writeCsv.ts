import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { written, type Cell, type ExportFile } from './exportFile.js';

export interface WrittenFile {
  name: string;
  /** Of the bytes, in hex. */
  sha256: string;
  /** Without the header. */
  rows: number;
  bytes: number;
}

const PROGRESS_ROWS = 10_000;

/** Writes one CSV as its rows arrive; the file has its name once it is whole. */
export async function writeCsv(
  path: string,
  { name, columns }: Pick<ExportFile, 'name' | 'columns'>,
  cells: AsyncIterable<readonly Cell[]>,
  onRows: (rows: number) => void,
): Promise<WrittenFile> {
  const hash = createHash('sha256');
  let rows = 0;
  let bytes = 0;
  async function* records(): AsyncGenerator<string[]> {
    yield [...columns];
    for await (const row of cells) {
      rows += 1;
      if (rows % PROGRESS_ROWS === 0) onRows(rows);
      yield row.map(written);
    }
  }
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const draft = `${path}.part`;
  await pipeline(records(), stringify({ record_delimiter: '\r\n' }), tap, createWriteStream(draft));
  await rename(draft, path);
  onRows(rows);
  return { name, sha256: hash.digest('hex'), rows, bytes };
}

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { KontorError } from '../../domain/errors.js';
import type { Expected, ReleaseFiles } from './releaseFiles.js';

const PART = '.part';

function wrongBody(code: string, message: string): KontorError {
  return new KontorError('VALIDATION_FAILED', message, [{ field: 'body', code, message }]);
}

/** Bytes as they come, each piece written before the next is read. */
async function receive(source: Readable, file: FileHandle, expected: Expected): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  // What is refused is answered on the same connection.
  for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > expected.bytes) {
      throw new KontorError(
        'BODY_TOO_LARGE',
        `The file is longer than the ${expected.bytes} bytes that were announced.`,
      );
    }
    hash.update(chunk);
    await file.appendFile(chunk);
  }
  if (bytes < expected.bytes) {
    throw wrongBody('FILE_TOO_SHORT', `The file has ${bytes} bytes, and ${expected.bytes} were announced.`);
  }
  const sha256 = hash.digest('hex');
  if (sha256 !== expected.sha256) {
    throw wrongBody('CHECKSUM_DIFFERS', `The file's SHA-256 is ${sha256}, and ${expected.sha256} was announced.`);
  }
}

function hasBrokenOff(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

async function sync(path: string): Promise<void> {
  const opened = await open(path, 'r');
  await opened.sync().finally(() => opened.close());
}

/** What processes that were killed have left: nobody has written to it for `ms`. */
async function removeLeftParts(folder: string, ms: number): Promise<void> {
  const before = Date.now() - ms;
  for (const name of (await readdir(folder)).filter((one) => one.endsWith(PART))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < before) await rm(path, { force: true });
  }
}

/**
 * Files in a folder, which is made with the first one. Processes on several machines share the folder. An upload takes
 * `uploadMs` milliseconds at most. Without a folder `put` and `send` throw CONFIGURATION_INVALID.
 */
export function createDiskFiles(folder: string | undefined, uploadMs: number): ReleaseFiles {
  const root = () => {
    if (folder !== undefined) return resolve(folder);
    throw new KontorError(
      'CONFIGURATION_INVALID',
      'Set RELEASES_DIR: without a folder there are no files of releases.',
    );
  };
  return {
    put: async (id, source, expected) => {
      const home = root();
      await mkdir(home, { recursive: true, mode: 0o750 });
      await removeLeftParts(home, 2 * uploadMs);
      const part = join(home, `${id}.${randomUUID()}${PART}`);
      const file = await open(part, 'wx', 0o640);
      try {
        await receive(source, file, expected).finally(async () => {
          await file.sync();
          await file.close();
        });
        await rename(part, join(home, id));
        await sync(home);
      } catch (error) {
        await rm(part, { force: true });
        if (!hasBrokenOff(error)) throw error;
        throw new KontorError('REQUEST_ABORTED', 'The file broke off before its end.', [], { cause: error });
      }
    },
    send: (id, res) =>
      new Promise((done, fail) => {
        res.sendFile(id, { root: root(), cacheControl: false, lastModified: false }, (error?: Error) => {
          if (error === undefined || ('code' in error && error.code === 'ECONNABORTED')) done();
          else fail(res.headersSent ? error : refusalOf(error));
        });
      }),
    remove: async (id) => {
      if (folder !== undefined) await rm(join(root(), id), { force: true });
    },
  };
}

/** What `send` says by an HTTP status. */
function refusalOf(error: Error): Error {
  const status = 'status' in error ? error.status : undefined;
  if (status === 416) {
    const message = 'The file has no such bytes; Content-Range says how many there are.';
    return new KontorError('RANGE_NOT_SATISFIABLE', message, [
      { field: 'Range', code: 'RANGE_NOT_SATISFIABLE', message },
    ]);
  }
  if (status === 412) return new KontorError('PRECONDITION_FAILED', 'The file is not the one that If-Match names.');
  if (status === 404) {
    return new KontorError('STORED_DATA_UNREADABLE', 'The file is not where it is kept.', [], { cause: error });
  }
  return error;
}

import { readFile, stat } from 'node:fs/promises';
import { KontorError } from '../domain/errors.js';

/** A file that a person names, of at most so many bytes. @throws KontorError VALIDATION_FAILED */
export async function readFileWithin(path: string, maxBytes: number): Promise<Buffer> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw new KontorError('VALIDATION_FAILED', `${path} cannot be read: ${String(error)}`);
  });
  if (size > maxBytes) throw new KontorError('VALIDATION_FAILED', `${path} has more than ${maxBytes} bytes.`);
  return readFile(path);
}

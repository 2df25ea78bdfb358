import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { KontorError } from '../domain/errors.js';

/** A file that a person names, or what comes through a pipe, of at most so many bytes. @throws KontorError VALIDATION_FAILED */
export async function readFileWithin(path: string, maxBytes: number): Promise<Buffer> {
  // One byte more tells that there are more; a pipe or a device does not say how many it has.
  const bytes = await buffer(createReadStream(path, { end: maxBytes })).catch((error: unknown) => {
    throw new KontorError('VALIDATION_FAILED', `${path} cannot be read: ${String(error)}`);
  });
  if (bytes.length > maxBytes) throw new KontorError('VALIDATION_FAILED', `${path} has more than ${maxBytes} bytes.`);
  return bytes;
}

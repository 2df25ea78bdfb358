import express, { type Request, type RequestHandler, type Response } from 'express';
import { KontorError } from '../../domain/errors.js';
import { hasRepeatedMembers } from '../../domain/repeatedMembers.js';

const readers = new Map<number, RequestHandler>();

function readerFor(limit: number): RequestHandler {
  let reader = readers.get(limit);
  if (reader === undefined) {
    // The limit counts inflated bytes and reading stops there: a gzip bomb costs no more than an honest body.
    reader = express.raw({ limit, inflate: true, type: () => true });
    readers.set(limit, reader);
  }
  return reader;
}

/** The body's bytes before any content encoding; empty when there is none. At most `limit` bytes (BODY_TOO_LARGE). */
export function readBody(req: Request, res: Response, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    readerFor(limit)(req, res, (error?: unknown) => {
      if (error !== undefined) reject(error instanceof Error ? error : new Error('The body could not be read'));
      else {
        const body: unknown = req.body;
        resolve(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
      }
    });
  });
}

/** Throws UNSUPPORTED_MEDIA_TYPE unless the request says its body is JSON in UTF-8. */
export function requireJson(req: Request): void {
  const type = req.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) {
    throw new KontorError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json in UTF-8.');
  }
}

function checkDepth(text: string, limit: number): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      if (depth > limit) throw new KontorError('BODY_TOO_DEEP', `The body is nested more than ${limit} levels deep.`);
    } else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
}

/** NUL and lone surrogates are text in JSON, but in no database. */
export const UNSTORABLE = /[\0\p{Cs}]/u;

function refuseUnusable(key: string, value: unknown): unknown {
  // No field of ours is called that; a reader that merges objects would take it for their prototype.
  if (key === '__proto__') {
    throw new KontorError('VALIDATION_FAILED', 'The body breaks the rules named under errors.', [
      { field: '/__proto__', code: 'UNKNOWN_FIELD', message: 'There is no such field.' },
    ]);
  }
  if (UNSTORABLE.test(key) || (typeof value === 'string' && UNSTORABLE.test(value))) {
    throw new KontorError('BODY_MALFORMED', 'The body holds NUL or half of a character.');
  }
  return value;
}

/** Strict JSON of bounded depth, each member once; BODY_MALFORMED, BODY_TOO_DEEP, or VALIDATION_FAILED for `__proto__`. */
export function parseJson(bytes: Buffer, depth: number): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new KontorError('BODY_MALFORMED', 'The body is not UTF-8.');
  }
  checkDepth(text, depth);
  try {
    // The reviver costs a walk: only a body that may need it, for the name or an escape, takes it.
    const value = JSON.parse(text, /__proto__|\\u/.test(text) ? refuseUnusable : undefined) as unknown;
    if (hasRepeatedMembers(text, value)) {
      throw new KontorError('BODY_MALFORMED', 'An object of the body names a member twice.');
    }
    return value;
  } catch (error) {
    if (error instanceof KontorError) throw error;
    throw new KontorError('BODY_MALFORMED', 'The body is not JSON.');
  }
}

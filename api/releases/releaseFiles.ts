import type { Readable } from 'node:stream';
import type { Response } from 'express';

/** What a file has to be. */
export interface Expected {
  bytes: number;
  /** In hex. */
  sha256: string;
}

/**
 * Where the files of releases are, each under its release's id. diskFiles.ts keeps them in a folder; a store of objects behind
 * the same three would pass the request's range on.
 */
export interface ReleaseFiles {
  /**
   * Keeps what comes from `source` once all of it is there and is what is expected, in place of what there was; else nothing of it.
   * Throws BODY_TOO_LARGE, VALIDATION_FAILED where it is less or other bytes, REQUEST_ABORTED; the source is not destroyed.
   */
  put(id: string, source: Readable, expected: Expected): Promise<void>;
  /**
   * Answers with the file, or with the one range of it that the request asks for: 200, 206, 304. Its ETag is a header of the
   * answer already. Throws RANGE_NOT_SATISFIABLE, PRECONDITION_FAILED, STORED_DATA_UNREADABLE.
   */
  send(id: string, res: Response): Promise<void>;
  /** Removes it, where it is there. Answers that are being sent go on. */
  remove(id: string): Promise<void>;
}

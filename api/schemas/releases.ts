import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { instant, productCode, prose, text, uuid } from './common.js';
import { documentName } from './programmeDocuments.js';

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, 'SHA-256 in hex, 64 digits')
  .toLowerCase()
  .meta({ description: 'Of the file, in hex' });

/** As installations name theirs: 8.10 is newer than 8.9.3, and 8 the same as 8.0.0. */
const version = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,6}){0,3}$/, '1 to 4 numbers of up to 6 digits with dots between')
  .meta({ example: '21.4.1' });

export const releaseInput = z
  .strictObject({
    product: productCode,
    version,
    notes: prose(10_000).meta({ description: 'What is new, and what to know before it is installed' }),
    fileName: documentName.meta({
      description: 'As whoever downloads it gets it',
      example: 'mail-server-21.4.1.tar.gz',
    }),
    sha256,
    bytes: z.int().min(1).meta({ description: 'Length of the file; RELEASE_MAX_BYTES at most' }),
  })
  .meta({ id: 'SoftwareReleaseInput' });

export const releaseWithdrawal = z.strictObject({ reason: text(1000) }).meta({ id: 'SoftwareReleaseWithdrawal' });

export const release = z
  .strictObject({
    id: uuid,
    programme: z.string(),
    product: z.string(),
    version: z.string(),
    notes: z.string(),
    fileName: z.string(),
    sha256: z.string().meta({ description: 'Of the file, in hex' }),
    bytes: z.int(),
    announcedAt: instant,
    announcedBy: actor.nullable().meta({ description: 'Null: shown to the partner team alone' }),
    publishedAt: instant.nullable().meta({ description: 'When its file came; null: it waits for it' }),
    withdrawnAt: instant.nullable(),
    withdrawnBy: actor.nullable(),
    withdrawnReason: z.string().nullable(),
  })
  .meta({ id: 'SoftwareRelease' });

export const downloadLink = z
  .strictObject({
    url: z.string().meta({ description: 'Good without a token until `expiresAt`, for whoever has it' }),
    expiresAt: instant,
  })
  .meta({ id: 'DownloadLink' });

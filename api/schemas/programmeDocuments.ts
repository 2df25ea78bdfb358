import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { AUDIENCES } from '../../db/programmes/documentStore.js';
import { instant, text } from './common.js';

/** A name, never a path. */
export const documentName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'Letters, digits, dots, hyphens and underscores')
  .meta({ example: 'programme-guide.pdf' });

export const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'A language such as de or pt-BR (BCP 47)')
  .meta({ example: 'en' });

const contentType = z.enum(['application/pdf', 'text/plain', 'text/markdown', 'application/zip', 'image/png']);

const audience = z.enum(AUDIENCES).meta({
  description: 'Who may read it: approved MSPs and all below, distributors and the partner team, or it alone',
});

export const documentInput = z
  .strictObject({
    title: text(120),
    contentType,
    contentBase64: z.base64().min(1).meta({ description: 'At most some 8 MB of content' }),
    audience,
  })
  .meta({ id: 'ProgrammeDocumentInput' });

export const programmeDocument = z
  .strictObject({
    programme: z.string(),
    name: documentName,
    language: z.string(),
    version: z.int(),
    audience,
    title: z.string(),
    contentType: z.string(),
    sha256: z.string().meta({ description: 'Of the content, in hex' }),
    publishedAt: instant,
    publishedBy: actor,
    withdrawnAt: instant.nullable(),
  })
  .meta({ id: 'ProgrammeDocument' });

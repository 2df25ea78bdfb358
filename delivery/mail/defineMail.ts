import type { z } from 'zod';
import { KontorError } from '../../domain/errors.js';
import {
  messagesFor,
  type Locale,
  type MailInput,
  type MailKind,
  type MailMessages,
  type MailParams,
} from '../../locales/index.js';

/** What goes along with a mail; the outbox row says which one. */
export type AttachmentsWanted = 'none' | 'programmeDocuments' | 'statement' | 'billingPack' | 'correction';

/** A mail in words, in the recipient's language. */
export interface WrittenMail {
  /** One line. */
  subject: string;
  /** Plain text; line breaks within a paragraph are kept, lines beginning with `•` are a list. */
  paragraphs: string[];
}

/** One kind of mail: what it needs to know, what is attached, how it is written. */
export interface MailDefinition<Kind extends MailKind> {
  kind: Kind;
  attachments: AttachmentsWanted;
  /** From what the outbox keeps (JSON) to what the languages format. */
  params: z.ZodType<MailParams[Kind], MailInput<Kind>>;
  /** Throws MAIL_REFUSED naming the params that are off. */
  write(params: unknown, locale: Locale): WrittenMail;
}

/** Pure: params and language in, words out. */
export function defineMail<Kind extends MailKind>(
  kind: Kind,
  attachments: AttachmentsWanted,
  params: z.ZodType<MailParams[Kind], MailInput<Kind>>,
): MailDefinition<Kind> {
  return {
    kind,
    attachments,
    params,
    write(given, locale) {
      const parsed = read(kind, params, given);
      const words: MailMessages[Kind] = messagesFor(locale).mail[kind];
      return { subject: words.subject(parsed), paragraphs: words.body(parsed) };
    },
  };
}

function read<T>(kind: string, schema: z.ZodType<T>, given: unknown): T {
  let broken: string;
  try {
    const parsed = schema.safeParse(given);
    if (parsed.success) return parsed.data;
    broken = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ');
  } catch (error) {
    // An amount with more digits than its currency has.
    broken = error instanceof Error ? error.message : String(error);
  }
  throw new KontorError('MAIL_REFUSED', `The mail ${kind} cannot be written: ${broken}`);
}

import type { ClaimedMail } from '../../db/outbox/claimMails.js';
import { statementFile, type PackFiles, type StoredFile } from '../../db/outbox/mailDocuments.js';
import {
  layOut,
  MAIL_TEMPLATES,
  type Attachment,
  type AttachmentsWanted,
  type PreparedMail,
} from '../../delivery/index.js';
import { KontorError } from '../../domain/errors.js';
import { linkIdIn, withSecret } from '../../domain/linkAddress.js';
import { localeOf, type MailKind } from '../../locales/index.js';

/** What was loaded along with a batch. */
export interface LoadedFiles {
  /** By billing pack. */
  packs: ReadonlyMap<string, PackFiles>;
  /** Documents of the programme, by mail. */
  programmes: ReadonlyMap<string, readonly StoredFile[]>;
  /** The secrets of one-time links, made for this try; undefined: the link is not good any more. */
  links: ReadonlyMap<string, string | undefined>;
}

/** What goes along with a mail of this kind. Every kind the outbox may hold has a template, or this does not compile. */
export function attachmentsOf(kind: MailKind): AttachmentsWanted {
  return MAIL_TEMPLATES[kind].attachments;
}

/** The id of the one-time link that a mail carries: the outbox never holds its secret. */
export function linkOf({ params: { link } }: ClaimedMail): string | undefined {
  return linkIdIn(link);
}

function withLink(mail: ClaimedMail, { links }: LoadedFiles): Record<string, unknown> {
  const id = linkOf(mail);
  if (id === undefined) return mail.params;
  const secret = links.get(id);
  if (secret === undefined) throw new KontorError('MAIL_REFUSED', 'The link of this mail is not good any more.');
  return { ...mail.params, link: withSecret(String(mail.params['link']), id, secret) };
}

function attachments(mail: ClaimedMail, files: LoadedFiles): readonly Attachment[] {
  switch (attachmentsOf(mail.kind)) {
    case 'none':
      return [];
    case 'programmeDocuments':
      return files.programmes.get(mail.id) ?? [];
    case 'statement':
      if (mail.statementNumber === null || mail.statementPdf === null) {
        throw new KontorError('MAIL_REFUSED', 'The statement that belongs to this mail has no document.');
      }
      return [statementFile(mail.statementNumber, mail.statementPdf)];
    case 'correction':
      if (mail.correctionName === null || mail.correctionPdf === null) {
        throw new KontorError('MAIL_REFUSED', 'The credit or revision that belongs to this mail has no document.');
      }
      return [statementFile(mail.correctionName, mail.correctionPdf)];
    case 'billingPack': {
      const pack = files.packs.get(mail.billingPackId ?? '');
      if (pack === undefined || pack.own.length === 0) {
        throw new KontorError('MAIL_REFUSED', 'The billing pack that belongs to this mail does not exist.');
      }
      return [...pack.own, ...(pack.statements ?? [])];
    }
  }
}

/** What is the same for all mails of a batch. */
export interface BatchContext {
  files: LoadedFiles;
  /** Its Date header. */
  date: Date;
  /** Address of the API; null: paths alone. */
  publicUrl: string | null;
}

/** A claimed mail as it is sent. Throws MAIL_REFUSED when it cannot be written or lacks its document. */
export function prepareMail(mail: ClaimedMail, { files, date, publicUrl }: BatchContext): PreparedMail {
  const locale = localeOf(mail.locale);
  const packId = mail.billingPackId ?? '';
  const tooLarge = files.packs.get(packId)?.statements === null;
  const download = `${publicUrl ?? ''}/v1/billing-packs/${packId}`;
  const params = tooLarge ? { ...mail.params, download } : withLink(mail, files);
  const written = MAIL_TEMPLATES[mail.kind].write(params, locale);
  return {
    messageId: mail.messageId,
    envelopeId: mail.envelopeId,
    to: mail.recipient,
    locale,
    date,
    ...layOut(written, locale),
    attachments: attachments(mail, files),
  };
}

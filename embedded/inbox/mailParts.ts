import type { Attachment, Email } from 'postal-mime';

export function namesOf(email: Email): string[] {
  return email.attachments.map((attachment) => attachment.filename ?? attachment.mimeType);
}

/** Pictures that the HTML takes from its own mail. */
export function inlineImages(id: number, email: Email): string {
  return email.attachments.reduce((text, { contentId }, index) => {
    const reference = contentId?.replace(/^<|>$/g, '');
    return reference === undefined ? text : text.replaceAll(`cid:${reference}`, `/messages/${id}/attachments/${index}`);
  }, email.html ?? '');
}

export function bytesOf({ content }: Attachment): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content));
}

export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  return `${kind}; filename*=UTF-8''${encodeURIComponent(name)}`;
}

import PostalMime from 'postal-mime';

/** A report that a mail was not delivered (RFC 3464). */
export interface FailedDelivery {
  /** What the relay was given with the mail; who does not know it can report nothing. */
  envelopeId: string;
  /** What the recipient's server said, for people. */
  said: string;
}

/** Fields of one block of a delivery status, by lower-case name. */
function fieldsOf(block: string): Map<string, string> {
  const unfolded = block.replaceAll(/\r?\n[ \t]+/g, ' ');
  return new Map(
    unfolded.split(/\r?\n/).flatMap((line): [string, string][] => {
      const [, name, value] = /^([!-9;-~]+):\s*(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name.toLowerCase(), (value ?? '').trim()]];
    }),
  );
}

function failuresIn(status: string): FailedDelivery[] {
  const [message, ...recipients] = status.split(/(?:\r?\n){2,}/).map(fieldsOf);
  const envelopeId = message?.get('original-envelope-id');
  if (envelopeId === undefined) return [];
  return recipients
    .filter((fields) => fields.get('action')?.toLowerCase() === 'failed')
    .map((fields) => ({
      envelopeId,
      said: [fields.get('status'), fields.get('diagnostic-code')].filter((part) => part !== undefined).join(' '),
    }));
}

/** The mails of a mailbox file (mbox), or the one mail that a file is. */
function mailsOf(file: Buffer): Buffer[] {
  const text = file.toString('latin1');
  if (!text.startsWith('From ')) return [file];
  return text
    .split(/^From [^\n]*\n/m)
    .slice(1)
    .map((mail) => Buffer.from(mail, 'latin1'));
}

/** What the reports in a mailbox file, or in one mail, say was not delivered. Whatever is no such report says nothing. */
export async function failedDeliveries(file: Buffer): Promise<FailedDelivery[]> {
  const failed: FailedDelivery[] = [];
  for (const mail of mailsOf(file)) {
    const { attachments } = await PostalMime.parse(mail, { forceRfc822Attachments: true });
    for (const { mimeType, content } of attachments) {
      if (mimeType !== 'message/delivery-status') continue;
      failed.push(
        ...failuresIn(typeof content === 'string' ? content : Buffer.from(content as ArrayBuffer).toString()),
      );
    }
  }
  return failed;
}

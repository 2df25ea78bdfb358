/** A real inbox beside a test's database: mails of its outbox go there over SMTP, and are read as people read them. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { drain } from '../../activities/mailing/drain.js';
import type { Database } from '../../db/connect.js';
import { createMailer } from '../../delivery/index.js';
import { startInbox, type Inbox } from '../../embedded/inbox/index.js';
import { NO_RESTORE } from './noRestore.js';

export interface Mailbox {
  /** Sends what is due and returns every mail to that address so far, the latest last. */
  read(address: string): Promise<ReadMail[]>;
  close(): Promise<void>;
}

export interface ReadMail {
  subject: string;
  text: string;
  /** The secret of the one-time link in it; empty: it has none. */
  link: string;
}

/** Every mail to an address that an inbox has, the latest last. */
export async function mailsTo(inbox: Inbox, address: string): Promise<ReadMail[]> {
  const ids = inbox.messages().flatMap(({ id, recipients }) => (recipients.includes(address) ? [id] : []));
  const mails = await Promise.all(ids.map(async (id) => PostalMime.parse(await inbox.source(id))));
  return mails.map(({ subject = '', text = '' }) => {
    // Long lines are folded where the mail's text is wrapped.
    const [, link = ''] = /console\/link#([A-Za-z0-9_-]{43})/.exec(text.replaceAll(/\s/g, '')) ?? [];
    return { subject, text, link };
  });
}

export async function openMailbox(db: Database): Promise<Mailbox> {
  const dataDir = await mkdtemp(join(tmpdir(), 'kontor-mailbox-'));
  const inbox = await startInbox({ dataDir });
  const mailer = createMailer({ smtpUrl: inbox.smtpUrl, from: 'kontor@kontor.example' });
  return {
    read: async (address) => {
      await drain(
        { db, mailer, publicUrl: 'https://kontor.example', restores: NO_RESTORE },
        {},
        {
          claimant: randomUUID(),
          before: { sent: 0, deferred: 0, bounced: 0, uncertain: 0, parked: 0 },
          signal: new AbortController().signal,
          heartbeat: () => undefined,
        },
      );
      return mailsTo(inbox, address);
    },
    close: async () => {
      await mailer.close();
      await inbox.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

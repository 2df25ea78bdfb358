/**
 * An SMTP server that keeps every mail and sends none on, and a page that shows them: what Kontor uses where no SMTP
 * relay is configured, and what tests deliver to. Both listen on 127.0.0.1 only. Mails lie as .eml files in `dataDir`,
 * so they outlive the process. Tests decide by `fault` which deliveries are refused or cut off.
 */
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { claim } from '../claim.js';
import { listenNear } from '../ports.js';
import { openMailStore } from './mailStore.js';
import { createSmtpSink, type SinkOptions } from './smtpSink.js';
import { createInboxApp } from './web.js';

export type { Fault } from './smtpSink.js';

export type InboxOptions = SinkOptions & {
  /** Wanted ports on 127.0.0.1; others are taken where they are busy or none is given. */
  smtpPort?: number;
  httpPort?: number;
  /** For the inbox alone; made if missing. */
  dataDir: string;
};

export type InboxMessage = {
  id: number;
  messageId: string | null;
  /** Of the envelope. */
  recipients: readonly string[];
  subject: string;
  arrivedAt: Date;
};

export type Inbox = {
  smtpUrl: string;
  /** Without a slash at its end. */
  pageUrl: string;
  /** What has been kept so far, in order of arrival, earlier runs over the same dataDir included. */
  messages(): InboxMessage[];
  /** The mail with this id, byte for byte as it was sent. */
  source(id: number): Promise<Buffer>;
  stop(): Promise<void>;
};

/**
 * Starts both servers over `dataDir`.
 *
 * @throws EmbeddedError EMBEDDED_IN_USE while another process holds the folder
 */
export async function startInbox(opts: InboxOptions): Promise<Inbox> {
  const dataDir = resolve(opts.dataDir);
  const release = await claim(dataDir, 'The inbox');
  try {
    const store = await openMailStore(dataDir);
    const smtp = createSmtpSink(store, opts);
    const web = createServer(createInboxApp(store, opts.log ?? (() => undefined)));
    const smtpPort = await listenNear(smtp.server, opts.smtpPort);
    const httpPort = await listenNear(web, opts.httpPort);
    return {
      smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
      pageUrl: `http://127.0.0.1:${httpPort}`,
      messages: () =>
        store.all().map(({ id, messageId, recipients, subject, arrivedAt }) => ({
          id,
          messageId,
          recipients,
          subject,
          arrivedAt: new Date(arrivedAt),
        })),
      source: (id) => store.source(id),
      stop: async () => {
        await new Promise<void>((done) => {
          smtp.close(done);
        });
        await new Promise<void>((done) => {
          web.close(() => {
            done();
          });
          web.closeAllConnections();
        });
        await store.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

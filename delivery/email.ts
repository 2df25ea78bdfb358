import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { compose } from './compose.js';
import type { Mailer } from './mailer.js';
import { outcomeOfFailure, outcomeOfReply } from './outcome.js';

export interface MailerOptions {
  /** `smtp://` or `smtps://`, with user and password where the relay wants them. */
  smtpUrl: string;
  /** Envelope sender and From, a bare address. */
  from: string;
  /** How long a relay may be silent before the connection is given up. RFC 5321 asks for minutes, which a pool of connections cannot wait. */
  silenceTimeoutMs?: number;
}

/** Connections of one process: enough to hide a relay's delays, few enough not to be taken for an attack. */
const CONNECTIONS = 6;
/** A connection serves a whole run; the relay may end it earlier. */
const MAILS_PER_CONNECTION = 10_000;
/** For the name, the connection and the greeting each. */
const CONNECT_TIMEOUT_MS = 10_000;
/** For each reply; that to the final dot too, before which a relay may look into the mail: too short makes it uncertain. */
const SILENCE_TIMEOUT_MS = 120_000;
/** A body goes out in pieces, so that its end is not reached while most of it still waits for the socket. */
const PIECE_BYTES = 65_536;

function* inPieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** Mail over SMTP, with a pool of connections that are kept. Mails wait for a free one, in order. */
export function createMailer({ smtpUrl, from, silenceTimeoutMs = SILENCE_TIMEOUT_MS }: MailerOptions): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: MAILS_PER_CONNECTION,
    // Trying again is the outbox's business: a pool that queues a mail anew might send it twice.
    maxRequeues: 0,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: silenceTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
    debug: false,
  });
  // Bodies that a connection has read to their end. That is before the final dot can have been written, never after.
  const ended = new WeakSet<Readable>();
  transport.use('stream', ({ data, message }, done) => {
    const { raw } = data;
    message.processFunc((body) => {
      body.once('end', () => {
        if (raw instanceof Readable) ended.add(raw);
      });
      return body;
    });
    done();
  });
  return {
    send: async (mail) => {
      const raw = Readable.from(inPieces(await compose(mail, from)), { objectMode: false });
      try {
        const { response } = await transport.sendMail({ envelope: { from, to: [mail.to] }, raw });
        return outcomeOfReply(response);
      } catch (error) {
        return outcomeOfFailure(error, ended.has(raw));
      }
    },
    close: () => {
      transport.close();
      return Promise.resolve();
    },
  };
}

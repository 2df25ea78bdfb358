import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { readHeaders, type MailStore } from './mailStore.js';

/** What becomes of a delivery; `cut` means that the connection ends without a reply. */
export type Outcome = 'accept' | 'reject-4xx' | 'reject-5xx' | 'cut-after-data' | 'cut-before-data';

/**
 * Decides the outcome of a delivery, for tests. Asked once per recipient at RCPT TO, where the message id is not known
 * yet (null), and, if that was accepted, once more when the whole mail is there. `count` says how many deliveries to this
 * recipient have been tried, this one included. Cut-after-data ends the connection after the final dot in either case;
 * cut-before-data ends it at RCPT TO, or, answered to a known message id, as cut-after-data does but never stored.
 */
export type Fault = (mail: { recipient: string; messageId: string | null; count: number }) => Outcome;

export type SinkOptions = {
  fault?: Fault;
  /** Whether a mail whose connection is cut after the data has arrived all the same. Default false. */
  storeCutMail?: boolean;
  /** Told in one line each what goes wrong outside a delivery. */
  log?: (line: string) => void;
};

const MAX_MAIL_BYTES = 50_000_000;
const CLOSE_GRACE_MS = 300;
const REPLIES = {
  'reject-4xx': { code: 451, text: 'Try again later' },
  'reject-5xx': { code: 550, text: 'Mailbox unavailable' },
} as const;

/** An SMTP server that takes everything, from anybody, with any credentials, and keeps it in `store`. */
export function createSmtpSink(store: MailStore, opts: SinkOptions = {}): SMTPServer {
  const fault = opts.fault ?? (() => 'accept');
  const counts = new Map<string, number>();
  const sockets = new Map<number, Socket>();
  const toBeCut = new Set<string>();
  const cut = (session: SMTPServerSession) => {
    toBeCut.delete(session.id);
    sockets.get(session.remotePort)?.destroy();
  };

  const server = new SMTPServer({
    banner: 'Kontor inbox',
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: MAX_MAIL_BYTES,
    logger: false,
    closeTimeout: CLOSE_GRACE_MS,
    onAuth(auth, _session, callback) {
      callback(null, { user: auth.username ?? 'anybody' });
    },
    onMailFrom(_address, session, callback) {
      toBeCut.delete(session.id);
      callback();
    },
    onRcptTo({ address }, session, callback) {
      const recipient = address.toLowerCase();
      const count = (counts.get(recipient) ?? 0) + 1;
      counts.set(recipient, count);
      const outcome = fault({ recipient: address, messageId: null, count });
      if (outcome === 'cut-before-data') {
        cut(session);
        return;
      }
      if (outcome === 'cut-after-data') toBeCut.add(session.id);
      callback(outcome === 'reject-4xx' || outcome === 'reject-5xx' ? rejection(outcome) : null);
    },
    onData(stream, session, callback) {
      receive(stream, session).then(
        (outcome) => {
          if (outcome === 'accept') callback(null, 'kept');
          else if (outcome === 'reject-4xx' || outcome === 'reject-5xx') callback(rejection(outcome));
          else cut(session);
        },
        (error: unknown) => {
          callback(error instanceof Error ? error : new Error(String(error)));
        },
      );
    },
  });
  // The only public way to a connection's socket is to see it come.
  server.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort;
    if (port === undefined) return;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  // Mostly clients that hang up in the middle; without a listener they would end this process.
  server.on('error', (error: Error) => opts.log?.(`Inbox, SMTP: ${error.message}`));
  return server;

  async function receive(stream: NodeJS.ReadableStream, session: SMTPServerSession): Promise<Outcome> {
    const raw = await buffer(stream);
    const { mailFrom, rcptTo } = session.envelope;
    const recipients = rcptTo.map(({ address }) => address);
    const headers = await readHeaders(raw);
    const outcomes = toBeCut.has(session.id)
      ? (['cut-after-data'] as const)
      : recipients.map((recipient) =>
          fault({ recipient, messageId: headers.messageId, count: counts.get(recipient.toLowerCase()) ?? 1 }),
        );
    const outcome = outcomes.find((each) => each !== 'accept') ?? 'accept';
    if (outcome === 'accept' || (outcome === 'cut-after-data' && opts.storeCutMail === true)) {
      await store.add(raw, { sender: mailFrom === false ? '' : mailFrom.address, recipients }, headers);
    }
    return outcome;
  }
}

function rejection(outcome: keyof typeof REPLIES): Error {
  const { code, text } = REPLIES[outcome];
  return Object.assign(new Error(text), { responseCode: code });
}

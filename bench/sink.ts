/** An SMTP server on this machine that takes every mail and keeps none; both arms mail to it. */
import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

/** What arrived since `begin`. */
export interface Arrivals {
  mails: number;
  /** Milliseconds from `begin` to the first accepted mail; null: none. */
  firstMailMs: number | null;
  /** The most connections that were open at once. */
  connections: number;
  /** How often each Message-ID arrived. */
  counts: ReadonlyMap<string, number>;
  /** Message-IDs that arrived more than once. */
  repeated: string[];
}

export interface Sink {
  smtpUrl: string;
  /** Forgets what arrived, and counts from now on. */
  begin(): void;
  arrivals(): Arrivals;
  stop(): Promise<void>;
}

const MAX_MAIL_BYTES = 50_000_000;
const MESSAGE_ID = /^Message-ID: <(.+)>\r$/im;

export async function startSink(): Promise<Sink> {
  let begun = performance.now();
  let first: number | null = null;
  let mails = 0;
  let open = 0;
  let connections = 0;
  const counts = new Map<string, number>();
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    disableReverseLookup: true,
    size: MAX_MAIL_BYTES,
    logger: false,
    onConnect(_session, callback) {
      open += 1;
      connections = Math.max(connections, open);
      callback();
    },
    onClose() {
      open -= 1;
    },
    onData(stream, _session, callback) {
      let head = '';
      stream.on('data', (chunk: Buffer) => {
        // Headers come before anything large.
        if (head.length < 4_096) head += chunk.toString('latin1');
      });
      stream.once('error', callback);
      stream.once('end', () => {
        mails += 1;
        first ??= performance.now() - begun;
        const id = MESSAGE_ID.exec(head)?.[1] ?? '';
        counts.set(id, (counts.get(id) ?? 0) + 1);
        callback(null);
      });
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const address = listening.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    smtpUrl: `smtp://127.0.0.1:${port}`,
    begin: () => {
      begun = performance.now();
      first = null;
      mails = 0;
      connections = open;
      counts.clear();
    },
    arrivals: () => ({
      mails,
      firstMailMs: first === null ? null : Math.round(first),
      connections,
      counts: new Map(counts),
      repeated: [...counts].flatMap(([id, count]) => (count > 1 ? [id] : [])),
    }),
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
      }),
  };
}

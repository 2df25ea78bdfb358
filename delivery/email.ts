import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { failpoint } from '../domain/failpoint.js';
import { compose } from './compose.js';
import type { Mailer, MayHandOver, PreparedMail, SendOutcome } from './mailer.js';
import { outcomeOfFailure, outcomeOfReply } from './outcome.js';

export interface MailerOptions {
  /** `smtp://` or `smtps://`, with user and password where the relay wants them. */
  smtpUrl: string;
  /** Envelope sender and From, a bare address. */
  from: string;
  /** Mails go over TLS or not at all; else over TLS where the relay offers it. */
  requireTls?: boolean;
  /** How long a relay may be silent, by step; tests take less. */
  silence?: Partial<Silence>;
}

/** In milliseconds. RFC 5321 asks for minutes, which a few connections cannot wait. */
interface Silence {
  /** For the name, the connection and the greeting each. */
  connectMs: number;
  /** From MAIL FROM until the relay asks for the body. */
  commandsMs: number;
  /** Before any one reply; that to the final dot too, before which a relay may look into the mail: too short makes it uncertain. */
  replyMs: number;
}

/** Connections of one process: enough to hide a relay's delays, few enough not to be taken for an attack. */
const CONNECTIONS = 6;
/** A connection serves a whole run; the relay may end it earlier. */
const MAILS_PER_CONNECTION = 10_000;
const SILENCE: Silence = { connectMs: 10_000, commandsMs: 20_000, replyMs: 60_000 };
/** A body goes out in pieces, so that its end is not reached while most of it still waits for the socket. */
const PIECE_BYTES = 65_536;
/** That it may be handed over is believed for this long: a process may have stood still since it asked. */
const BELIEVED_MS = 5_000;

class WithheldError extends Error {}

/** The pieces of a mail, once it may be handed over. Nobody reads them before the relay has asked for the body. */
async function* inPieces(bytes: Buffer, mayHandOver: MayHandOver): AsyncGenerator<Buffer> {
  const ask = async () => {
    if (!(await mayHandOver())) throw new WithheldError('Somebody else has taken this mail over.');
    return performance.now();
  };
  const askedAt = await ask();
  failpoint('mail.begun');
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
  failpoint('mail.written');
  if (performance.now() - askedAt >= BELIEVED_MS) await ask();
}

/** One mail on its way through a connection. */
class Handover {
  /** The body has been read to its end, which is before the final dot can have been written, never after. */
  ended = false;
  private withheld: unknown;
  private silent = false;
  private readonly abort = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bytes: Buffer,
    private readonly mayHandOver: MayHandOver,
    private readonly commandsMs: number,
  ) {}

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** A connection has taken the mail; the relay has this long to ask for its body. */
  begin(): Readable {
    this.timer = setTimeout(() => {
      this.silent = true;
      this.abort.abort();
    }, this.commandsMs);
    const ask = async () => {
      clearTimeout(this.timer);
      try {
        return await this.mayHandOver();
      } catch (error) {
        throw new WithheldError(error instanceof Error ? error.message : String(error));
      }
    };
    const body = Readable.from(inPieces(this.bytes, ask), { objectMode: false });
    body.once('end', () => (this.ended = true));
    body.once('error', (error) => {
      // Destroyed with its connection it errs as well, and then that says why.
      if (error instanceof WithheldError) this.withheld = error;
    });
    return body;
  }

  over(): void {
    clearTimeout(this.timer);
  }

  outcomeOf(error: unknown): SendOutcome {
    if (this.withheld instanceof Error && !this.ended) return { kind: 'withheld', reason: this.withheld.message };
    const outcome = outcomeOfFailure(error, this.ended);
    if (!this.silent || outcome.kind !== 'deferred') return outcome;
    return { ...outcome, response: `The relay did not answer within ${this.commandsMs / 1000} s.` };
  }
}

/** Mail over SMTP, with a pool of connections that are kept. Mails wait for a free one, in order. */
export function createMailer({ smtpUrl, from, requireTls = false, silence = {} }: MailerOptions): Mailer {
  const { connectMs, commandsMs, replyMs } = { ...SILENCE, ...silence };
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: MAILS_PER_CONNECTION,
    // Trying again is the outbox's business: a pool that queues a mail anew might send it twice.
    maxRequeues: 0,
    requireTLS: requireTls,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: replyMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
    debug: false,
  });
  const handovers = new WeakMap<Buffer, Handover>();
  transport.use('stream', ({ data, message }, done) => {
    const handover = Buffer.isBuffer(data.raw) ? handovers.get(data.raw) : undefined;
    if (handover === undefined) {
      done(new Error('The mail was changed on its way.'));
      return;
    }
    // What is composed goes out as it is. The pool asks for it when a connection takes the mail, and reads when the relay does.
    message.createReadStream = () => handover.begin();
    done();
  });
  const dsnOf = ({ envelopeId, to }: PreparedMail) => ({
    envid: envelopeId,
    ret: 'HDRS' as const,
    notify: ['failure' as const],
    orcpt: to,
  });
  return {
    atOnce: CONNECTIONS,
    send: async (mail, mayHandOver) => {
      const raw = await compose(mail, from);
      const handover = new Handover(raw, mayHandOver, commandsMs);
      handovers.set(raw, handover);
      try {
        const { response } = await transport.sendMail({
          envelope: { from, to: [mail.to] },
          raw,
          dsn: dsnOf(mail),
          signal: handover.signal,
        });
        failpoint('mail.accepted');
        return outcomeOfReply(response);
      } catch (error) {
        return handover.outcomeOf(error);
      } finally {
        handover.over();
      }
    },
    close: () => {
      transport.close();
      return Promise.resolve();
    },
  };
}

import type { SendOutcome } from './mailer.js';

/** What nodemailer says about a failure; every part may be missing. */
interface SmtpFailure {
  message: string;
  code: string;
  /** The SMTP command that was being answered; `CONN` for the connection itself. */
  command: string;
  responseCode: number | undefined;
}

/** Failures of reaching the relay at all; after them no reply to a mail's own commands can have come. */
const NO_CONNECTION = /^(EDNS|ETLS|EAUTH|ENOAUTH|EOAUTH2|EPROXY)$/;
const SILENCE = /^(ETIMEDOUT|EABORT|ABORT_ERR)$/;
const UNREACHABLE =
  /\b(ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)\b|Connection timeout|Greeting never received/;
/** Commands that are about us, not about the mail: the relay refuses the sender whatever the recipient. */
const OURS = /^(CONN|EHLO|HELO|STARTTLS|MAIL FROM|AUTH\b.*)$/;

function read(error: unknown): SmtpFailure {
  const failure: SmtpFailure = { message: String(error), code: '', command: '', responseCode: undefined };
  if (!(error instanceof Error)) return failure;
  failure.message = error.message;
  if ('code' in error && typeof error.code === 'string') failure.code = error.code;
  if ('command' in error && typeof error.command === 'string') failure.command = error.command;
  if ('responseCode' in error && typeof error.responseCode === 'number') failure.responseCode = error.responseCode;
  return failure;
}

/** What the reply to the final dot means: anything but a complete 2xx may be half a reply of any kind. */
export function outcomeOfReply(response: string): SendOutcome {
  if (/^2\d\d(?:[ -]|$)/.test(response)) return { kind: 'sent', response };
  return { kind: 'uncertain', detail: `Not a complete reply: ${response}` };
}

/**
 * What a failed try means. `bodyEnded` says whether the body has been read to its end, which is before its final dot can
 * have been written: without it the relay cannot have accepted the mail, whatever happened.
 * A relay that has not answered in time is `silent`.
 */
export function outcomeOfFailure(error: unknown, bodyEnded: boolean): SendOutcome {
  const { message, code, command, responseCode } = read(error);
  // A complete reply to RCPT TO or DATA decides; one to the connection (command CONN) may be cut or meant otherwise.
  const answered = responseCode !== undefined && (command === 'RCPT TO' || command === 'DATA');
  if (answered && responseCode >= 500 && responseCode !== 503) return { kind: 'bounced', response: message };
  if (bodyEnded && !answered) return { kind: 'uncertain', detail: message };
  const refusesUs = responseCode !== undefined && OURS.test(command);
  return {
    kind: 'deferred',
    response: code === 'ETLS' ? `${message} (Mail goes over TLS alone unless SMTP_TLS is optional.)` : message,
    relayDown: !answered && (refusesUs || NO_CONNECTION.test(code) || UNREACHABLE.test(message)),
    silent: SILENCE.test(code),
  };
}

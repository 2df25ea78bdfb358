/** Bytes that go along; never a path or an address to fetch. */
export interface Attachment {
  filename: string;
  contentType: string;
  content: Buffer;
}

/** A mail as it is sent: one recipient, text and HTML. */
export interface PreparedMail {
  /** Without angle brackets. */
  messageId: string;
  /** For the relay alone, never in the mail itself: what it could not deliver, it reports under this. */
  envelopeId: string;
  /** A bare address. */
  to: string;
  /** Language of subject and body, as in `Content-Language`. */
  locale: string;
  /** Its Date header. */
  date: Date;
  subject: string;
  text: string;
  html: string;
  attachments: readonly Attachment[];
}

/** What became of one try. `response` and `detail` are for people. */
export type SendOutcome =
  /** The relay has taken it over. */
  | { kind: 'sent'; response: string }
  /**
   * It was not accepted, and may be later: a 4xx, or a connection that ended before the body's end was handed over.
   * `relayDown`: it did not get as far as this mail (no connection, refused login or sender), so no other mail would.
   * `silent`: it did not answer in time, which may be about this mail or about all.
   */
  | { kind: 'deferred'; response: string; relayDown: boolean; silent: boolean }
  /** It was not handed over: `mayHandOver` said no, or could not tell. */
  | { kind: 'withheld'; reason: string }
  /** A 5xx for this recipient or this message. */
  | { kind: 'bounced'; response: string }
  /** The body's end was handed over and no reply came: it may have been accepted, or not. */
  | { kind: 'uncertain'; detail: string };

/** Asked right before a mail is handed over, and again before its end where that took long. Rejects where it cannot tell. */
export type MayHandOver = () => Promise<boolean>;

/** A delivery channel. */
export interface Mailer {
  /** How many mails it hands over at once; others wait. */
  atOnce: number;
  /** Rejects with MAIL_REFUSED when the mail must not be sent as it is; every other failure is an outcome. */
  send(mail: PreparedMail, mayHandOver: MayHandOver): Promise<SendOutcome>;
  /** Ends idle connections; a delivery in progress finishes first. */
  close(): Promise<void>;
}

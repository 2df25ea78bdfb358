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
   */
  | { kind: 'deferred'; response: string; relayDown: boolean }
  /** A 5xx for this recipient or this message. */
  | { kind: 'bounced'; response: string }
  /** The body's end was handed over and no reply came: it may have been accepted, or not. */
  | { kind: 'uncertain'; detail: string };

/** A delivery channel. */
export interface Mailer {
  /** Rejects with MAIL_REFUSED when the mail must not be sent as it is; every other failure is an outcome. */
  send(mail: PreparedMail): Promise<SendOutcome>;
  /** Ends idle connections; a delivery in progress finishes first. */
  close(): Promise<void>;
}

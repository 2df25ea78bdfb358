/** Every bound of the HTTP edge, each with its reason. Tests pass smaller ones. */
export interface Limits {
  /** Requests a minute from one address, whoever it is. */
  perAddressPerMinute: number;
  /** Requests a minute with one token. */
  perTokenPerMinute: number;
  /** Passwords, codes and links tried a minute from one address. */
  guessesPerMinute: number;
  /** Sign-ups and waiting-list entries an hour from one address, which anybody can send. */
  strangersPerHour: number;
  /** Messages refused an hour from one site whose sender was proven that are written down one by one; others are counted. */
  refusalsPerSitePerHour: number;
  /** Bytes of a body after decompression, unless its route asks for more. */
  bodyBytes: number;
  /** Nesting of a JSON body. */
  bodyDepth: number;
  /** Milliseconds for the whole request to arrive: a slow sender keeps no connection. */
  arrivalMs: number;
  /** The same where a route takes its body as it comes. */
  uploadMs: number;
  /** Milliseconds a request waits for Temporal altogether. */
  temporalTimeoutMs: number;
  /** Milliseconds a decision waits for its workflow before the answer is 202. */
  updateTimeoutMs: number;
}

export const LIMITS: Limits = {
  // One address may be the proxy in front of all sites of a country; a core answers about 5,000 requests a second.
  perAddressPerMinute: 240_000,
  // A client that lists, decides and downloads for 500 MSPs needs some thousands; a loop gone wild sends more.
  perTokenPerMinute: 60_000,
  // An operator sets it by GUESSES_PER_MINUTE. Everybody of a large office behind one address signs in within some minutes; a password costs half a second of a core.
  guessesPerMinute: 120,
  // An operator sets it by SIGN_UPS_PER_HOUR. A company signs up once; behind one address there may be an office park.
  strangersPerHour: 60,
  // A site that is wrong is wrong again each day, or with each try: enough to see why.
  refusalsPerSitePerHour: 60,
  bodyBytes: 256 * 1024,
  bodyDepth: 10,
  arrivalMs: 60_000,
  // 2 GiB at 5 Mbit a second.
  uploadMs: 3_600_000,
  temporalTimeoutMs: 15_000,
  // Longer than any worker in trouble needs to come back to its queue, shorter than clients wait for an answer.
  updateTimeoutMs: 10_000,
};

/** A batch of 1,000 check-ins over several tenants, written out as JSON. */
export const CHECK_IN_BODY_BYTES = 4 * 1024 * 1024;

/** The signed month of some hundred sites, in base64. */
export const USAGE_FILE_BODY_BYTES = 8 * 1024 * 1024;

/** A programme document of some megabytes, in base64. */
export const DOCUMENT_BODY_BYTES = 12 * 1024 * 1024;

/** Milliseconds for the headers of a request to arrive: a slow sender keeps no connection. */
export const HEADERS_TIMEOUT_MS = 15_000;

/** Milliseconds an idle connection is kept: longer than the clients' pools keep theirs, so that they end it, not we. */
export const KEEP_ALIVE_MS = 65_000;

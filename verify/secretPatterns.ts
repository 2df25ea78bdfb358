import { createHash } from 'node:crypto';

/** What is known of the secrets in force or past, so that one is told from any other text that looks like it. */
export interface KnownSecrets {
  /** SHA-256, in hex, of tokens, sessions, one-time links, recovery codes, and what each is. */
  hashes: ReadonlyMap<string, string>;
  /** Secrets that are kept as they are, and what each is. */
  values: readonly { value: string; what: string }[];
}

/** Secrets that are known by their form. */
const FORMS: readonly { what: string; form: RegExp }[] = [
  { what: 'a metered key', form: /\bKM-[0-9A-HJKMNP-TV-Z]{6}(?:-[0-9A-HJKMNP-TV-Z]{6}){8}\b/g },
  { what: 'a private key', form: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g },
  { what: 'a private key', form: /"kty"\s*:\s*"(?:OKP|EC|RSA)"[^{}]*"d"\s*:\s*"[A-Za-z0-9_-]{20,}"/g },
  {
    what: 'a password in an address',
    form: /\b(?:postgres(?:ql)?|smtps?|https?):\/\/[^\s:/@"']+:(?!\*+@)[^\s/@"']+@/g,
  },
  { what: 'a bearer token', form: /\bbearer\s+(?!\[|<|\*)[A-Za-z0-9._~+/-]{20,}/gi },
];

/**
 * 256 random bits as text: sessions and one-time links have this form, tokens with what says that they are some before it, and so may
 * other things.
 */
const RANDOM = /(?<![A-Za-z0-9_-])(?:kontor_(?:[a-z]+_)?)?[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g;

/** The same forms, for PostgreSQL to look for: whatever it finds is looked at again here. */
export const FORMS_IN_SQL = [
  'KM-[0-9A-HJKMNP-TV-Z]{6}-',
  'PRIVATE KEY-----',
  '"d"\\s*:\\s*"',
  '://[^\\s:/@]+:[^\\s/@]+@',
  '[Bb][Ee][Aa][Rr][Ee][Rr]\\s+\\S{20}',
  // Without a look around it, which takes twice the time.
  '[A-Za-z0-9_-]{43}',
].join('|');

/** What secrets stand in a text; none of them is repeated in what is said. */
export function secretsIn(text: string, known: KnownSecrets): string[] {
  const found = new Set<string>();
  for (const { what, form } of FORMS) if (new RegExp(form).test(text)) found.add(what);
  for (const [token] of text.matchAll(RANDOM)) {
    const what = known.hashes.get(createHash('sha256').update(token).digest('hex'));
    if (what !== undefined) found.add(what);
  }
  for (const { value, what } of known.values) if (text.includes(value)) found.add(what);
  return [...found];
}

/**
 * The identity of a mail, whatever is retried: the same kind and parts give the same Message-ID (RFC 5322, without the
 * angle brackets). Parts are ids, numbers and periods; anything outside the safe characters becomes `-`.
 */
export function messageId(kind: string, ...parts: readonly (string | number)[]): string {
  const local = [kind, ...parts].map((part) => String(part).replaceAll(/[^A-Za-z0-9-]+/g, '-')).join('.');
  return `${local}@kontor.example`;
}

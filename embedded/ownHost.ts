/**
 * Whether a `Host` header names this machine itself, or one of `others`: names and addresses in lower case without a port, of
 * version 6 in brackets. A page of another place reaches a listener by a name of its own that it lets point there; the name it came
 * by is in this header.
 */
export function isOwnHost(header: string | undefined, others: readonly string[] = []): boolean {
  const name = /^(\[[\da-f:.]+\]|[^:]+)(:\d{1,5})?$/i.exec(header ?? '')?.[1]?.toLowerCase();
  if (name === undefined) return false;
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(name) || others.includes(name);
}

/**
 * Whether a `Host` header names this machine itself. A page of another place reaches a loopback listener by a name of its own
 * that it lets point there; the name it came by is in this header.
 */
export function isLoopbackHost(header: string | undefined): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(header ?? '');
}

/**
 * Where a one-time link leads. Its secret stands behind the `#`, which no browser sends and no server logs. In the outbox
 * the link's id stands there instead, until the mail is sent.
 */
export function linkAddress(publicUrl: string, secretOrId: string): string {
  return `${publicUrl}/console/link#${secretOrId}`;
}

/** The id in such an address as the outbox keeps it; undefined: it is none. */
export function linkIdIn(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined;
  return /\/console\/link#([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(address)?.[1];
}

/** The address with its secret. */
export function withSecret(address: string, id: string, secret: string): string {
  return address.slice(0, address.length - id.length) + secret;
}

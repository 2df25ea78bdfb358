/** Where a one-time link leads. The secret stands behind the `#`, which no browser sends and no server logs. */
export function linkAddress(publicUrl: string, secret: string): string {
  return `${publicUrl}/console/link#${secret}`;
}

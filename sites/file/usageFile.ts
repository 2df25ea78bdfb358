import { z } from 'zod';
import { parseSignature } from '../push/signature.js';

/** What the signature of a carried message names as its path: so that it cannot be sent as if it came from the site itself. */
export const CARRIED = { 'file:/v1/site/check-ins': 'checkIns', 'file:/v1/site/usage-reports': 'usageReport' } as const;

/** A site's month is a batch of check-ins and a report; one person may carry those of many sites. */
export const MOST_CARRIED = 100;

const base64url = z
  .string()
  .regex(/^[\w-]*$/, 'base64url without padding')
  .max(5_600_000);

export const USAGE_FILE = z.strictObject({
  version: z.literal(1),
  messages: z
    .array(
      z.strictObject({
        body: base64url.meta({ description: "The message's bytes, as they were signed" }),
        signature: z.string().max(2_000).meta({ description: 'What the header Kontor-Signature would have' }),
      }),
    )
    .min(1)
    .max(MOST_CARRIED),
});

/** One message of a file, its signature not verified. */
export interface CarriedMessage {
  kind: (typeof CARRIED)[keyof typeof CARRIED] | null;
  path: string;
  body: Uint8Array;
  signature: string;
}

/** The messages of a file, in its order; `kind` is null where the signature names no path of a carried message. */
export function carriedOf({ messages }: z.output<typeof USAGE_FILE>): CarriedMessage[] {
  return messages.map(({ body, signature }) => {
    const path = pathOf(signature);
    const kind = Object.hasOwn(CARRIED, path) ? CARRIED[path as keyof typeof CARRIED] : null;
    return { kind, path, body: Buffer.from(body, 'base64url'), signature };
  });
}

/** Empty where the signature cannot be read: who verifies it says why. */
function pathOf(signature: string): string {
  try {
    return parseSignature(signature).claims.path;
  } catch {
    return '';
  }
}

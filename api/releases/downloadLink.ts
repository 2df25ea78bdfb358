import { z } from 'zod';
import type { LinkSigner } from '../../config/linkSigner.js';
import { VIEWS, type View } from '../../domain/access/views.js';
import { KontorError } from '../../domain/errors.js';

/** Milliseconds for which a link is good. */
export const LINK_MS = 3_600_000;

/** Which release, and who asked: the link gives what that membership has in that view when it is used, and no more. */
export interface Download {
  releaseId: string;
  membershipId: string;
  view: View;
}

const CONTENT = z.tuple([z.literal('download'), z.uuid(), z.uuid(), z.enum(VIEWS), z.int()]);

/** What stands in the address until `expiresAt`. */
export function signDownload(links: LinkSigner, { releaseId, membershipId, view }: Download, expiresAt: Date): string {
  const content: z.output<typeof CONTENT> = ['download', releaseId, membershipId, view, expiresAt.getTime()];
  return links.sign(JSON.stringify(content));
}

/** Throws LINK_INVALID where it is none of ours, was changed, or has expired at `at`. */
export function readDownload(links: LinkSigner, link: string, at: Date): Download {
  const content = links.read(link);
  const parsed = CONTENT.safeParse(content === null ? null : JSON.parse(content));
  if (!parsed.success || parsed.data[4] <= at.getTime()) {
    throw new KontorError('LINK_INVALID', 'This link is not good, or not any more: ask for a new one.');
  }
  const [, releaseId, membershipId, view] = parsed.data;
  return { releaseId, membershipId, view };
}

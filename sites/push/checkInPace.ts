/** Seconds between two check-ins of a site. */
export const CHECK_IN_SECONDS = 86_400;
const LARGEST_JITTER_SECONDS = 1_800;

/**
 * What a site adds to each interval, from -1,800 to 1,800 seconds: always the same for one site, different for most,
 * so that sites which came back together drift apart instead of all checking in at once every day.
 */
export function jitterSeconds(siteId: string): number {
  let hash = 0;
  for (const character of siteId) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return (hash % (2 * LARGEST_JITTER_SECONDS + 1)) - LARGEST_JITTER_SECONDS;
}

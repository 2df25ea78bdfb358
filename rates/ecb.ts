/** Its reference rates are for one euro. */
export const ECB_BASE = 'EUR';

/** Whether a source gives itself out as the European Central Bank, in whatever spelling: its rates come from its files alone. */
export function isEcbSource(source: string): boolean {
  const plain = source.normalize('NFKC').toLowerCase();
  return /european\s+central\s+bank|\becb\b/.test(plain);
}

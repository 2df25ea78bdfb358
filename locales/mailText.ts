import { formatDay, formatMinor } from './format.js';
import type { Locale } from './index.js';
import type { ParkedMsp, Total } from './mail.js';

/** A list in the body of a mail: one line an entry, in one paragraph. */
export function bulleted(entries: readonly string[]): string {
  return entries.map((entry) => `• ${entry}`).join('\n');
}

/** A paragraph, or none. */
export function paragraphIf(condition: boolean, paragraph: string): string[] {
  return condition ? [paragraph] : [];
}

export function totalsList(totals: readonly Total[], locale: Locale): string {
  return bulleted(totals.map(({ currency, totalMinor }) => formatMinor(totalMinor, currency, locale)));
}

export function parkedList(parked: readonly ParkedMsp[]): string {
  return bulleted(parked.map(({ mspName, reason }) => `${mspName}: ${reason}`));
}

/** The day, or what the language says for "never". */
export function dayOr(day: string | null, never: string, locale: Locale): string {
  return day === null ? never : formatDay(day, locale);
}

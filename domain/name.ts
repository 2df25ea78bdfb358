/**
 * Characters that no name, address or reference may hold: control characters (a line break could start a mail header),
 * line and paragraph separators, marks that reorder or hide text and fillers that show nothing (a name must read as it is
 * stored), lone surrogates.
 * Markup and quotes are allowed: they are data, and whoever shows them escapes them.
 */
const REFUSED =
  /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFFE\uFFFF\u00AD\u115F\u1160\u3164\uFFA0\u{1D173}-\u{1D17A}]|\u034F|\u17B4|\u17B5|[\u180B-\u180F]/u;

/** What is wrong with `text` as a name, as a sentence; null: nothing. */
export function nameProblem(text: string): string | null {
  if (text.trim() === '') return 'Must not be empty.';
  const found = REFUSED.exec(text);
  if (found === null) return null;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `Contains the character U+${code}: line breaks, control characters and invisible direction marks are not allowed.`;
}

/** The one form a name is kept and compared in: composed (NFC), without blanks at its ends. */
export function canonicalName(text: string): string {
  return text.normalize('NFC').trim();
}

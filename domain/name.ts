/**
 * Characters that no name, address or reference may hold: control characters (a line break could start a mail header),
 * line and paragraph separators, whatever shows nothing by its nature (Default_Ignorable_Code_Point: marks that reorder or
 * hide text, fillers; a name must read as it is stored) and the blank of Braille, lone surrogates. Persian's non-joiner
 * stands between Arabic letters only.
 * Markup and quotes are allowed: they are data, and whoever shows them escapes them.
 */
const REFUSED =
  /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u2800\uFFF9-\uFFFC\uFFFE\uFFFF]|(?!\u200C)\p{Default_Ignorable_Code_Point}|(?<!\p{Script=Arabic})\u200C|\u200C(?!\p{Script=Arabic})/u;
/** Of RFC 2047: a mail client would show what it stands for, not what was checked. */
const ENCODED_WORD = /=\?[^?\s]+\?[bq]\?/i;

/** What is wrong with `text` as a name, as a sentence; null: nothing. */
export function nameProblem(text: string): string | null {
  if (text.trim() === '') return 'Must not be empty.';
  if (ENCODED_WORD.test(text)) return 'Contains an encoded word of a mail header ("=?…?="): write what it stands for.';
  const found = REFUSED.exec(text);
  if (found === null) return null;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `Contains the character U+${code}: line breaks, control characters and characters that show nothing are not allowed.`;
}

/**
 * The one form a name is kept in: composed (NFC), each run of blanks one space, none at its ends. Which names are the same
 * is decided by `kontor_comparable_name` of the database (NFKC, case apart).
 */
export function canonicalName(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/\p{Zs}+/gu, ' ')
    .trim();
}

const BREAKS = /\r\n?|\n/;
const linesOf = (text: string) => text.split(BREAKS).map((line) => line.replaceAll('\t', ' '));

/** The same of what a person writes over several lines, each of which may be empty; tabs are blanks. */
export function proseProblem(text: string): string | null {
  const written = linesOf(text).filter((line) => line.trim() !== '');
  if (written.length === 0) return nameProblem('');
  return written.map(nameProblem).find((problem) => problem !== null) ?? null;
}

/** The one form prose is kept in: each line as a name is, lines parted by line feeds, none empty at its ends. */
export function canonicalProse(text: string): string {
  return linesOf(text).map(canonicalName).join('\n').trim();
}

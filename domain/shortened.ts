/** The beginning of a text, without half of a character at its end: no database keeps that in JSON. */
export function shortened(text: string, longest: number): string {
  return text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '');
}

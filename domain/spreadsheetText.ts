/**
 * Text for a cell of a CSV: a leading sign that a spreadsheet would take for a formula, at full width too, is defused by an
 * apostrophe.
 */
export function spreadsheetText(value: string): string {
  return /^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(value) ? `'${value}` : value;
}

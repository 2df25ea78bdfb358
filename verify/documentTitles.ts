/** The title of a PDF stands in its metadata as plain bytes: it says whose document it is, and nothing is drawn for it. */
import type { Say } from './correctionLine.js';

const BEGINS = '<rdf:li xml:lang="x-default">';
const ENDS = '</rdf:li>';

/** As rule 13 makes them, of statements and of credits. */
const NUMBERS = /[A-Z0-9][A-Z0-9-]*-\d{4}-C?\d{6,}/g;

/** SQL: the part of a stored PDF that begins with its title. */
export const titlePart = (pdf: string) => `substring(${pdf} from position('${BEGINS}'::bytea in ${pdf}) for 2000)`;

/** Empty: the bytes have none. */
function titleIn(bytes: Buffer): string {
  const begin = bytes.indexOf(BEGINS);
  const end = begin === -1 ? -1 : bytes.indexOf(ENDS, begin);
  return end === -1 ? '' : bytes.toString('utf8', begin + BEGINS.length, end);
}

/** A title names the numbers of its own document and no other. */
export function checkTitle(bytes: Buffer, numbers: readonly string[], say: Say): void {
  const title = titleIn(bytes);
  if ((title.match(NUMBERS) ?? []).sort().join() !== numbers.toSorted().join()) say(`its PDF is called "${title}"`);
}

/** What is not printed of a name, or printed otherwise, is neither letter nor digit. */
const printed = (text: string) => text.normalize('NFC').replace(/[^\p{L}\p{N}]/gu, '');

/** The same of a pack's summary, which has no number: its title names the distributor. */
export function checkPackTitle(bytes: Buffer, distributor: string, say: Say): void {
  const title = titleIn(bytes);
  if (!printed(title).includes(printed(distributor))) say(`its summary PDF is called "${title}"`);
}

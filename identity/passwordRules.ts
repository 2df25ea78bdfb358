const SHORTEST = 12;
const LONGEST = 200;

/** The one form a password is compared in (NFKC): the same keys give the same password on every device. */
export function canonicalPassword(password: string): string {
  return password.normalize('NFKC');
}

function comparable(text: string): string {
  return canonicalPassword(text)
    .toLowerCase()
    .replaceAll(/[\s\p{P}]+/gu, '');
}

/** What is wrong with a new password of that person, as a sentence; null: nothing. Length is in characters. */
export function passwordProblem(password: string, person: { name: string; email: string }): string | null {
  const length = Array.from(canonicalPassword(password)).length;
  if (length < SHORTEST) return `Take at least ${SHORTEST} characters.`;
  if (length > LONGEST) return `Take at most ${LONGEST} characters.`;
  const [local = ''] = person.email.split('@');
  const own = [person.name, person.email, local].map(comparable);
  if (own.includes(comparable(password))) return 'Take something else than your name or address.';
  if (new Set(canonicalPassword(password)).size === 1) return 'Take more than one character over and over.';
  return null;
}

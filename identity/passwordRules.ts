const SHORTEST = 12;
const LONGEST = 200;

/** The one form a password is compared in (NFKC): the same keys give the same password on every device. */
export function canonicalPassword(password: string): string {
  return password.normalize('NFKC');
}

/** What whoever guesses a password for this programme tries first, in the languages of its people. */
const CONTEXT = [
  'kontor',
  'password',
  'passwort',
  'kennwort',
  'haslo',
  'hasło',
  'admin',
  'welcome',
  'willkommen',
  'benvenuto',
];
/** So few characters beside names, such words and digits are no password. */
const OWN_CHARACTERS = 4;

/** Whether hardly anything is left of it without names of the person, words of the programme, digits and signs. */
function isGuessable(password: string, own: readonly string[]): boolean {
  let rest = comparable(password);
  for (const word of [...own, ...CONTEXT]) if (word.length > 2) rest = rest.replaceAll(word, '');
  return Array.from(rest.replaceAll(/[\d\p{S}]/gu, '')).length < OWN_CHARACTERS;
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
  const names = [...own, ...person.name.split(/\s+/).map(comparable)];
  if (isGuessable(password, names)) return 'Take more than your name, digits and words such as "Kontor" or "password".';
  return null;
}

import type { PluralForms } from './format.js';
import type { Messages } from './messages.js';

/** The same tree with any branch or leaf left out; texts, plural forms and sentences are leaves. */
type Partly<T> = T extends string | PluralForms | ((...params: never[]) => unknown)
  ? T
  : { readonly [Key in keyof T]?: Partly<T[Key]> };

/** What a language has words for so far. A key that English does not have does not compile. */
export type Translation = Partly<Messages>;

/** Follows whatever is said in English for want of own words, so that a reader sees that it is no slip. */
const MARK = ' [en]';

function marked(english: unknown): unknown {
  if (typeof english === 'string') return english + MARK;
  // A mail's paragraphs: one mark at their end.
  if (Array.isArray(english))
    return english.map((text: unknown, i) => (i === english.length - 1 ? marked(text) : text));
  return english;
}

function isTree(words: unknown): words is Record<string, unknown> {
  return typeof words === 'object' && words !== null && !('other' in words);
}

function completed(own: unknown, english: unknown): unknown {
  if (isTree(english)) {
    const branches = isTree(own) ? own : {};
    return Object.fromEntries(Object.entries(english).map(([key, words]) => [key, completed(branches[key], words)]));
  }
  if (own !== undefined) return own;
  if (typeof english === 'function') {
    return (...params: unknown[]): unknown => marked(Reflect.apply(english, undefined, params));
  }
  if (typeof english === 'object' && english !== null) {
    return Object.fromEntries(Object.entries(english).map(([category, form]) => [category, marked(form)]));
  }
  return marked(english);
}

/** The language with everything it lacks said in English, marked `[en]`. */
export function inEnglishWhereMissing(own: Translation, english: Messages): Messages {
  // The tree is English's own, key by key; only leaves are exchanged, for leaves of the same type.
  return completed(own, english) as Messages;
}

/** Where texts stand: `mail.runSummary.subject`. */
function pathsOf(words: unknown, path: readonly string[] = []): string[] {
  if (!isTree(words)) return [path.join('.')];
  return Object.entries(words).flatMap(([key, inner]) => pathsOf(inner, [...path, key]));
}

/** Texts that the language does not say itself yet, and texts that it has although English has none there. */
export function comparedWithEnglish(own: Translation, english: Messages): { missing: string[]; unknown: string[] } {
  const [its, all] = [new Set(pathsOf(own)), new Set(pathsOf(english))];
  return { missing: [...all].filter((path) => !its.has(path)), unknown: [...its].filter((path) => !all.has(path)) };
}

import { createHash } from 'node:crypto';

/** Values of a statement's `?`, in order, or of its `:name`s, of which it need not use all. */
export type Bindings = readonly unknown[] | Readonly<Record<string, unknown>>;

interface Translated {
  /** The same in every process. */
  name: string;
  /** With `$1`, `$2`, … */
  text: string;
  /** What is bound to each; null: by position. */
  names: readonly (string | null)[];
}

/** What holds no names: texts, quoted names, comments, casts. Then a name or a place. */
const TOKEN = /'(?:[^']|'')*'|"[^"]*"|--[^\n]*|::|(?<![\w\]]):([a-z_]\w*)|\?/gi;

const prepared = new Map<string, Translated>();

function translate(sql: string): Translated {
  const names: (string | null)[] = [];
  const text = sql.replace(TOKEN, (token, name: string | undefined) => {
    if (name === undefined && token !== '?') return token;
    return `$${names.push(name ?? null)}`;
  });
  return { name: createHash('sha256').update(sql).digest('base64url'), text, names };
}

function valuesOf({ names }: Translated, bindings: Bindings): unknown[] {
  if (Array.isArray(bindings)) {
    if (bindings.length !== names.length || names.some((name) => name !== null)) {
      throw new Error(`The statement binds ${names.length} values, not ${bindings.length}.`);
    }
    return [...(bindings as readonly unknown[])];
  }
  const given = bindings as Readonly<Record<string, unknown>>;
  return names.map((name) => {
    const value = name === null ? undefined : given[name];
    if (value === undefined) throw new Error(`Nothing is bound to :${name ?? '?'}.`);
    return value;
  });
}

/** A statement as PostgreSQL takes it. */
interface Query {
  text: string;
  values: unknown[];
}

/** Throws where a name or place has no value; nothing there is null. */
export function toQuery(sql: string, bindings: Bindings): Query {
  const statement = translate(sql);
  return { text: statement.text, values: valuesOf(statement, bindings) };
}

/** The same with the name under which it is prepared. Kept for good: the text must be one of a few. */
export function toPrepared(sql: string, bindings: Bindings): Query & { name: string } {
  let statement = prepared.get(sql);
  if (statement === undefined) {
    statement = translate(sql);
    prepared.set(sql, statement);
  }
  return { name: statement.name, text: statement.text, values: valuesOf(statement, bindings) };
}

import { z } from 'zod';
import type { SettingKind } from './kinds.js';

/** One number of product.md's rules: what it may be, what it is unless a programme sets it, what it means. */
export interface Setting<V> {
  kind: SettingKind<V>;
  shipped: V;
  meaning: string;
}

export function setting<V>(kind: SettingKind<V>, shipped: V, meaning: string): Setting<V> {
  return { kind, shipped, meaning };
}

type Members = Record<string, Setting<unknown>>;
/** What is given of a group, before it is known to be right. */
type Given = Readonly<Record<string, unknown>>;
type ValueOf<S> = S extends Setting<infer V> ? V : never;
type Values<M> = { [K in keyof M]: ValueOf<M[K]> };
type Shape<M> = { [K in keyof M]: z.ZodOptional<z.ZodType<ValueOf<M[K]>, ValueOf<M[K]>>> };

/** `[earlier, '<', later]`: of a list its greatest member counts. Checked with what is shipped where nothing is given. */
type Order<M> = readonly (readonly [keyof M & string, '<' | '<=', keyof M & string])[];

/** The settings of one subject. */
export interface SettingsGroup<M extends Members> {
  /** The rule of product.md whose numbers these are. */
  rule: number;
  members: M;
  /** What a programme sets: every member may be left out, no other is taken. */
  schema: z.ZodObject<Shape<M>, z.core.$strict>;
  /** What holds: what is given, else what is shipped. */
  resolve(given: Given | undefined): Values<M>;
}

function mapMembers(
  members: Members,
  of: (member: Setting<unknown>, name: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, of(member, name)]));
}

function greatest(value: unknown): number {
  return Array.isArray(value) ? Math.max(...value.map(Number)) : Number(value);
}

/** Puts members, their shipped values and the order among them into one group; messages name `rule`. */
export function settingsGroup<const M extends Members>(
  rule: number,
  members: M,
  order: Order<M> = [],
): SettingsGroup<M> {
  // The two assertions: Object.fromEntries forgets which name has which type; both maps have exactly the names of `members`.
  const shape = mapMembers(members, ({ kind, meaning }) =>
    kind.schema(`Rule ${rule}: ${kind.unit}, ${kind.range}.`).optional().meta({ description: meaning }),
  ) as Shape<M>;
  const resolve = (given: Given = {}) =>
    mapMembers(members, ({ shipped }, name) => given[name] ?? shipped) as Values<M>;
  const schema = z.strictObject(shape).superRefine((given: Given, context) => {
    const values = resolve(given);
    const show = (name: keyof M & string) =>
      `${name} (${String(values[name])}${given[name] === undefined ? ', as shipped' : ''})`;
    for (const [earlier, sign, later] of order) {
      const [low, high] = [greatest(values[earlier]), greatest(values[later])];
      if (sign === '<' ? low < high : low <= high) continue;
      context.addIssue({
        code: 'custom',
        path: [given[later] === undefined ? earlier : later],
        message: `Rule ${rule}: ${show(earlier)} has to be ${sign === '<' ? 'less than' : 'at most'} ${show(later)}.`,
      });
    }
  });
  return { rule, members, schema, resolve };
}

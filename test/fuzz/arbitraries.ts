import fc from 'fast-check';
import { z } from 'zod';

/** As far as the document uses JSON Schema. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** Stands for the id of something that exists when the request is sent. */
const ID = /^@id(\d+)$/;

/** The value with an id of `pool` wherever one is wanted. */
export function withIds(value: unknown, pool: readonly string[]): unknown {
  if (typeof value === 'string') {
    const [, index] = ID.exec(value) ?? [];
    return index === undefined ? value : (pool[Number(index) % pool.length] ?? value);
  }
  if (Array.isArray(value)) return value.map((item) => withIds(item, pool));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withIds(item, pool)]));
}

const id = fc.nat(999).map((index) => `@id${index}`);
const INSTANTS = ['2026-03-10T12:00:00Z', '2026-04-01T00:00:00+02:00', '1900-01-01T00:00:00Z', '2199-12-31T23:59:59Z'];
const PERIODS = ['2026-01', '2026-02', '2026-03', '2026-04', '2000-01', '2099-12', '2050-06'];
const WORDS = ['msp', 'IT', 'EUR', 'mail-server', 'mail-server.mailbox', 'north', '1', '2026-03', 'Europe/Rome', 'en'];

const HOSTILE_TEXT = [
  ...['', ' ', '\u0000', 'a\u0000b', '\ud800', '\u202e', '%00', '../../etc/passwd', "' or 1=1; --", '{{7*7}}', '${x}'],
  ...['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-23:59', '99999-01', '0000-00', '2026-02-30', '-1', '1e308', 'NaN'],
  ...['9223372036854775808', 'x'.repeat(3000), '\u{1F600}', '\r\nBcc: x@y.example', '__proto__', 'null'],
];
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXT),
  fc.constantFrom(null, true, -1, 0, 1.5, 1e308, 2 ** 31, 2 ** 53, -(2 ** 63), [], {}, [[]], { a: { b: [] } }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** fast-check makes no text for these; without them it nearly fits. */
const LOOKAROUND = /\(\?<?[=!](?:[^()]|\([^()]*\))*\)/g;

function textOf(schema: Schema): fc.Arbitrary<unknown> {
  const { format, pattern, minLength = 0, maxLength = 40 } = schema;
  if (format === 'uuid') return id;
  if (format === 'date-time') return fc.constantFrom(...INSTANTS);
  if (format === 'date') return fc.constantFrom('2026-03-10', '1900-01-01', '2199-12-31', '2028-02-29');
  if (format === 'email') return fc.nat(9999).map((n) => `fuzz${n}@company${n}.example`);
  if (pattern?.includes('20\\d\\d-(0[1-9]') === true) return fc.constantFrom(...PERIODS);
  if (pattern !== undefined) {
    const words = WORDS.filter((word) => new RegExp(pattern).test(word));
    const matching = fc.stringMatching(new RegExp(pattern.replaceAll(LOOKAROUND, '')));
    return words.length === 0 ? matching : fc.oneof(fc.constantFrom(...words), matching);
  }
  return fc.oneof(
    fc.constantFrom(...WORDS.filter(({ length }) => length >= minLength && length <= maxLength), 'fuzzed'),
    fc.string({ minLength, maxLength: Math.min(maxLength, 40), unit: 'grapheme' }),
  );
}

/** Values that fit a schema of the document. */
export function fitting(schema: Schema, components: Record<string, Schema>, depth = 0): fc.Arbitrary<unknown> {
  const within = (part: Schema) => fitting(part, components, depth + 1);
  if (depth > 12) return fc.constant(null);
  if (schema.$ref !== undefined) return within(components[schema.$ref.slice('#/components/schemas/'.length)] ?? {});
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(within));
  if (schema.allOf !== undefined) {
    return fc.tuple(...schema.allOf.map(within)).map((parts) => Object.assign({}, ...(parts as object[])) as unknown);
  }
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => within({ ...schema, type })));
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number': {
      const min = Math.ceil(schema.minimum ?? (schema.exclusiveMinimum ?? -1) + 1);
      return fc.oneof(
        fc.integer({ min, max: Math.min(schema.maximum ?? min + 100, min + 100) }),
        fc.constant(Math.min(schema.maximum ?? 1000, 2 ** 31)),
      );
    }
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const minLength = schema.minItems ?? 0;
      return fc.array(within(schema.items ?? {}), {
        minLength,
        maxLength: Math.max(minLength, Math.min(schema.maxItems ?? 3, 3)),
      });
    }
    case 'object': {
      const { properties = {}, required = [], additionalProperties } = schema;
      const named = fc.record(
        Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, within(part)])),
        { requiredKeys: required.filter((name) => name in properties) },
      );
      if (typeof additionalProperties !== 'object') return named;
      const more = fc.dictionary(fc.constantFrom(...WORDS), within(additionalProperties), { maxKeys: 2 });
      return fc.tuple(named, more).map(([one, other]) => ({ ...other, ...one }));
    }
    default:
      return fc.constant({});
  }
}

/** The value with one part of it, chosen by `at`, replaced: what nearly fits finds more than what does not fit at all. */
export function spoiled(value: unknown, at: number, by: unknown): unknown {
  if (typeof value !== 'object' || value === null) return by;
  const keys = Object.keys(value);
  const key = keys[at % (keys.length + 1)];
  if (Array.isArray(value))
    return key === undefined
      ? [...(value as unknown[]), by]
      : value.with(Number(key), spoiled(value[Number(key)], at >> 2, by));
  if (key === undefined) return { ...value, unknownMember: by };
  if (at % 7 === 0) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  return { ...value, [key]: spoiled(Reflect.get(value, key), at >> 2, by) };
}

export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  instance: z.string(),
  errors: z.array(z.strictObject({ field: z.string(), code: z.string(), message: z.string() })).max(50),
});

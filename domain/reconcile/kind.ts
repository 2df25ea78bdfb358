import { z } from 'zod';
import { KontorError } from '../errors.js';
import type { Quantity, SiteFacts, UsageFacts } from '../usage.js';
import type { EvidenceSchema } from './evidence.js';
import type { Thresholds } from './thresholds.js';

/** *automatic*: the rule settles it. *review*: a person may, then the default does. *person*: parked until somebody does. */
export type Handling = 'automatic' | 'review' | 'person';

/** What a person may decide (rule 5), `accept` being the kind's own default and `confirm` the answer to a moved total. */
export const DECISIONS = [
  'accept',
  'accept_reported',
  'accept_observed',
  'set_quantity',
  'waive',
  'defer',
  'confirm',
] as const;
export type Decision = (typeof DECISIONS)[number];

/** Decisions that a person must give a reason for (rule 5). */
export const REASON_MANDATORY: readonly Decision[] = ['set_quantity', 'waive'];

/** How a case was settled: by the kind's rule or default, or by a person's decision. */
export type Resolution =
  { by: 'rule' | 'default' } | { by: 'person'; decision: Decision; quantity: number | null; reason: string | null };

/** What most kinds under review offer. */
export const QUANTITY_DECISIONS: readonly Decision[] = [
  'accept',
  'accept_reported',
  'accept_observed',
  'set_quantity',
  'waive',
  'defer',
];

/** A review that ends by itself; a programme may do without it, or insist on a person. */
export const REVIEWED = ['review', 'automatic', 'person'] as const;

/** What every kind declares. The first of `handlings` and of `defaults` is the shipped one (rule 3). */
interface Declared<K extends string, E extends EvidenceSchema, D extends string> {
  /** Snake case; the same in tables, API and documents. */
  kind: K;
  /** How a programme may have it handled. */
  handlings: readonly [Handling, ...Handling[]];
  /** What a programme may have done where nobody decides; each has its words in `locales`. Empty: a person must decide. */
  defaults: readonly D[];
  /** What a person may decide. */
  decisions: readonly Decision[];
  /** The small facts a person needs to decide, shown in API, console and statement. */
  evidence: E;
}

/** What a default makes of a quantity that the kinds before it left. */
type Settle = (quantity: Quantity, usage: UsageFacts, site: SiteFacts) => Quantity;

interface Settled<D extends string> {
  /** By default, what each makes of the quantity. */
  settle: Readonly<Record<D, Settle>>;
}

/** Refuses keys the schema does not have: functions may return more than their type says. */
type Exactly<F, E> = F & Readonly<Record<Exclude<keyof F, keyof E>, never>>;

function readEvidence<E extends EvidenceSchema>(kind: string, schema: E, stored: unknown): z.output<E> {
  const parsed = schema.safeParse(stored);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path, message }) => ({
    field: `/${path.join('/')}`,
    code: 'EVIDENCE_INVALID',
    message,
  }));
  const where = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new KontorError(
    'INTERNAL',
    `The stored evidence of a case of kind ${kind} does not fit its schema: ${where}. ` +
      'Restore the row, or let the schema of the kind read the older form too.',
    fields,
  );
}

function declare<const K extends string, E extends EvidenceSchema, const D extends string>(
  definition: Declared<K, E, D>,
) {
  const { kind, evidence, handlings, defaults } = definition;
  return {
    /** What a programme may set; left out: as shipped. */
    settings: z
      .strictObject({
        handling: z.enum(handlings).default(handlings[0]),
        default: z
          .enum(defaults)
          .nullable()
          .default(defaults[0] ?? null)
          .refine((name) => name !== null || defaults.length === 0, `One of ${defaults.join(', ')}.`),
      })
      .prefault({}),
    /** Evidence as it comes out of the database. Throws INTERNAL naming the fields that are off. */
    read: (stored: unknown) => ({ kind, evidence: readEvidence(kind, evidence, stored) }),
  };
}

function applyDefault<D extends string>(kind: string, settle: Readonly<Record<D, Settle>>) {
  const byName = new Map<string, Settle>(Object.entries<Settle>(settle));
  return (name: string | null, ...given: Parameters<Settle>): Quantity => {
    const apply = byName.get(name ?? '');
    if (apply === undefined) {
      throw new RangeError(`Kind ${kind} has no default "${name ?? ''}"; it has: ${[...byName.keys()].join(', ')}`);
    }
    return apply(...given);
  };
}

/** A kind found on one site, tenant and meter. Its default may change the quantity. */
export function usageKind<
  const K extends string,
  E extends EvidenceSchema,
  const D extends string,
  F extends z.output<E>,
>(
  definition: Declared<K, E, D> &
    Settled<D> & {
      /** Null: nothing found. `quantity` is what the kinds before this one made of it. */
      detect: (
        usage: UsageFacts,
        quantity: Quantity,
        site: SiteFacts,
        thresholds: Thresholds,
      ) => Exactly<F, z.output<E>> | null;
    },
) {
  const { kind, detect, settle } = definition;
  return {
    ...definition,
    ...declare<K, E, D>(definition),
    level: 'usage' as const,
    find: (...given: Parameters<typeof detect>) => {
      const evidence: z.output<E> | null = detect(...given);
      return evidence === null ? null : { kind, evidence };
    },
    applyDefault: applyDefault(kind, settle),
  };
}

/** A kind found once per site. Its default may change each quantity of the site. */
export function siteKind<
  const K extends string,
  E extends EvidenceSchema,
  const D extends string,
  F extends z.output<E>,
>(
  definition: Declared<K, E, D> &
    Settled<D> & { detect: (site: SiteFacts, thresholds: Thresholds) => Exactly<F, z.output<E>> | null },
) {
  const { kind, detect, settle } = definition;
  return {
    ...definition,
    ...declare<K, E, D>(definition),
    level: 'site' as const,
    find: (...given: Parameters<typeof detect>) => {
      const evidence: z.output<E> | null = detect(...given);
      return evidence === null ? null : { kind, evidence };
    },
    applyDefault: applyDefault(kind, settle),
  };
}

/** A kind found outside the quantities: when a message is taken in, or on the finished statement. */
export function otherKind<const K extends string, E extends EvidenceSchema, const D extends string>(
  definition: Declared<K, E, D> & { level: 'ingest' | 'statement' },
) {
  return { ...definition, ...declare<K, E, D>(definition) };
}

/**
 * The discrepancy kinds, in the order in which they are applied to every site, tenant and meter: each takes the quantity
 * the kinds before it left and may replace it, by its default or by what a person decided. A new kind is one file, one
 * line here and its words in `locales`.
 */
import type { z } from 'zod';
import { afterLastStatement } from './afterLastStatement.js';
import { clockOff } from './clockOff.js';
import { firstMonthLarge } from './firstMonthLarge.js';
import { lateBeyondReach } from './lateBeyondReach.js';
import { lateUnpriced } from './lateUnpriced.js';
import { licenceExceeded } from './licenceExceeded.js';
import { missingReport } from './missingReport.js';
import { mostlyEstimated } from './mostlyEstimated.js';
import { reportMismatch } from './reportMismatch.js';
import { totalMoved } from './totalMoved.js';
import { twoInstallations } from './twoInstallations.js';
import { unassignedTenant } from './unassignedTenant.js';
import { unknownKey } from './unknownKey.js';
import { usageAfterRevocation } from './usageAfterRevocation.js';
import { usageJump } from './usageJump.js';
import { versionBelowMinimum } from './versionBelowMinimum.js';

export const KINDS = [
  unknownKey,
  clockOff,
  versionBelowMinimum,
  missingReport,
  usageAfterRevocation,
  reportMismatch,
  twoInstallations,
  unassignedTenant,
  usageJump,
  firstMonthLarge,
  licenceExceeded,
  lateBeyondReach,
  lateUnpriced,
  afterLastStatement,
  mostlyEstimated,
  totalMoved,
] as const;

type AnyKind = (typeof KINDS)[number];
export type DiscrepancyKind = AnyKind['kind'];
export type KindOf<K extends DiscrepancyKind> = Extract<AnyKind, { kind: K }>;

/** Small facts a person needs to decide, as the kind declares them. */
export type EvidenceOf<K extends DiscrepancyKind> = z.output<KindOf<K>['evidence']>;
/** What may be done about the kind where nobody decides. */
export type DefaultOf<K extends DiscrepancyKind> = KindOf<K>['defaults'][number];

/** A kind with evidence of its own: the two never part. */
export type KindWithEvidence = { [K in DiscrepancyKind]: { kind: K; evidence: EvidenceOf<K> } }[DiscrepancyKind];

/** Names of all kinds, in order: those that judge a month which is judged today. */
export const ALL_KINDS: readonly DiscrepancyKind[] = KINDS.map(({ kind }) => kind);

/** Kinds of cases about statements that are issued: they are decided after it, and change nothing of it by themselves. */
const OF_ISSUED: ReadonlySet<DiscrepancyKind> = new Set(['after_last_statement']);

export function isOfIssued(kind: DiscrepancyKind): boolean {
  return OF_ISSUED.has(kind);
}

/** The definition of a kind. Throws a RangeError where there is none of that name. */
export function kindOf<K extends DiscrepancyKind>(kind: K): KindOf<K> {
  const definition = KINDS.find((candidate): candidate is KindOf<K> => candidate.kind === kind);
  if (definition === undefined) throw new RangeError(`There is no discrepancy kind "${kind}"`);
  return definition;
}

/** A kind and its evidence as the database has them. Throws INTERNAL naming the fields that do not fit. */
export function readEvidence(kind: DiscrepancyKind, stored: unknown): KindWithEvidence {
  return kindOf(kind).read(stored);
}

import { dayOf, parsePeriod } from '../../domain/period.js';
import {
  kindOf,
  writtenFields,
  type DiscrepancyKind,
  type EvidenceOf,
  type WrittenAs,
} from '../../domain/reconcile/index.js';
import { formatDay, formatPeriod, type WrittenEvidence } from '../../locales/index.js';
import type { ViewContext } from './context.js';

type Value = number | string;

/** How each kind of field is written in the document's language; days and instants in the MSP's zone. */
const WRITERS: Record<WrittenAs, (value: Value, context: ViewContext) => string> = {
  units: (value, { count }) => count(Number(value)),
  hours: (value, { count }) => count(Math.round(Math.abs(Number(value)) / 3600)),
  day: (value, { locale }) => formatDay(String(value), locale),
  instant: (value, { locale, statement }) => formatDay(dayOf(new Date(value), statement.zone), locale),
  month: (value, { locale }) => formatPeriod(parsePeriod(String(value)), locale),
  amount: (value, { amount }) => amount(BigInt(value)),
  text: (value) => String(value),
};

/** Each field the kind declares, written; null stays null for the words to say what it means. */
function written<K extends DiscrepancyKind>(
  kind: K,
  evidence: EvidenceOf<K>,
  context: ViewContext,
): WrittenEvidence<K> {
  const values: Readonly<Record<string, Value | null>> = evidence;
  const fields = writtenFields(kindOf(kind).evidence).map(({ name, as }) => {
    const value = values[name] ?? null;
    return [name, value === null ? null : WRITERS[as](value, context)];
  });
  // The fields are those of the kind's schema, which WrittenEvidence is derived from.
  return Object.fromEntries(fields) as WrittenEvidence<K>;
}

/** The evidence of a discrepancy as a sentence. */
export function evidenceText<K extends DiscrepancyKind>(
  kind: K,
  evidence: EvidenceOf<K>,
  context: ViewContext,
): string {
  return context.words.discrepancies[kind].evidence(written(kind, evidence, context));
}

import { dayOf } from '../../domain/period.js';
import type { DiscrepancyKind, Evidence } from '../../domain/reconcile/index.js';
import { formatDay } from '../../locales/index.js';
import type { ViewContext } from './context.js';

const UNKNOWN = '–';

function count(context: ViewContext, value: Evidence[string] | undefined): string {
  return typeof value === 'number' ? context.count(value) : UNKNOWN;
}

function day(context: ViewContext, value: Evidence[string] | undefined): string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? formatDay(value, context.locale) : UNKNOWN;
}

/** The day of an instant, in the MSP's zone. */
function instantDay(context: ViewContext, value: Evidence[string] | undefined): string {
  const instant = new Date(typeof value === 'string' ? value : Number.NaN);
  return Number.isNaN(instant.getTime()) ? UNKNOWN : day(context, dayOf(instant, context.statement.zone));
}

function amount(context: ViewContext, value: Evidence[string] | undefined): string {
  return typeof value === 'string' && /^-?\d+$/.test(value) ? context.amount(BigInt(value)) : UNKNOWN;
}

type EvidenceSentence = (evidence: Evidence, context: ViewContext) => string;

/** What each kind recorded, as a sentence. A new kind does not compile until it is read here. */
const SENTENCES: Record<DiscrepancyKind, EvidenceSentence> = {
  unknown_key: (_e, { words }) => words.discrepancies.unknown_key.evidence(null),
  clock_off: (e, c) => {
    const seconds = e['offsetSeconds'];
    const hours = typeof seconds === 'number' ? c.count(Math.round(Math.abs(seconds) / 3600)) : UNKNOWN;
    return c.words.discrepancies.clock_off.evidence({ hours });
  },
  missing_report: (e, c) =>
    c.words.discrepancies.missing_report.evidence({
      silent: count(c, e['silent']),
      installations: count(c, e['installations']),
    }),
  usage_after_revocation: (e, c) =>
    c.words.discrepancies.usage_after_revocation.evidence({
      revokedOn: instantDay(c, e['revokedAt']),
      usedOn: day(c, e['usedOn']),
      upToRevocation: count(c, e['upToRevocation']),
    }),
  report_mismatch: (e, c) =>
    c.words.discrepancies.report_mismatch.evidence({
      reported: count(c, e['reported']),
      observed: count(c, e['observed']),
    }),
  two_installations: (e, c) =>
    c.words.discrepancies.two_installations.evidence({
      installations: count(c, e['installations']),
      sum: count(c, e['sum']),
    }),
  unassigned_tenant: (e, c) =>
    c.words.discrepancies.unassigned_tenant.evidence({
      tenantRef: typeof e['tenantRef'] === 'string' ? e['tenantRef'] : null,
      quantity: count(c, e['quantity']),
    }),
  usage_jump: (e, c) =>
    c.words.discrepancies.usage_jump.evidence({ last: count(c, e['last']), quantity: count(c, e['quantity']) }),
  licence_exceeded: (e, c) =>
    c.words.discrepancies.licence_exceeded.evidence({
      licensed: count(c, e['licensed']),
      quantity: count(c, e['quantity']),
      excess: count(c, e['excess']),
    }),
  total_moved: (e, c) =>
    c.words.discrepancies.total_moved.evidence({
      total: amount(c, e['totalMinor']),
      lastTotal: amount(c, e['lastTotalMinor']),
    }),
};

/** The evidence of a discrepancy as a sentence. */
export function evidenceText(kind: DiscrepancyKind, evidence: Evidence, context: ViewContext): string {
  return SENTENCES[kind](evidence, context);
}

import type { StatementFinding } from '../../domain/statement.js';
import { meterName } from '../../locales/index.js';
import { placeCell, type ViewContext } from './context.js';
import { evidenceText } from './evidence.js';
import { body, small, strong, type Cell, type Section } from './types.js';

/** Every discrepancy, what was found, and who or what settled it (rules 3 and 5). */
export function findingsSection(context: ViewContext, findings: readonly StatementFinding[]): Section {
  const { title, none, columns } = context.words.statement.findings;
  return {
    title,
    intro: findings.length === 0 ? none : null,
    columns: [columns.kind, columns.where, columns.found, columns.settled],
    rows: findings.map((finding) => [
      [strong(context.words.discrepancies[finding.kind].name)],
      whereCell(context, finding),
      [body(evidenceText(finding.kind, finding.evidence, context))],
      settledCell(context, finding),
    ]),
  };
}

function whereCell(context: ViewContext, finding: StatementFinding): Cell {
  if (finding.siteName === null) return [body(context.words.statement.findings.wholeStatement)];
  if (finding.meter === null) return [body(finding.siteName)];
  return [...placeCell(context, finding), small(meterName(finding.meter, context.locale))];
}

function settledCell({ words, count }: ViewContext, { kind, byDefault, resolution }: StatementFinding): Cell {
  const { findings } = words.statement;
  const phrases: Readonly<Record<string, string>> = words.discrepancies[kind].byDefault;
  const done = phrases[byDefault ?? ''] ?? '–';
  switch (resolution.by) {
    case 'rule':
      return [body(findings.byRule(done))];
    case 'default':
      return [body(findings.byDefault(done))];
    case 'person': {
      const quantity = resolution.quantity === null ? null : count(resolution.quantity);
      const decision = findings.byPerson(words.decisions[resolution.decision](quantity));
      return [body(decision), ...(resolution.reason === null ? [] : [small(findings.reason(resolution.reason))])];
    }
  }
}

import { previewLines } from '../closing/previewClose.js';
import { counts } from '../closing/runView.js';
import { type DemoOutcome } from './outcome.js';

/** The outcome as lines for people. */
export function summaryLines(outcome: DemoOutcome): string[] {
  const broken = Object.entries(outcome.invariants).filter(
    ([, verdict]) => !['holds', 'not checked'].includes(verdict),
  );
  return [
    `\n${outcome.period}: ${outcome.statements} statements, ${outcome.parked} parked, ${outcome.mailsAccepted} mails accepted`,
    `  Usage          ${outcome.checkIns} check-ins, ${outcome.reports} reports`,
    `  Discrepancies  ${counts(outcome.discrepancies)}`,
    `  Totals         ${counts(outcome.totals)}`,
    `  Licences       ${outcome.licencesOrdered.orders} term licences ordered at ${counts(outcome.licencesOrdered.totals)} and approved; the running month would bill:`,
    ...outcome.licencesBilled.flatMap(previewLines).map((line) => `    ${line}`),
    `  Close          ${(outcome.closeMs / 1_000).toFixed(1)} s, ${outcome.sqlStatementsDuringClose} SQL statements, ${outcome.historyEventsDuringClose} history events, worker ${outcome.workerRssMb} MiB`,
    `  Documents      ${outcome.pdfs}, SHA-256 over all ${outcome.pdfDigest}`,
    `  Invariants     ${broken.length === 0 ? `hold: ${namesOf(outcome, 'holds')}` : 'BROKEN'}; not checked: ${namesOf(outcome, 'not checked') || 'none'}`,
    ...broken.map(([name, verdict]) => `    ${name}: ${verdict}`),
    '',
  ];
}

function namesOf({ invariants }: DemoOutcome, verdict: string): string {
  return Object.entries(invariants)
    .filter(([, found]) => found === verdict)
    .map(([name]) => name)
    .join(' ');
}

import { KontorError } from '../errors.js';
import { sumMinor } from '../money.js';
import { detectTotalMoved, type EvidenceOf, type ReconcileSettings } from '../reconcile/index.js';
import type { Statement } from '../statement.js';
import { draftStatement } from './draftStatement.js';
import type { EarlierMonth, MonthInput, RunTerms } from './inputs.js';

/** What one MSP's month comes to. */
export type Judgement =
  | { outcome: 'issue'; statement: Omit<Statement, 'number'> }
  /** Waits for a person; `totalMoved`, and what would be issued, where a second one has to confirm the total. */
  | {
      outcome: 'park';
      code: string;
      reason: string;
      totalMoved: EvidenceOf<'total_moved'> | null;
      statement: Omit<Statement, 'number'> | null;
    };

/**
 * Rule 3: the total against the last statement there is, however long ago that was. Licences are left out of both: each was
 * priced, confirmed and approved on its own (rule 21); so is what two people corrected by hand.
 */
function movedWithoutTerms(
  statement: Omit<Statement, 'number'>,
  { history, lastTermsMinor }: MonthInput,
  settings: ReconcileSettings,
): EvidenceOf<'total_moved'> | null {
  const { currency, lines, totalMinor } = statement;
  const last = history.at(-1);
  const terms = lines.filter(({ kind }) => kind === 'term' || kind === 'extension' || kind === 'manual_correction');
  return detectTotalMoved(
    { currency, totalMinor: totalMinor - sumMinor(terms.map(({ amountMinor }) => amountMinor)) },
    last === undefined ? null : { ...last, totalMinor: last.totalMinor - lastTermsMinor },
    settings,
  );
}

/** What the month would come to as it stands; null where Kontor names what is missing. */
function draftOrNone(...of: Parameters<typeof draftStatement>): Omit<Statement, 'number'> | null {
  try {
    return draftStatement(...of);
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    return null;
  }
}

/**
 * Judges one MSP's month from what was loaded about it: a statement, or why it cannot be issued. What Kontor names
 * (a missing price, plan or rate) parks this MSP; any other error is thrown.
 */
export function judgeMonth(input: MonthInput, terms: RunTerms, earlier: readonly EarlierMonth[]): Judgement {
  // What the programme leaves to a person waits for one; everything else has its default by now.
  const undecided = input.cases.find(({ kind, resolution }) => resolution === null && kind !== 'total_moved');
  if (undecided !== undefined) {
    const reason = `A case of kind ${undecided.kind} waits for a person to decide it.`;
    return {
      outcome: 'park',
      code: undecided.kind,
      reason,
      totalMoved: null,
      statement: draftOrNone(input, terms, earlier),
    };
  }
  try {
    const statement = draftStatement(input, terms, earlier);
    const confirmed = input.cases.some(({ kind, resolution }) => kind === 'total_moved' && resolution !== null);
    const totalMoved = confirmed ? null : movedWithoutTerms(statement, input, terms.settings);
    if (totalMoved === null) return { outcome: 'issue', statement };
    return {
      outcome: 'park',
      code: 'total_moved',
      reason:
        'The total is far from the last statement, or a first one is over the set amount: a second person confirms.',
      totalMoved,
      statement,
    };
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    return { outcome: 'park', code: error.code, reason: error.message, totalMoved: null, statement: null };
  }
}

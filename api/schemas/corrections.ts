import { z } from 'zod';
import { actor } from '../../domain/access/actor.js';
import { CORRECTION_BOOKINGS, CORRECTION_CHANGES, CORRECTION_STATES } from '../../domain/correction.js';
import { MAX_QUANTITY } from '../../domain/usage.js';
import { amount, day, instant, party, periodText, printedText, text, uuid } from './common.js';
import { manualCorrectionLine } from './statements.js';

const line = z.int().min(1).meta({ description: 'Of the statement; left out: the statement as a whole' });
const booking = z
  .enum(['next_statement', 'credit'])
  .default('next_statement')
  .meta({ description: 'A line of the MSP’s next statement, or a credit at once (in its favour alone)' });

/** What is asked for. */
export const correctionInput = z
  .discriminatedUnion('change', [
    z.strictObject({
      change: z.literal('amount'),
      line: line.optional(),
      amount: amount.meta({ description: 'In the currency of the statement; negative: in favour of the MSP' }),
      booking,
    }),
    z.strictObject({
      change: z.literal('quantity'),
      line: line.meta({ description: 'A line of usage' }),
      quantity: z.int().min(0).max(MAX_QUANTITY).meta({ description: 'Billable, instead of what was billed' }),
      booking,
    }),
    z.strictObject({ change: z.literal('waiver'), line: line.optional(), booking }),
    z.strictObject({ change: z.literal('reissue') }),
  ])
  .meta({ id: 'CorrectionInput' });

export const previewInput = z.strictObject({ correction: correctionInput }).meta({ id: 'CorrectionPreviewInput' });

/** It is printed, in the language it is written in. */
export const askedCorrection = z
  .strictObject({ correction: correctionInput, reason: printedText(500) })
  .meta({ id: 'AskedCorrection' });

const parties = z.strictObject({ msp: party, distributor: party, vendor: party });

const left = z
  .strictObject({
    billed: amount.meta({ description: 'By the rules, corrections of later statements included' }),
    before: amount.meta({ description: 'With what was corrected by hand so far' }),
    after: amount,
  })
  .meta({ id: 'LeftOfStatement' });

/** Before a document has booked it: its amount is in the currency of the statement. */
const plannedLine = manualCorrectionLine.omit({ lineNo: true });

export const correctionPreview = z
  .strictObject({
    statementId: uuid,
    number: z.string(),
    line: plannedLine
      .omit({ correctionId: true, reason: true })
      .nullable()
      .meta({ description: 'Null: no amount changes' }),
    ofLine: left.nullable(),
    ofStatement: left.nullable(),
    parties: parties.nullable().meta({ description: 'What the new revision prints' }),
  })
  .meta({ id: 'CorrectionPreview' });

export const correction = z
  .strictObject({
    id: uuid,
    programme: z.string(),
    mspId: uuid,
    statementId: uuid,
    number: z.string().meta({ description: 'Of the statement' }),
    distributorId: uuid,
    period: periodText,
    change: z.enum(CORRECTION_CHANGES),
    booking: z.enum(CORRECTION_BOOKINGS),
    amount,
    line: plannedLine.nullable(),
    parties: parties.nullable(),
    reason: z.string(),
    state: z.enum(CORRECTION_STATES),
    askedAt: instant,
    askedBy: actor,
    remindAt: instant,
    decideUntil: instant,
    decidedAt: instant.nullable(),
    decidedBy: actor.nullable(),
    decisionReason: z.string().nullable(),
  })
  .meta({ id: 'Correction' });

export const correctionState = z.enum(CORRECTION_STATES);

export const correctionDecision = z
  .strictObject({ decision: z.enum(['confirm', 'refuse']), reason: text(1000).optional() })
  .meta({ id: 'CorrectionDecision' });

export const correctionWithdrawal = z
  .strictObject({ reason: text(1000).optional() })
  .meta({ id: 'CorrectionWithdrawal' });

export const correctionOutcome = z
  .strictObject({ correctionId: uuid, state: correctionState, decidedAt: instant })
  .meta({ id: 'CorrectionOutcome' });

/** What came of an issued statement since, whoever may read it. */
export const correctedStatement = z
  .strictObject({
    booked: z.array(
      z.strictObject({
        number: z.string().meta({ description: 'Of the statement that books it' }),
        period: periodText,
        lineNo: z.int(),
        kind: z.enum(['correction', 'minimum_correction', 'manual_correction']),
        amount,
      }),
    ),
    credits: z.array(z.strictObject({ id: uuid, number: z.string(), creditDate: day, total: amount })),
    revisions: z.array(z.strictObject({ revision: z.int(), issuedAt: instant, msp: party, distributor: party })),
  })
  .meta({ id: 'CorrectedStatement' });

export const creditSummary = z
  .strictObject({
    id: uuid,
    number: z.string(),
    mspId: uuid,
    mspName: z.string(),
    distributorId: uuid,
    programme: z.string(),
    statementId: uuid,
    statementNumber: z.string(),
    period: periodText,
    creditDate: day,
    total: amount,
    issuedAt: instant,
    document: z
      .strictObject({ sha256: z.string(), pages: z.int() })
      .nullable()
      .meta({ description: 'Null until the PDF is rendered' }),
  })
  .meta({ id: 'CreditSummary' });

export const credit = z
  .strictObject({
    id: uuid,
    mspId: uuid,
    distributorId: uuid,
    statementId: uuid,
    number: z.string(),
    templateVersion: z.int(),
    locale: z.string(),
    zone: z.string(),
    creditDate: day,
    statementNumber: z.string(),
    statementDate: day,
    period: periodText,
    currency: z.string(),
    vendor: party,
    distributor: party,
    msp: party,
    lines: z.array(manualCorrectionLine),
    total: amount,
  })
  .meta({ id: 'Credit' });

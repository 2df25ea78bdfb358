import type { z } from 'zod';
import type { CorrectionBooking, CorrectionWish } from '../../domain/correction.js';
import { fieldError } from '../../domain/errors.js';
import { decimalStringToMinor } from '../../domain/money.js';
import type { correctionInput } from '../schemas/corrections.js';

type Input = z.output<typeof correctionInput>;

/** What the body asks for, in minor units of the statement's currency. Throws VALIDATION_FAILED naming the field. */
export function readWish(input: Input, currency: string): CorrectionWish {
  switch (input.change) {
    case 'reissue':
      return { change: 'reissue' };
    case 'waiver':
      return { change: 'waiver', lineNo: input.line ?? null, booking: input.booking };
    case 'quantity':
      return { change: 'quantity', lineNo: input.line, quantity: input.quantity, booking: input.booking };
    case 'amount':
      return {
        ...{ change: 'amount', lineNo: input.line ?? null, booking: input.booking },
        amountMinor: minorOf(input.amount, currency),
      };
  }
}

function minorOf(given: { amount: string; currency: string }, currency: string): bigint {
  const field = '/correction/amount';
  if (given.currency !== currency) {
    throw fieldError(
      'VALIDATION_FAILED',
      `${field}/currency`,
      `The statement is in ${currency}: give the amount in it.`,
    );
  }
  try {
    return decimalStringToMinor(given.amount, currency);
  } catch {
    throw fieldError('VALIDATION_FAILED', `${field}/amount`, `${currency} has not that many decimal places.`);
  }
}

/** Where a wish is booked. */
export function bookingOf(wish: CorrectionWish): CorrectionBooking {
  return wish.change === 'reissue' ? 'revision' : wish.booking;
}

import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Actor } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { findCorrection, insertCorrection } from '../../db/corrections/correctionStore.js';
import { plannedCorrection, type Planned } from '../../db/corrections/planned.js';
import { programmeNow } from '../../db/readModels/programmeOf.js';
import { statementList } from '../../db/readModels/statementList.js';
import { correctionCalendar, type Correction, type CorrectionWish } from '../../domain/correction.js';
import { KontorError } from '../../domain/errors.js';
import { parsePeriod } from '../../domain/period.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import type { correctionInput } from '../schemas/corrections.js';
import { bookingOf, readWish } from './readWish.js';

type Input = z.output<typeof correctionInput>;

async function read(trx: Trx, statementId: string, input: Input) {
  const [statement] = await statementList(trx, { id: statementId, limit: 1 });
  if (statement === undefined) throw new KontorError('NOT_FOUND', 'There is no such statement.');
  return { statement, wish: readWish(input, statement.currency) };
}

/** What a correction would say; nothing is kept. Throws as `plannedCorrection`. */
export async function previewCorrection(trx: Trx, statementId: string, input: Input): Promise<Planned> {
  const { wish } = await read(trx, statementId, input);
  return plannedCorrection(trx, statementId, wish, { correctionId: randomUUID(), reason: '' });
}

export interface Asking {
  id: string;
  statementId: string;
  input: Input;
  reason: string;
  actor: Actor;
  at: Date;
}

function correctionOf(
  { id, statementId, reason, actor, at }: Asking,
  { statement, wish }: { statement: Awaited<ReturnType<typeof read>>['statement']; wish: CorrectionWish },
  { plan, money, issued }: Planned,
  calendar: { remindAt: Date; decideUntil: Date },
): Correction {
  return {
    ...{ id, statementId, reason, wish, plan, change: wish.change, booking: bookingOf(wish) },
    ...{ programme: statement.programme, mspId: issued.mspId, distributorId: issued.distributorId },
    ...{ number: statement.number, period: parsePeriod(statement.period), currency: statement.currency },
    amountMinor: money?.amountMinor ?? 0n,
    ...{ state: 'asked', askedAt: at, askedBy: actor, ...calendar },
    ...{ decidedAt: null, decidedBy: null, decisionReason: null },
  };
}

/**
 * Keeps a correction that a person asks for; a repeat of the request finds its own. Throws FOUR_EYES_REQUIRED where it is not a
 * person who asks (rule 18), STATE_CONFLICT where another one of the statement waits, and as `plannedCorrection`.
 */
export async function askForCorrection(trx: Trx, asking: Asking): Promise<Correction> {
  const { id, statementId, input, reason, actor, at } = asking;
  if (actor.kind !== 'person') {
    throw new KontorError(
      'FOUR_EYES_REQUIRED',
      'A person asks for a correction and another one confirms it (rule 18).',
    );
  }
  const known = await findCorrection(trx, id);
  if (known !== undefined) return known;
  const { statement, wish } = await read(trx, statementId, input);
  const planned = await plannedCorrection(trx, statementId, wish, { correctionId: id, reason });
  const { corrections } = (await programmeNow(trx, statement.programme))?.settings ?? SHIPPED_PROGRAMME_SETTINGS;
  const asked = correctionOf(asking, { statement, wish }, planned, correctionCalendar(at, corrections));
  if (!(await insertCorrection(trx, asked))) {
    throw new KontorError(
      'STATE_CONFLICT',
      `Another correction of ${statement.number} waits for its decision: it is confirmed, refused or withdrawn first.`,
    );
  }
  const { change, booking, currency, amountMinor } = asked;
  appendAudit(trx, {
    ...{ at, actor, action: 'correction.asked', subject: `correction:${id}`, mspId: asked.mspId, reason },
    after: { statement: statement.number, change, booking, currency, amountMinor: amountMinor.toString() },
  });
  return asked;
}

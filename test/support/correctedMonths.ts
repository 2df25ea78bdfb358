/**
 * The two months of `closedMonths` and what people corrected of them by hand: a line of April's statement, a quantity, a credit,
 * a waiver of a minimum, a revision, and one that waits. April is closed after all of it.
 */
import { randomUUID } from 'node:crypto';
import { renderCorrection } from '../../activities/renderCorrection.js';
import { settle } from '../../activities/corrections/settle.js';
import { askForCorrection } from '../../api/corrections/askForCorrection.js';
import { correctionInput } from '../../api/schemas/corrections.js';
import { insertPerson } from '../../db/access/personStore.js';
import { ALL } from '../../db/connect.js';
import { TERMINAL, type Actor } from '../../domain/access/actor.js';
import type { RenderPool } from '../../statements/index.js';
import { closedMonths, finish, type ClosedMonths } from './closedMonths.js';
import type { TestDatabase } from './database.js';

/** After the corrections. */
export const CORRECTED_AT = '2026-05-20T12:00:00.000Z';

export interface Corrector {
  /** Asks as one person; it waits. */
  ask: (mspId: string, period: string, correction: object) => Promise<{ id: string; at: Date }>;
  /** The same, confirmed by another one and rendered; the id. */
  correct: (mspId: string, period: string, correction: object) => Promise<string>;
}

/** Two people of the partner team, who correct statements of these months from an instant on, five minutes apart. */
export async function corrector(
  { database, month }: { database: Pick<TestDatabase, 'db'>; month: ClosedMonths['month'] },
  renderPool: RenderPool,
  from = '2026-04-20T10:00:00Z',
): Promise<Corrector> {
  const { db } = database;
  const person = async (name: string): Promise<Actor> => {
    const id = randomUUID();
    const who = { id, name, email: `${id}@people.example`, locale: 'en', zone: 'UTC', state: 'active' } as const;
    await db.transaction(ALL, (trx) => insertPerson(trx, who, { at: new Date('2026-04-01'), by: TERMINAL }));
    return { kind: 'person', id, name };
  };
  const [anna, ben] = [await person('Anna'), await person('Ben')];
  let minutes = 0;
  const ask: Corrector['ask'] = async (mspId, period, correction) => {
    const [statement] = await month.run<{ id: string }>(
      'select id from statement where msp_id = :mspId and period = :period',
      { mspId, period },
    );
    const at = new Date(Date.parse(from) + (minutes += 5) * 60_000);
    const input = correctionInput.parse(correction);
    const asking = { id: randomUUID(), statementId: statement?.id ?? '', input, reason: 'Agreed', actor: anna, at };
    const { id } = await db.transaction(ALL, (trx) => askForCorrection(trx, asking));
    return { id, at };
  };
  const correct: Corrector['correct'] = async (mspId, period, correction) => {
    const { id, at } = await ask(mspId, period, correction);
    const end = { correctionId: id, end: 'confirm', reason: null, actor: ben, at: at.toISOString() } as const;
    await db.transaction(ALL, (trx) => settle(trx, end));
    await renderCorrection({ db, renderPool })({ correctionId: id, now: at.toISOString() });
    return id;
  };
  return { ask, correct };
}

export async function correctedMonths(renderPool: RenderPool): Promise<ClosedMonths> {
  const months = await closedMonths(renderPool);
  const { month, msps } = months;
  const { ask, correct } = await corrector(months, renderPool);
  const eur = (amount: string) => ({ amount, currency: 'EUR' });
  await correct(msps.alpha, '2026-03', { change: 'amount', line: 1, amount: eur('-4.50') });
  await correct(msps.alpha, '2026-03', { change: 'quantity', line: 1, quantity: 29 });
  await correct(msps.alpha, '2026-02', { change: 'amount', amount: eur('-10.00'), booking: 'credit' });
  await correct(msps.beta, '2026-02', { change: 'waiver', line: 1, booking: 'credit' });
  await correct(msps.gamma, '2026-03', { change: 'quantity', line: 1, quantity: 20, booking: 'credit' });
  await month.run(`update company set name = 'MSP Gamma S.A.' where id = :id`, { id: msps.gamma });
  await correct(msps.gamma, '2026-02', { change: 'reissue' });
  await ask(msps.gamma, '2026-03', { change: 'amount', amount: { amount: '-1.00', currency: 'PLN' } });
  // April as March was.
  await month.run(
    `insert into usage_report (msp_id, site_id, installation_id, period, revision, sent_at, received_at, clock_offset_seconds,
       tenant_refs, meters, peaks, content_hash, channel, protocol_version)
     select msp_id, site_id, installation_id, '2026-04', 1, '2026-04-30T20:00:00Z', '2026-04-30T20:00:00Z', 0, tenant_refs, meters,
       peaks, content_hash, channel, protocol_version
     from usage_report where period = '2026-03' and revision = 1`,
  );
  await month.close('2026-04', new Date(CORRECTED_AT));
  // Without a first month of its licence the total is far from March's: a person has said that it is right.
  await month.run(
    `update discrepancy set state = 'settled', resolved_by = 'person', decision = 'confirm', author = '{}', resolved_at = now()
     where period = '2026-04' and kind = 'total_moved'`,
  );
  await month.run(
    `update run_participant set state = 'open', parked_code = null where period = '2026-04' and state = 'parked'`,
  );
  await month.endReviewAndIssue('2026-04', new Date(CORRECTED_AT));
  await finish(months, renderPool, '2026-04', CORRECTED_AT);
  return months;
}

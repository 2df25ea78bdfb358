import type { Period } from '../../domain/period.js';
import type { DueManualCorrection } from '../../domain/rating.js';
import { rows, type Trx } from '../connect.js';
import { planFromJson } from './correctionStore.js';

/**
 * Confirmed corrections of earlier months that no statement has booked yet, by MSP, in the order in which they were confirmed.
 * Whoever issues has locked the MSP's participation of the period, so that nothing is confirmed meanwhile.
 */
export async function unbookedCorrections(
  trx: Trx,
  { ids, programme, period }: { ids: readonly string[]; programme: string; period: Period },
): Promise<{ mspId: string; due: DueManualCorrection }[]> {
  const found = await rows<{ id: string; mspId: string; plan: unknown }>(
    trx,
    `select c.id, c.msp_id as "mspId", c.plan from correction c
     where c.msp_id = any(:ids::uuid[]) and c.programme_code = :programme and c.period < :period and c.state = 'confirmed'
       and c.booking = 'next_statement' and not exists (select from statement_line l where l.correction_id = c.id)
     order by c.decided_at, c.id`,
    { ids: [...ids], programme, period },
  );
  return found.flatMap(({ id, mspId, plan }) => {
    const { line } = planFromJson(plan, id);
    return line === null ? [] : [{ mspId, due: line }];
  });
}

import type { ParticipantState, RunInput } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';

/** Where an MSP stands in a run; undefined when it takes no part. */
export async function participantState(
  trx: Trx,
  { programme, period }: RunInput,
  mspId: string,
): Promise<ParticipantState | undefined> {
  const [row] = await rows<{ state: ParticipantState }>(
    trx,
    `select state from run_participant
     where programme_code = :programme and period = :period and msp_id = :mspId`,
    { programme, period, mspId },
  );
  return row?.state;
}

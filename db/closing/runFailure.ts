import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';

/** Keeps that the close of an open run failed, and why, until it is started again; false where the run is not open. */
export async function keepFailure(
  trx: Trx,
  { programme, period }: RunKey,
  { at, reason }: { at: Date; reason: string },
): Promise<boolean> {
  const kept = await rows(
    trx,
    `update billing_run set failed_at = :at, failure = :reason
     where programme_code = :programme and period = :period and state = 'open' returning period`,
    { programme, period, at, reason },
  );
  return kept.length > 0;
}

/** The close goes on. */
export async function forgetFailure(trx: Trx, { programme, period }: RunKey): Promise<void> {
  await rows(
    trx,
    `update billing_run set failed_at = null, failure = null
     where programme_code = :programme and period = :period and failed_at is not null`,
    { programme, period },
  );
}

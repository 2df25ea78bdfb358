import { KontorError, fieldError } from '../../domain/errors.js';
import { nextPeriod, type Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** Rule 19: the first month of a programme that has not been opened; NOT_FOUND where there is no such programme. */
export async function firstUnopenedPeriod(trx: Trx, programme: string): Promise<Period> {
  const [row] = await rows<{ first: Period; last: Period | null }>(
    trx,
    `select p.first_period as first, (select max(period) from billing_run r where r.programme_code = p.code) as last
     from programme p where p.code = :programme`,
    { programme },
  );
  if (row === undefined) throw new KontorError('NOT_FOUND', `There is no programme "${programme}".`);
  return row.last === null ? row.first : nextPeriod(row.last);
}

/**
 * Lets one run of a programme be opened at a time, and none while something is set for a period. Rows that only name the
 * programme may be added meanwhile.
 */
export async function lockProgramme(trx: Trx, programme: string): Promise<void> {
  await rows(trx, 'select code from programme where code = :programme for no key update', { programme });
}

/** Lets no run of the programme be opened until the transaction ends. */
async function keepUnopened(trx: Trx, programme: string): Promise<void> {
  await rows(trx, 'select code from programme where code = :programme for share', { programme });
}

/**
 * The months of the programme that were opened, from `period` on, and whether an MSP of theirs still has no statement; no
 * further one is opened until the transaction ends.
 */
export async function openedFrom(
  trx: Trx,
  programme: string,
  period: Period,
): Promise<{ period: Period; isWaiting: boolean }[]> {
  await keepUnopened(trx, programme);
  return rows<{ period: Period; isWaiting: boolean }>(
    trx,
    `select r.period, exists (select from run_participant p where p.programme_code = r.programme_code
       and p.period = r.period and p.state <> 'issued') as "isWaiting"
     from billing_run r where r.programme_code = :programme and r.period >= :period and r.state <> 'skipped'
     order by r.period`,
    { programme, period },
  );
}

/** Whether a month of the programme was opened or skipped. */
export async function hasOpenedPeriod(trx: Trx, programme: string): Promise<boolean> {
  const [row] = await rows<{ opened: boolean }>(
    trx,
    'select exists (select from billing_run where programme_code = :programme) as opened',
    { programme },
  );
  return row?.opened === true;
}

/** The first month that has not been opened; null where none was opened yet, and any may be named. */
export async function firstUnopenedIfOpened(trx: Trx, programme: string): Promise<Period | null> {
  return (await hasOpenedPeriod(trx, programme)) ? firstUnopenedPeriod(trx, programme) : null;
}

/**
 * Rule 19: throws PERIOD_OPENED on `field` where `period` is not after every month of the programme that was opened. Until
 * one was opened nothing is fixed yet, and any period may be named. The programme's row is locked until the transaction
 * ends, so that no run opens meanwhile.
 */
export async function requireUnopened(trx: Trx, programme: string, period: string, field: string): Promise<void> {
  await keepUnopened(trx, programme);
  const first = await firstUnopenedPeriod(trx, programme);
  if (period >= first || !(await hasOpenedPeriod(trx, programme))) return;
  throw fieldError(
    'PERIOD_OPENED',
    field,
    `Months of "${programme}" before ${first} are not to be changed any more: this can take effect from ${first} on.`,
  );
}

import { addMonths, lastDaysOf, periodOf, periodRange, previousPeriod, type Period } from '../../domain/period.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import { OLDEST_CHECK_IN_DAYS } from '../../domain/siteMessage.js';
import type { RateSource } from '../../rates/rateSource.js';

const DAY_MS = 86_400_000;
/** West of every zone the month is over by then. */
const WEST_MS = DAY_MS;
const LOOK_BACK_MONTHS = Math.ceil(OLDEST_CHECK_IN_DAYS / 28);

/**
 * Which months a demo can play at `now`, earliest first: the month and the one before are over in every zone, their
 * check-ins are not older than sites may hand over, and exchange rates of both are there.
 */
export async function playableMonths(now: Date, rates: RateSource): Promise<Period[]> {
  const last = periodOf(now, 'UTC');
  const months = Array.from({ length: LOOK_BACK_MONTHS }, (_, index) => addMonths(last, index - LOOK_BACK_MONTHS + 1));
  const rated = new Map<Period, boolean>();
  for (const month of [previousPeriod(months[0] ?? last), ...months]) {
    const { first, last: lastDay } = lastDaysOf(month, SHIPPED_PROGRAMME_SETTINGS.exchangeRates.publishedWithinDays);
    rated.set(month, (await rates.published(first, lastDay)).length > 0);
  }
  return months.filter((month) => {
    const before = previousPeriod(month);
    const oldest = periodRange(before, 'UTC').start.getTime() - WEST_MS;
    return (
      periodRange(month, 'UTC').end.getTime() + WEST_MS <= now.getTime() &&
      oldest >= now.getTime() - OLDEST_CHECK_IN_DAYS * DAY_MS &&
      rated.get(month) === true &&
      rated.get(before) === true
    );
  });
}

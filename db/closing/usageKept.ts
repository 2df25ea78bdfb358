/**
 * SQL: whether all that sites sent for the month of a row `s` is still kept (rule 15), so that it can be rated again. What
 * counts for a month may have been observed in the one before it, in UTC.
 */
export const USAGE_KEPT = `not exists (select from retained_from k where k.programme_code = s.programme_code
  and (k.class = 'checkIns' and s.period <= k.kept_from or k.class = 'usageReports' and s.period < k.kept_from))`;

/**
 * SQL: whether all that sites sent for the month of a row is still kept (rule 15), so that it can be rated again. What
 * counts for a month may have been observed in the one before it, in UTC.
 */
export const usageKept = (row: string): string => `not exists (select from retained_from k
  where k.programme_code = ${row}.programme_code and (k.class = 'checkIns' and ${row}.period <= k.kept_from
    or k.class = 'usageReports' and ${row}.period < k.kept_from))`;

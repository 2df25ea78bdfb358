/**
 * How a meter's counts make a month (rule 2): `peak` the highest, for what is there at a time (seats, devices, nodes);
 * `sum` all of them, for events (scans); `last` the latest.
 */
export type Aggregation = 'peak' | 'sum' | 'last';

/** What is counted: `mailbox`, `user`, … */
export interface Meter {
  /** `<product>.<unit>`: unique in the whole catalogue, the form used in usage reports, price plans and lines. */
  code: string;
  unit: string;
  aggregation: Aggregation;
}

/** What is sold, and what of it is counted. */
export interface Product {
  code: string;
  name: string;
  /** Older installations are refused at activation (`PRODUCT_VERSION_TOO_OLD`). */
  minimumVersion: string;
  meters: readonly Meter[];
}

/** What is counted: `mailbox`, `user`, … */
export interface Meter {
  /** `<product>.<unit>`: unique in the whole catalogue, the form used in usage reports, price plans and lines. */
  code: string;
  unit: string;
}

/** What is sold, and what of it is counted. */
export interface Product {
  code: string;
  name: string;
  /** Older installations are refused at activation (`PRODUCT_VERSION_TOO_OLD`). */
  minimumVersion: string;
  meters: readonly Meter[];
}

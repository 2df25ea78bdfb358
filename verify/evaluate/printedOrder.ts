/** Where a line of usage stands in a statement. */
export interface Placed {
  siteId: string;
  siteName: string;
  tenantName: string | null;
  tenantRef: string | null;
  meter: string;
}

const order = (a: string | null, b: string | null) => {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
};

/** By site, tenant and meter, as texts; what is of no tenant comes last. */
export function inPrintedOrder(a: Placed, b: Placed): number {
  return (
    order(a.siteName, b.siteName) ||
    order(a.tenantName, b.tenantName) ||
    order(a.tenantRef, b.tenantRef) ||
    order(a.meter, b.meter) ||
    order(a.siteId, b.siteId)
  );
}

import type { WorldMsp } from './types.js';

/** Units below each unit. */
const BRANCHES = 2;

/** Makes the MSP's tenants one tree; its sites report a unit under its path from the top, as many products do. */
export function nestTenants(msp: WorldMsp): void {
  const paths = new Map<string, string>();
  msp.tenants = msp.tenants.map((tenant, index) => {
    const parent = index === 0 ? undefined : msp.tenants[Math.floor((index - 1) / BRANCHES)];
    if (parent === undefined) {
      paths.set(tenant.ref, tenant.ref);
      return tenant;
    }
    paths.set(tenant.ref, `${paths.get(parent.ref) ?? ''} > ${tenant.ref}`);
    return { ...tenant, parentRef: parent.ref };
  });
  for (const site of msp.sites) {
    site.assignments = site.tenantRefs.map((tenantRef) => ({
      reference: paths.get(tenantRef) ?? tenantRef,
      tenantRef,
    }));
    site.tenantRefs = [];
    for (const line of site.lines) line.tenantRef = paths.get(line.tenantRef) ?? line.tenantRef;
  }
}

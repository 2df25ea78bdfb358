/** What one installation of a site said about a tenant and meter in a month. Null: nothing. */
export interface Part {
  installation: string;
  expected: boolean;
  reported: number | null;
  observed: number | null;
  /** Of `observed`, what came before the end of the key it used. */
  beforeEnd: number | null;
  /** First day on which something was used after that end. */
  usedAfterOn: string | null;
  /** Used after the MSP itself had ended its key, and nobody else had. */
  ownEnd: boolean;
  /** What it was last known to use, where it is silent beside others. */
  lastConfirmed: number | null;
}

/** Days in a row, both inclusive, on which the same licences hold. */
export interface Span {
  first: string;
  last: string;
  count: number;
  licensed: number;
}

/** One site, tenant and meter. */
export interface Usage {
  tenantRef: string | null;
  tenantId: string | null;
  meter: string;
  parts: Part[];
  /** Last confirmed quantity of an earlier month. */
  last: number | null;
  licensed: number;
  spans: Span[];
  /** Licences of its site and meter; left out: none. */
  held?: readonly HeldLicence[];
}

/** A licence on the days of one month that it covers, both inclusive. */
export interface HeldLicence {
  tenantId: string | null;
  meter: string;
  count: number;
  first: string;
  last: string;
}

/** What is known of a site in one month. */
export interface KnownSite {
  siteId: string;
  siteName: string;
  revoked: boolean;
  firstMonth: boolean;
  clockOffsetSeconds: number;
  installations: string[];
  silent: string[];
  usages: Usage[];
}

interface StoredPart {
  installationId: string;
  expected: boolean;
  reported: number | null;
  observed: number | null;
  observedBeforeRevocation: number | null;
  usedAfterRevocationOn: string | null;
  /** Left out before there was a difference. */
  revokedByMsp?: boolean;
  lastConfirmed: number | null;
}

/** Facts as a run froze them. */
export interface StoredFacts {
  siteId: string;
  siteName: string;
  revokedAt: string | null;
  firstMonth: boolean;
  clockOffsetSeconds: number;
  installationIds: string[];
  silentInstallationIds: string[];
  /** Left out before they had days. */
  licences?: HeldLicence[];
  usage: {
    tenantRef: string | null;
    tenantId: string | null;
    meter: string;
    lastQuantity: number | null;
    licensed: number;
    licensedDays?: Span[];
    installations: StoredPart[];
  }[];
}

export function frozenSite(facts: StoredFacts): KnownSite {
  return {
    siteId: facts.siteId,
    siteName: facts.siteName,
    revoked: facts.revokedAt !== null,
    firstMonth: facts.firstMonth,
    clockOffsetSeconds: facts.clockOffsetSeconds,
    installations: facts.installationIds,
    silent: facts.silentInstallationIds,
    usages: facts.usage.map(({ tenantRef, tenantId, meter, lastQuantity, licensed, licensedDays, installations }) => ({
      ...{ tenantRef, tenantId, meter, licensed },
      last: lastQuantity,
      spans: licensedDays ?? [],
      held: (facts.licences ?? []).filter((licence) => licence.meter === meter),
      parts: installations.map((one) => ({
        installation: one.installationId,
        expected: one.expected,
        reported: one.reported,
        observed: one.observed,
        beforeEnd: one.observedBeforeRevocation,
        usedAfterOn: one.usedAfterRevocationOn,
        ownEnd: one.revokedByMsp ?? false,
        lastConfirmed: one.lastConfirmed,
      })),
    })),
  };
}

/** The key of a site, tenant and meter in maps, the same in every month. */
export const keyOf = (siteId: string, tenantRef: string | null, meter: string) =>
  JSON.stringify([siteId, tenantRef, meter]);

export const nameOf = (siteName: string, tenantRef: string | null, meter: string) =>
  `site ${siteName}, ${tenantRef ?? 'unassigned'}, ${meter}`;

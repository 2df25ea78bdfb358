/**
 * Site facts as a run freezes them: with the version of their shape, so that a month is read for as long as it is kept.
 * A change of `SiteFacts` raises `FACTS_VERSION` and adds the step from the version before to `UPGRADES`.
 */
import { z } from 'zod';
import { METER_CODES } from './catalog/index.js';
import { readStored } from './readStored.js';
import type { SiteFacts } from './usage.js';

export const FACTS_VERSION = 4;

/** From the version that is its index to the next one. Version 0 never existed. */
const UPGRADES: readonly ((facts: Record<string, unknown>) => Record<string, unknown>)[] = [
  (facts) => facts,
  // Before version 2 a licence covered every month that it touched.
  ({ usage, ...facts }) => ({
    ...facts,
    licences: [],
    usage: Array.isArray(usage) ? usage.map((each: object) => ({ ...each, licensedDays: [] })) : usage,
  }),
  // Before version 3 every revocation counted alike.
  ({ usage, ...facts }) => ({
    ...facts,
    usage: listOf(usage).map(({ installations, ...each }) => ({
      ...each,
      installations: listOf(installations).map((installation) => ({ revokedByMsp: false, ...installation })),
    })),
  }),
  // Before version 4 nobody asked which version a site had.
  (facts) => ({ ...facts, versions: null }),
];

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

const quantity = z.int().min(0).nullable();
const day = z.iso.date().nullable();

const siteFacts: z.ZodType<SiteFacts> = z.object({
  siteId: z.uuid(),
  siteName: z.string(),
  revokedAt: z.iso
    .datetime()
    .transform((instant) => new Date(instant))
    .nullable(),
  installationIds: z.array(z.uuid()),
  silentInstallationIds: z.array(z.uuid()),
  clockOffsetSeconds: z.number(),
  usedAfterRevocationOn: day,
  firstMonth: z.boolean(),
  versions: z.object({ minimum: z.string(), named: z.array(z.string()) }).nullable(),
  licences: z.array(
    z.object({
      tenantId: z.uuid().nullable(),
      meter: z.enum(METER_CODES),
      count: z.int().min(1),
      first: z.iso.date(),
      last: z.iso.date(),
    }),
  ),
  usage: z.array(
    z.object({
      tenantRef: z.string().nullable(),
      tenantId: z.uuid().nullable(),
      meter: z.enum(METER_CODES),
      installations: z.array(
        z.object({
          installationId: z.uuid(),
          expected: z.boolean(),
          reported: quantity,
          observed: quantity,
          observedOn: day,
          observedBeforeRevocation: quantity,
          usedAfterRevocationOn: day,
          revokedByMsp: z.boolean(),
          lastConfirmed: quantity,
        }),
      ),
      lastQuantity: quantity,
      licensed: z.int().min(0),
      licensedDays: z.array(
        z.object({
          first: z.iso.date(),
          last: z.iso.date(),
          count: z.int().min(0),
          licensed: z.int().min(0),
        }),
      ),
    }),
  ),
});

const stored = z.looseObject({ version: z.int().min(1).max(FACTS_VERSION) });

/** Whether facts of that version can be read: those of earlier ones are brought to today's shape. */
export function knowsFactsVersion(version: unknown): boolean {
  return stored.safeParse({ version }).success;
}

/** What is written when the collection ends. */
export function freezeFacts(facts: SiteFacts): SiteFacts & { version: number } {
  return { version: FACTS_VERSION, ...facts };
}

const WHAT = 'The frozen facts of a site';

/** What was frozen, in today's shape. Throws STORED_DATA_UNREADABLE naming the place that does not fit. */
export function readFacts(frozen: unknown): SiteFacts {
  const { version, ...facts } = readStored(stored, frozen, WHAT);
  return readStored(
    siteFacts,
    UPGRADES.slice(version).reduce<Record<string, unknown>>((upgraded, step) => step(upgraded), facts),
    WHAT,
  );
}

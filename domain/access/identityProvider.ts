import { z } from 'zod';
import { SYSTEM_LEVELS } from './levels.js';

/** What a value of the provider's claim gives: one of the two levels, for the whole company or for named tenants. */
export const mappedLevel = z.strictObject({
  value: z.string(),
  systemLevel: z.enum(SYSTEM_LEVELS).nullable(),
  accessLevelId: z.uuid().nullable(),
  tenantIds: z.array(z.uuid()).min(1).nullable(),
  withBelow: z.boolean(),
});
export type MappedLevel = z.output<typeof mappedLevel>;

/** What the values of a claim give: the first entry that names one of them; undefined: nothing. */
export function levelOf(levels: readonly MappedLevel[], values: readonly string[]): MappedLevel | undefined {
  return levels.find(({ value }) => values.includes(value));
}

/** Whether the address is of one of the domains, exactly: those below a domain are others. */
export function isOfDomain(email: string, domains: readonly string[]): boolean {
  return domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase());
}

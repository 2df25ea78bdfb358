import { z } from 'zod';
import type { Party } from '../../domain/statement.js';
import { readStored } from '../../domain/readStored.js';

/** A company as it is stored in a jsonb value. */
export const party: z.ZodType<Party> = z.object({
  name: z.string(),
  registrationNumber: z.string(),
  address: z.array(z.string()),
  country: z.string(),
  email: z.string(),
});

/** The vendor of a programme; STORED_DATA_UNREADABLE names the programme. */
export function storedVendor(stored: unknown, programme: string): Party {
  return readStored(party, stored, `The vendor of the programme "${programme}"`);
}

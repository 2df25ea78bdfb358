import { contactPolicy, type ProgrammeSettings } from '../../domain/programmeSettings.js';
import type { ContactPolicy } from '../../domain/site.js';
import { rows, type Trx } from '../connect.js';

/** Rule 6 as each programme has it, by programme code. */
export async function programmeContactPolicies(trx: Trx): Promise<Map<string, ContactPolicy>> {
  const found = await rows<{ code: string; settings: ProgrammeSettings }>(trx, 'select code, settings from programme');
  return new Map(found.map(({ code, settings }) => [code, contactPolicy(settings)]));
}

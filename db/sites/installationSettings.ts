import { SHIPPED_PROGRAMME_SETTINGS, parseSettings, resolveSettings } from '../../domain/settings/index.js';
import type { InstallationSettings } from '../../domain/settings/installations.js';
import { rows, type Trx } from '../connect.js';

/** Rule 6 as the programme of a site has it now. */
export async function installationSettings(trx: Trx, mspId: string, siteId: string): Promise<InstallationSettings> {
  const [row] = await rows<{ settings: unknown }>(
    trx,
    `select v.settings from site s cross join lateral kontor_settings(s.programme_code) v
     where s.msp_id = :mspId and s.id = :siteId`,
    { mspId, siteId },
  );
  return (row === undefined ? SHIPPED_PROGRAMME_SETTINGS : resolveSettings(parseSettings(row.settings))).installations;
}

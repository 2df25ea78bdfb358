import { cursorRows } from '../../db/cursorRows.js';
import { readFacts } from '../../domain/frozenFacts.js';
import type { SiteFacts } from '../../domain/usage.js';
import { plain, tableOf, text } from '../exportFile.js';

interface StoredRow {
  mspId: string;
  reconciledAt: Date;
  facts: unknown;
}

type UsageFacts = SiteFacts['usage'][number];
type InstallationFacts = UsageFacts['installations'][number];

interface Row {
  mspId: string;
  reconciledAt: Date;
  site: SiteFacts;
  /** Undefined: nothing was known of the site but that it is there. */
  usage: UsageFacts | undefined;
  installation: InstallationFacts | undefined;
}

const yesNo = (value: boolean | undefined) => plain(value === undefined ? null : value ? 'yes' : 'no');

/**
 * What was known of each site when its collection ended, one row per tenant, meter and installation: everything the quantity of
 * a line is reckoned from, last confirmed peaks among it.
 */
export const siteFacts = tableOf<Row>(
  'site_facts.csv',
  {
    msp_id: (row) => plain(row.mspId),
    site_id: (row) => plain(row.site.siteId),
    site: (row) => text(row.site.siteName),
    reconciled_at: (row) => plain(row.reconciledAt),
    first_month: (row) => yesNo(row.site.firstMonth),
    revoked_at: (row) => plain(row.site.revokedAt),
    used_after_revocation_on: (row) => plain(row.site.usedAfterRevocationOn),
    clock_offset_seconds: (row) => plain(row.site.clockOffsetSeconds),
    installations: (row) => plain(row.site.installationIds.length),
    silent_installations: (row) => plain(row.site.silentInstallationIds.length),
    tenant_ref: (row) => text(row.usage?.tenantRef ?? null),
    tenant_id: (row) => plain(row.usage?.tenantId ?? null),
    meter: (row) => plain(row.usage?.meter ?? null),
    installation_id: (row) => plain(row.installation?.installationId ?? null),
    expected: (row) => yesNo(row.installation?.expected),
    reported: (row) => plain(row.installation?.reported ?? null),
    observed: (row) => plain(row.installation?.observed ?? null),
    observed_on: (row) => plain(row.installation?.observedOn ?? null),
    observed_before_revocation: (row) => plain(row.installation?.observedBeforeRevocation ?? null),
    // Of this installation: the site's own is that of all of them.
    installation_used_after_revocation_on: (row) => plain(row.installation?.usedAfterRevocationOn ?? null),
    revoked_by_msp: (row) => yesNo(row.installation?.revokedByMsp),
    last_confirmed: (row) => plain(row.installation?.lastConfirmed ?? null),
    last_quantity_of_site: (row) => plain(row.usage?.lastQuantity ?? null),
    licensed: (row) => plain(row.usage?.licensed ?? null),
    licensed_days: (row) =>
      text(
        (row.usage?.licensedDays ?? [])
          .map(({ first, last, count, licensed }) => `${first}/${last}: ${count} - ${licensed}`)
          .join('; '),
      ),
  },
  async function* (trx, { programme, period }) {
    const stored = cursorRows<StoredRow>(
      trx,
      `select msp_id as "mspId", reconciled_at as "reconciledAt", facts from reconciled_site
       where programme_code = :programme and period = :period order by msp_id, site_id`,
      { programme, period },
    );
    for await (const { facts, ...row } of stored) yield* rowsOf(row, readFacts(facts));
  },
);

function* rowsOf(row: Pick<Row, 'mspId' | 'reconciledAt'>, site: SiteFacts): Generator<Row> {
  if (site.usage.length === 0) yield { ...row, site, usage: undefined, installation: undefined };
  for (const usage of site.usage) {
    if (usage.installations.length === 0) yield { ...row, site, usage, installation: undefined };
    for (const installation of usage.installations) yield { ...row, site, usage, installation };
  }
}

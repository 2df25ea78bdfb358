/** All sites that the reader sees, of one MSP or of many: what has to be seen at once about them. */
import { z } from 'zod';
import type { Trx } from '../../db/connect.js';
import { siteOverview, type OverviewFilter, type SiteOverview } from '../../db/readModels/siteOverview.js';
import { periodOf, type Period } from '../../domain/period.js';
import { number, recordsCsv, text, type Columns } from '../../statements/index.js';
import { csvReply } from '../csvReply.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { requireFilters } from '../requireFilters.js';
import { reply, route } from '../route.js';
import { period, productCode, programmeCode, uuid } from '../schemas/common.js';
import { backupState, siteOverview as siteOverviewJson } from '../schemas/siteOverview.js';
import { contactState, siteKind, siteState } from '../schemas/sites.js';

const tags = ['Sites'] as const;

/** Sites read at once for a file: each statement is one of as many. */
const AT_ONCE = 1_000;

const FILTERS = {
  period: period.optional().meta({ description: 'The running month, in UTC, if it is left out' }),
  programme: programmeCode.optional(),
  mspId: uuid.optional(),
  tenantId: uuid.optional().meta({ description: 'Sites that serve it, or a unit below it, in the month' }),
  name: z.string().min(1).max(120).optional().meta({ description: "In the site's name, whatever its case" }),
  product: productCode.optional(),
  kind: siteKind.optional(),
  state: siteState.optional().meta({ description: 'All but retired ones if it is left out' }),
  contact: contactState.optional(),
  backups: backupState.optional().meta({ description: 'Finds nothing for whom the state of backups is not shown' }),
  silentDays: z
    .string()
    .regex(/^[0-9]{1,4}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(3660))
    .optional()
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: 3660,
      description: 'Active, and not heard for as many days or more',
    }),
  belowMinimum: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .meta({ type: 'boolean', description: 'Whether an installation is older than the programme takes' }),
} as const;

type Filters = z.output<z.ZodObject<typeof FILTERS>>;

function filterOf({ period: month, ...filters }: Filters, receivedAt: Date) {
  return { ...filters, period: month ?? periodOf(receivedAt, 'UTC'), at: receivedAt };
}

const keyOf = ({ mspName, mspId, name, siteId }: SiteOverview): [string, string, string, string] => [
  mspName,
  mspId,
  name,
  siteId,
];

/** All that the filter finds. */
async function wholeOverview(trx: Trx, filter: Omit<OverviewFilter, 'limit' | 'after'>): Promise<SiteOverview[]> {
  const all: SiteOverview[] = [];
  for (;;) {
    const last = all.at(-1);
    const found = await siteOverview(trx, { ...filter, limit: AT_ONCE, after: last && keyOf(last) });
    all.push(...found);
    if (found.length < AT_ONCE) return all;
  }
}

interface OverviewRecord {
  site: SiteOverview;
  period: Period;
  /** Null: nothing was counted in either month. */
  meter: SiteOverview['meters'][number] | null;
}

const instantText = (at: Date | null | undefined) => text(at?.toISOString() ?? null);
const ofBackups = (name: 'passed' | 'failed' | 'unknown') =>
  [`backups_${name}`, ({ site }: OverviewRecord) => number(site.backups?.[name] ?? null)] as const;

const COLUMNS: Columns<OverviewRecord> = [
  ['msp_name', ({ site }) => text(site.mspName)],
  ['msp_id', ({ site }) => text(site.mspId)],
  ['programme', ({ site }) => text(site.programme)],
  ['site', ({ site }) => text(site.name)],
  ['site_id', ({ site }) => text(site.siteId)],
  ['product', ({ site }) => text(site.product)],
  ['site_kind', ({ site }) => text(site.kind)],
  ['state', ({ site }) => text(site.state)],
  ['contact', ({ site }) => text(site.contact)],
  ['last_contact_at', ({ site }) => instantText(site.lastContactAt)],
  ['tenant_refs', ({ site }) => text(site.tenantRefs.join(' '))],
  ['installations', ({ site }) => number(site.installations)],
  ['product_version', ({ site }) => text(site.productVersion)],
  ['minimum_version', ({ site }) => text(site.minimumVersion)],
  ['below_minimum', ({ site }) => text(site.belowMinimum ? 'yes' : 'no')],
  ['backups', ({ site }) => text(site.backups?.state ?? null)],
  ofBackups('passed'),
  ofBackups('failed'),
  ofBackups('unknown'),
  ['backups_told_at', ({ site }) => instantText(site.backups?.toldAt)],
  ['period', (record) => text(record.period)],
  ['meter', ({ meter }) => text(meter?.meter ?? null)],
  ['this_month', ({ meter }) => number(meter?.thisMonth ?? null)],
  ['last_month', ({ meter }) => number(meter?.lastMonth ?? null)],
];

export const siteOverviewRoutes = [
  route({
    method: 'get',
    path: '/v1/site-overview',
    summary: 'List all sites with contact, versions, usage against the last month, and the state of backups',
    description:
      'By MSP and name. An MSP sees its own, a distributor those of MSPs that it bills now, with the usage of the months that ' +
      'it bills, whoever sees some tenants only the sites that serve these, with their usage alone.',
    tags,
    action: 'usage.read',
    query: z.strictObject({ ...PAGE_QUERY, ...FILTERS }),
    responses: { 200: { description: 'A page of sites', schema: pageOf(siteOverviewJson) } },
    handler: async ({ query: { limit, after, ...filters }, receivedAt, transaction }) => {
      const cursor = readCursor(after, z.tuple([z.string(), uuid, z.string(), uuid]));
      const filter = { ...filterOf(filters, receivedAt), limit: limit + 1, after: cursor };
      const found = await transaction((trx) => siteOverview(trx, filter));
      return reply(
        200,
        toPage(found, limit, keyOf, (row) => row),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/site-overview/csv',
    summary: 'Download the same as CSV',
    description:
      'All that the filters find, a record for each site and meter; of a site without usage one without a meter.',
    tags,
    action: 'usage.read',
    query: z.strictObject(FILTERS),
    responses: { 200: { description: 'The sites', file: 'text/csv' } },
    handler: async ({ query, receivedAt, transaction }) => {
      const filter = filterOf(query, receivedAt);
      const sites = await transaction(async (trx) => {
        const found = await wholeOverview(trx, filter);
        if (found.length === 0) await requireFilters(trx, query);
        return found;
      });
      const records = sites.flatMap((site): OverviewRecord[] =>
        (site.meters.length === 0 ? [null] : site.meters).map((meter) => ({ site, period: filter.period, meter })),
      );
      return csvReply(`site-overview-${filter.period}`, recordsCsv(COLUMNS, records));
    },
  }),
];

/** All licences that the reader sees, bought or sold, of one MSP or of many. */
import { z } from 'zod';
import type { Trx } from '../../db/connect.js';
import { licenceOverview, type HeldLicence, type LicenceFilter } from '../../db/readModels/licenceOverview.js';
import { seesAmounts } from '../../domain/access/actions.js';
import { number, recordsCsv, text, type Columns } from '../../statements/index.js';
import { csvReply } from '../csvReply.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { senderOf, type Principal } from '../principal.js';
import { requireFilters } from '../requireFilters.js';
import { reply, route } from '../route.js';
import { day, productCode, programmeCode, uuid } from '../schemas/common.js';
import { heldLicence, licenceStatus } from '../schemas/licenceOverview.js';

const tags = ['Term licences'] as const;

/** Licences read at once for a file: each statement is one of as many. */
const AT_ONCE = 1_000;

const FILTERS = {
  programme: programmeCode.optional(),
  product: productCode.optional(),
  status: licenceStatus.optional(),
  mspId: uuid.optional(),
  tenantId: uuid.optional().meta({ description: 'Its own, not those of a site as a whole' }),
  expiringDays: z
    .string()
    .regex(/^[0-9]{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(0).max(366))
    .default(30)
    .meta({ type: 'integer', minimum: 0, maximum: 366, default: 30, description: 'Before its end, one is expiring' }),
} as const;

type Shown = z.input<typeof heldLicence>;

/** Whoever sells sees them as sold, all others as bought. Prices are for those who see amounts. */
function presenter(principal: Principal): (licence: HeldLicence) => Shown {
  const { view } = senderOf(principal);
  const side = view === 'vendor' || view === 'distributor' ? 'sold' : 'bought';
  const withAmounts = seesAmounts(view);
  return ({ key: _key, terms, ...licence }) => ({
    side,
    ...licence,
    service: { isDue: licence.status === 'active' || licence.status === 'expiring', until: licence.endsOn },
    terms: terms === null || withAmounts ? terms : { ...terms, unitPrice: null },
  });
}

const keyOf = ({ mspName, mspId, startsOn, key }: HeldLicence): [string, string, string, string] => [
  mspName,
  mspId,
  startsOn,
  key,
];

function filterOf<F extends object>(filters: F, principal: Principal, at: Date) {
  // A level of the company's own may leave them out.
  return { ...filters, at, metered: senderOf(principal).actions.has('subscriptions.read') };
}

/** All that the filter finds. */
async function wholeOverview(trx: Trx, filter: Omit<LicenceFilter, 'limit' | 'after'>): Promise<HeldLicence[]> {
  const all: HeldLicence[] = [];
  for (;;) {
    const last = all.at(-1);
    const found = await licenceOverview(trx, { ...filter, limit: AT_ONCE, after: last && keyOf(last) });
    all.push(...found);
    if (found.length < AT_ONCE) return all;
  }
}

const COLUMNS: Columns<Shown> = [
  ['side', ({ side }) => text(side)],
  ['msp_name', ({ mspName }) => text(mspName)],
  ['msp_id', ({ mspId }) => text(mspId)],
  ['programme', ({ programme }) => text(programme)],
  ['product', ({ product }) => text(product)],
  ['tenant', ({ tenantName }) => text(tenantName)],
  ['tenant_id', ({ tenantId }) => text(tenantId)],
  ['site', ({ terms }) => text(terms?.siteName ?? null)],
  ['site_id', ({ terms }) => text(terms?.siteId ?? null)],
  ['kind', ({ kind }) => text(kind)],
  ['status', ({ status }) => text(status)],
  ['starts_on', ({ startsOn }) => text(startsOn)],
  ['ends_on', ({ endsOn }) => text(endsOn)],
  ['service_due', ({ service }) => text(service.isDue ? 'yes' : 'no')],
  ['service_until', ({ service }) => text(service.until)],
  ['licence_id', ({ terms }) => text(terms?.licenceId ?? null)],
  ['meter', ({ terms }) => text(terms?.meter ?? null)],
  ['count', ({ terms }) => number(terms?.count ?? null)],
  ['years', ({ terms }) => number(terms?.years ?? null)],
  ['agreed_until', ({ terms }) => text(terms?.agreedUntil ?? null)],
  ['billing', ({ terms }) => text(terms?.billing ?? null)],
  ['unit_price', ({ terms }) => number(terms?.unitPrice ?? null)],
  ['price_currency', ({ terms }) => text(terms?.priceCurrency ?? null)],
  ['extends', ({ terms }) => text(terms?.extends ?? null)],
  ['renews', ({ terms }) => text(terms?.renews ?? null)],
  ['renewed', ({ terms }) => text(terms === null ? null : terms.renewed ? 'yes' : 'no')],
];

export const licenceOverviewRoutes = [
  route({
    method: 'get',
    path: '/v1/licence-overview',
    summary: 'List licences bought or sold, with their status, terms, and until when service is due',
    description:
      'Term licences and metered subscriptions, by MSP and first day. An MSP sees what it bought, a customer and those who act ' +
      'for it what is of its tenants, and of sites that serve nobody else; a distributor what was sold to the MSPs that it ' +
      'bills now, the partner team all. Days are days of the MSP’s zone; for customers of the programme’s.',
    tags,
    action: 'licences.read',
    query: z.strictObject({ ...PAGE_QUERY, ...FILTERS }),
    responses: { 200: { description: 'A page of licences', schema: pageOf(heldLicence) } },
    handler: async ({ query: { limit, after, ...filters }, principal, receivedAt, transaction }) => {
      const cursor = readCursor(after, z.tuple([z.string(), uuid, day, z.string()]));
      const filter = { ...filterOf(filters, principal, receivedAt), limit: limit + 1, after: cursor };
      const found = await transaction((trx) => licenceOverview(trx, filter));
      return reply(200, toPage(found, limit, keyOf, presenter(principal)));
    },
  }),
  route({
    method: 'get',
    path: '/v1/licence-overview/csv',
    summary: 'Download the same as CSV',
    description: 'All that the filters find.',
    tags,
    action: 'licences.read',
    query: z.strictObject(FILTERS),
    responses: { 200: { description: 'The licences', file: 'text/csv' } },
    handler: async ({ query, principal, receivedAt, transaction }) => {
      const filter = filterOf(query, principal, receivedAt);
      const licences = await transaction(async (trx) => {
        const found = await wholeOverview(trx, filter);
        if (found.length === 0) await requireFilters(trx, query);
        return found;
      });
      const name = `licences-${receivedAt.toISOString().slice(0, 10)}`;
      return csvReply(name, recordsCsv(COLUMNS, licences.map(presenter(principal))));
    },
  }),
];

import { z } from 'zod';
import { requireUnopened } from '../../db/programmes/periods.js';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { tenantsOfSite } from '../../db/readModels/tenantsOfSite.js';
import {
  findTermLicence,
  insertTermLicence,
  listTermLicences,
  type TermLicence,
} from '../../db/prices/termLicenceStore.js';
import { productByCode } from '../../domain/catalog/index.js';
import { fieldError } from '../../domain/errors.js';
import type { Day } from '../../domain/period.js';
import { termEnd } from '../../domain/termLicence.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { requireMsp } from '../requireMsp.js';
import { requireTakesPart } from '../requireTakesPart.js';
import { reply, route } from '../route.js';
import { day, uuid } from '../schemas/common.js';
import { termLicence, termLicenceInput } from '../schemas/termLicences.js';
import { requireOpenSite } from './sites.js';

const tags = ['Term licences'] as const;
const byMsp = z.strictObject({ mspId: uuid });

type Order = z.output<typeof termLicenceInput>;

function toJson({ mspId: _mspId, ...licence }: TermLicence): z.input<typeof termLicence> {
  return licence;
}

/** The tenant's id; null where the order names none. */
async function orderedFor(trx: Trx, mspId: string, order: Order): Promise<string | null> {
  if (order.tenantRef === undefined) return null;
  const tenants = await tenantsOfSite(trx, mspId, order.siteId);
  const tenantId = tenants.get(order.tenantRef);
  if (tenantId === undefined)
    throw fieldError('VALIDATION_FAILED', '/tenantRef', 'The site does not serve that tenant.');
  return tenantId;
}

/** When the licence ends: after its years, or with the one it extends (same site, tenant and meter, still running). */
async function endOf(trx: Trx, mspId: string, order: Order, tenantId: string | null): Promise<Day> {
  if (order.years !== undefined) return termEnd(order.startsOn, order.years);
  const extended = order.extends === undefined ? undefined : await findTermLicence(trx, mspId, order.extends);
  const fits = extended?.siteId === order.siteId && extended.tenantId === tenantId && extended.meter === order.meter;
  if (!fits) throw fieldError('VALIDATION_FAILED', '/extends', 'No licence of that site, tenant and meter.');
  if (order.startsOn < extended.startsOn || order.startsOn >= extended.endsOn) {
    throw fieldError('VALIDATION_FAILED', '/startsOn', 'An extension starts while the licence it extends runs.');
  }
  return extended.endsOn;
}

export const termLicenceRoutes = [
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/term-licences',
    summary: 'Order a term licence, or more of one',
    description: 'A fixed count for 1 to 5 years; what a site uses beyond it is metered.',
    tags,
    action: 'licences.order',
    params: byMsp,
    body: termLicenceInput,
    responses: { 201: { description: 'The licence', schema: termLicence } },
    handler: async ({ params: { mspId }, body, actor, receivedAt, requestId: id, transaction }) => {
      const licence = await transaction(async (trx) => {
        const site = await requireOpenSite(trx, mspId, body.siteId);
        await requireTakesPart(trx, site.programme, mspId);
        const counted = productByCode(site.product)?.meters.some(({ code }) => code === body.meter) ?? false;
        if (!counted)
          throw fieldError('METER_UNKNOWN', '/meter', `The site's product, ${site.product}, does not count that.`);
        const known = await findTermLicence(trx, mspId, id);
        if (known !== undefined) return known;
        const { siteId, meter, count, startsOn } = body;
        await requireUnopened(trx, site.programme, startsOn.slice(0, 7), '/startsOn');
        const tenantId = await orderedFor(trx, mspId, body);
        const endsOn = await endOf(trx, mspId, body, tenantId);
        const ordered: TermLicence = { mspId, id, siteId, tenantId, meter, count, startsOn, endsOn };
        await insertTermLicence(trx, ordered);
        await appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'termLicence.ordered',
          subject: `term-licence:${id}`,
          mspId,
          after: ordered,
        });
        return ordered;
      });
      return reply(201, toJson(licence));
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/term-licences',
    summary: 'List term licences by first day',
    tags,
    action: 'licences.read',
    params: byMsp,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of licences', schema: pageOf(termLicence) } },
    handler: async ({ params: { mspId }, query, transaction }) => {
      const after = readCursor(query.after, z.tuple([day, uuid]));
      const found = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return listTermLicences(trx, { mspId, limit: query.limit + 1, after });
      });
      return reply(
        200,
        toPage(found, query.limit, ({ startsOn, id }) => [startsOn, id], toJson),
      );
    },
  }),
];

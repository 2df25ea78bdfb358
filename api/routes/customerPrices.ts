/** What an MSP asks of its own customers: a price list in versions, of which none is ever changed. */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import {
  findPriceList,
  insertPriceList,
  listPriceLists,
  lockPriceLists,
  type StoredPriceList,
} from '../../db/prices/customerPriceStore.js';
import { pricedOtherwise } from '../../domain/customerPrices.js';
import { fieldError } from '../../domain/errors.js';
import { cursorNumber, programmeCode, uuid } from '../schemas/common.js';
import { customerPriceList, newCustomerPriceList } from '../schemas/customerPrices.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { requireMsp } from '../requireMsp.js';
import { reply, route } from '../route.js';

const tags = ['Tenant documents'] as const;
const byMsp = z.strictObject({ mspId: uuid });

function toJson({ mspId: _mspId, ...shown }: StoredPriceList): z.input<typeof customerPriceList> {
  return shown;
}

export const customerPriceRoutes = [
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/customer-prices',
    summary: "Add a version of the MSP's own price list for its customers",
    description:
      'For the documents of its tenants. A version holds from its month until one from a later month; of two from the same ' +
      'month the last one holds. PERIOD_OPENED where a month that was issued to the MSP would get other prices; months that had ' +
      'none may get some.',
    tags,
    action: 'customerPrices.manage',
    params: byMsp,
    body: newCustomerPriceList,
    responses: { 201: { description: 'The version is kept', schema: customerPriceList } },
    handler: async ({ params: { mspId }, body, actor, receivedAt, requestId, transaction }) => {
      const { basedOn, ...list } = body;
      const kept = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        const locked = await lockPriceLists(trx, { mspId, ...list });
        if (locked === undefined) {
          throw fieldError('VALIDATION_FAILED', '/programme', 'This MSP takes no part in a programme of that code.');
        }
        const known = await findPriceList(trx, mspId, requestId);
        if (known !== undefined) return known;
        const latest = locked.versions.at(-1)?.version ?? 0;
        if (latest !== basedOn) {
          throw fieldError(
            'STATE_CONFLICT',
            '/basedOn',
            `The latest version is ${latest} by now. Read it, then add yours.`,
          );
        }
        const [changed] = pricedOtherwise(locked.versions, list.fromPeriod, locked.issued);
        if (changed !== undefined) {
          throw fieldError(
            'PERIOD_OPENED',
            '/fromPeriod',
            `${changed} was issued and priced: it keeps its prices. Name a month after ${locked.issued.at(-1) ?? changed}.`,
          );
        }
        const added: StoredPriceList = {
          ...{ id: requestId, mspId, version: latest + 1, setAt: receivedAt, setBy: actor },
          ...list,
        };
        await insertPriceList(trx, added);
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'customerPrices.added',
          subject: `msp:${mspId}`,
          mspId,
          // Prices are the MSP's own business; the trail is read by the partner team.
          after: { programme: list.programme, version: added.version, fromPeriod: list.fromPeriod },
        });
        return added;
      });
      return reply(201, toJson(kept));
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/customer-prices',
    summary: "List the versions of the MSP's own price lists, by programme, the latest first",
    tags,
    action: 'customerPrices.read',
    params: byMsp,
    query: z.strictObject({ ...PAGE_QUERY, programme: programmeCode.optional() }),
    responses: { 200: { description: 'A page of versions', schema: pageOf(customerPriceList) } },
    handler: async ({ params: { mspId }, query: { limit, after, programme }, transaction }) => {
      const cursor = readCursor(after, z.tuple([z.string(), cursorNumber]));
      const found = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return listPriceLists(trx, { mspId, programme, limit: limit + 1, after: cursor });
      });
      return reply(
        200,
        toPage(found, limit, (list) => [list.programme, list.version], toJson),
      );
    },
  }),
];

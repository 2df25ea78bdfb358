import { seesAmounts } from '../../domain/access/actions.js';
import type { Actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import {
  correctTermLicence,
  endTermLicence,
  findTermLicence,
  listTermLicences,
  lockExtensions,
  lockTermLicence,
  type TermLicence,
} from '../../db/prices/termLicenceStore.js';
import { requireUnopened } from '../../db/programmes/periods.js';
import { tenantsOfSite } from '../../db/readModels/tenantsOfSite.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import type { Day } from '../../domain/period.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { senderOf, type Principal } from '../principal.js';
import { requireMsp } from '../requireMsp.js';
import { reply, route } from '../route.js';
import { day, uuid } from '../schemas/common.js';
import { termLicence, termLicenceCorrection, termLicenceEnd } from '../schemas/termLicences.js';
import { requireSite } from './sites.js';

const tags = ['Term licences'] as const;
const byMsp = z.strictObject({ mspId: uuid });
const byLicence = z.strictObject({ mspId: uuid, licenceId: uuid });

function toJson({ mspId: _mspId, ...licence }: TermLicence, principal: Principal): z.input<typeof termLicence> {
  return seesAmounts(senderOf(principal).view) ? licence : { ...licence, unitPrice: null };
}

const NO_LICENCE = 'This MSP has no such licence.';

async function lock(trx: Trx, { mspId, licenceId }: z.output<typeof byLicence>): Promise<TermLicence> {
  await requireMsp(trx, mspId);
  const found = await lockTermLicence(trx, mspId, licenceId);
  if (found === undefined) throw new KontorError('NOT_FOUND', NO_LICENCE);
  return found;
}

/** Rule 19: `endsOn` lies within the licence, and no month that was opened had been covered otherwise. */
async function requireEnd(trx: Trx, licence: TermLicence, endsOn: Day): Promise<void> {
  if (endsOn < licence.startsOn || endsOn >= licence.endsOn) {
    throw fieldError(
      'VALIDATION_FAILED',
      '/endsOn',
      `It runs from ${licence.startsOn} until ${licence.endsOn}: name a day in between.`,
    );
  }
  const { programme } = await requireSite(trx, licence.mspId, licence.siteId);
  await requireUnopened(trx, programme, endsOn.slice(0, 7), '/endsOn');
}

/** The licence ended on a day, and with it what was added to it. */
async function endAll(trx: Trx, licence: TermLicence, end: { endsOn: Day; at: Date; by: Actor; reason: string }) {
  const extensions = licence.extends === null ? await lockExtensions(trx, licence.mspId, licence.id) : [];
  for (const one of [licence, ...extensions]) {
    const endsOn = end.endsOn > one.startsOn ? end.endsOn : one.startsOn;
    if (endsOn < one.endsOn) await endTermLicence(trx, one, { ...end, endsOn });
  }
}

export const termLicenceRoutes = [
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/term-licences',
    summary: 'List term licences by first day',
    description: 'A licence is made by an approved order alone: POST /v1/msps/{mspId}/orders.',
    tags,
    action: 'licences.read',
    params: byMsp,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of licences', schema: pageOf(termLicence) } },
    handler: async ({ params: { mspId }, query, principal, transaction }) => {
      const after = readCursor(query.after, z.tuple([day, uuid]));
      const found = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return listTermLicences(trx, { mspId, limit: query.limit + 1, after });
      });
      return reply(
        200,
        toPage(
          found,
          query.limit,
          ({ startsOn, id }) => [startsOn, id],
          (licence) => toJson(licence, principal),
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/term-licences/{licenceId}',
    summary: 'Show a term licence',
    tags,
    action: 'licences.read',
    params: byLicence,
    responses: { 200: { description: 'The licence', schema: termLicence } },
    handler: async ({ params: { mspId, licenceId }, principal, transaction }) => {
      const found = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return findTermLicence(trx, mspId, licenceId);
      });
      if (found === undefined) throw new KontorError('NOT_FOUND', NO_LICENCE);
      return reply(200, toJson(found, principal));
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/term-licences/{licenceId}/end',
    summary: 'End a term licence before its term is over',
    description:
      'With what was added to it. What was billed stays billed: a credit is for the partner team to give. Further twelfths ' +
      'are not billed. PERIOD_OPENED for a day of a month that was opened (rule 19).',
    tags,
    action: 'licences.manage',
    params: byLicence,
    body: termLicenceEnd,
    responses: { 200: { description: 'The licence as it is now', schema: termLicence } },
    handler: async ({ params, body: { endsOn, reason }, principal, actor, receivedAt, transaction }) => {
      const ended = await transaction(async (trx) => {
        const before = await lock(trx, params);
        await requireEnd(trx, before, endsOn);
        await endAll(trx, before, { endsOn, at: receivedAt, by: actor, reason });
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'termLicence.ended',
          subject: `term-licence:${before.id}`,
          mspId: params.mspId,
          before: { endsOn: before.endsOn },
          after: { endsOn },
          reason,
        });
        return lock(trx, params);
      });
      return reply(200, toJson(ended, principal));
    },
  }),
  route({
    method: 'patch',
    path: '/v1/msps/{mspId}/term-licences/{licenceId}',
    summary: 'Correct a term licence that has not been billed',
    description:
      'While the month in which it starts has not been opened: fewer units, or another tenant. PERIOD_OPENED afterwards: ' +
      'end it and order it anew; the credit is for the partner team to give.',
    tags,
    action: 'licences.manage',
    params: byLicence,
    body: termLicenceCorrection,
    responses: { 200: { description: 'The licence as it is now', schema: termLicence } },
    handler: async ({ params, body, principal, actor, receivedAt, transaction }) => {
      const corrected = await transaction(async (trx) => {
        const before = await lock(trx, params);
        const { programme } = await requireSite(trx, before.mspId, before.siteId);
        await requireUnopened(trx, programme, before.startsOn.slice(0, 7), '/startsOn');
        const { count = before.count } = body;
        if (count > before.count) {
          throw fieldError('VALIDATION_FAILED', '/count', 'More units are an order: an extension of this licence.');
        }
        const tenantId = await tenantFor(trx, before, body.tenantRef);
        await correctTermLicence(trx, { mspId: before.mspId, id: before.id, count, tenantId });
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'termLicence.corrected',
          subject: `term-licence:${before.id}`,
          mspId: params.mspId,
          before: { count: before.count, tenantId: before.tenantId },
          after: { count, tenantId },
          reason: body.reason,
        });
        return lock(trx, params);
      });
      return reply(200, toJson(corrected, principal));
    },
  }),
];

/** The tenant's id by the site's reference; undefined: as it is. */
async function tenantFor(trx: Trx, licence: TermLicence, ref: string | null | undefined): Promise<string | null> {
  if (ref === undefined) return licence.tenantId;
  if (ref === null) return null;
  const tenantId = (await tenantsOfSite(trx, licence.mspId, licence.siteId)).get(ref);
  if (tenantId !== undefined) return tenantId;
  throw fieldError('VALIDATION_FAILED', '/tenantRef', 'The site does not serve that tenant.');
}

/** A system integrator acts for a customer while that consents: nothing is cached, an end holds with the next request. */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import {
  consentToMandate,
  findMandate,
  insertMandate,
  listMandates,
  revokeMandate,
  type Mandate,
} from '../../db/access/mandateStore.js';
import type { Sender } from '../../db/access/senderStore.js';
import { ALL, type Database, type Trx } from '../../db/connect.js';
import { holdsView } from '../../db/parties/companyStore.js';
import { tenantsOfCustomer } from '../../db/parties/tenantStore.js';
import type { Actor } from '../../domain/access/actor.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { senderOf, type Principal } from '../principal.js';
import { requireUnlimited } from '../requireUnlimited.js';
import { reply, route } from '../route.js';
import { cursorInstant, uuid } from '../schemas/common.js';
import { mandate, mandateRequest } from '../schemas/mandates.js';

const tags = ['Mandates'] as const;
const byId = z.strictObject({ id: uuid });
const changed = { 200: { description: 'The mandate as it is now', schema: mandate } };

const toJson =
  (now: Date) =>
  ({ id, integratorId, integratorName, customerId, customerName, ...of }: Mandate): z.input<typeof mandate> => {
    const isOver = of.revokedAt !== null || (of.untilAt !== null && of.untilAt <= now);
    return {
      id,
      integrator: { id: integratorId, name: integratorName },
      customer: { id: customerId, name: customerName },
      state: isOver ? 'over' : of.consentedAt === null ? 'asked' : 'agreed',
      ...{
        from: of.fromAt,
        until: of.untilAt,
        askedAt: of.askedAt,
        consentedAt: of.consentedAt,
        endedAt: of.revokedAt,
      },
    };
  };

async function requireMandate(trx: Trx, id: string): Promise<Mandate> {
  const found = await findMandate(trx, id);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'Your company has no such mandate.');
  return found;
}

/** Consent is a person's, and one's who sees all that the integrator will see. Throws FORBIDDEN. */
async function requireConsenter(db: Database, sender: Sender): Promise<void> {
  if (sender.kind !== 'person') throw new KontorError('FORBIDDEN', 'A person consents or refuses, no service account.');
  const all = await db.transaction(ALL, (trx) => tenantsOfCustomer(trx, sender.companyId));
  if (all.every((id) => sender.tenants?.includes(id))) return;
  throw new KontorError('FORBIDDEN', 'Your access is limited to some of the tenants that the mandate is for.');
}

interface Act {
  params: { id: string };
  principal: Principal;
  actor: Actor;
  receivedAt: Date;
  transaction: <T>(work: (trx: Trx) => Promise<T>) => Promise<T>;
}

/** Changes a mandate with its audit event. Throws NOT_FOUND, and STATE_CONFLICT where it is not in a state for that. */
async function change(
  { params: { id }, principal, actor, receivedAt: at, transaction }: Act,
  action: 'mandate.consented' | 'mandate.refused' | 'mandate.ended',
  write: (trx: Trx, answer: { id: string; at: Date; by: Actor }) => Promise<boolean>,
): Promise<z.input<typeof mandate>> {
  const sender = senderOf(principal);
  const after = await transaction(async (trx) => {
    const before = await requireMandate(trx, id);
    if (!(await write(trx, { id, at, by: actor }))) {
      throw new KontorError('STATE_CONFLICT', `This mandate is ${toJson(at)(before).state}.`);
    }
    const { integratorId, customerId } = before;
    appendAudit(trx, {
      ...{ at, actor, action, subject: `mandate:${id}` },
      after: { integratorId, customerId, by: sender.companyId },
    });
    return requireMandate(trx, id);
  });
  return toJson(at)(after);
}

export const mandateRoutes = [
  route({
    method: 'post',
    path: '/v1/mandates',
    summary: 'Ask a customer whether you may act for it',
    description: 'As a system integrator. Nothing is seen before a person of the customer consents.',
    tags,
    action: 'mandates.ask',
    body: mandateRequest,
    responses: { 201: { description: 'The request', schema: mandate } },
    handler: async ({
      body: { customerId, from, until },
      principal,
      actor,
      receivedAt: at,
      requestId: id,
      transaction,
    }) => {
      const sender = senderOf(principal);
      const [fromAt, untilAt] = [from ?? at, until ?? null];
      if (untilAt !== null && (untilAt <= fromAt || untilAt <= at)) {
        throw fieldError('VALIDATION_FAILED', '/until', 'A mandate ends after it begins, and later than now.');
      }
      const asked = await transaction(async (trx) => {
        if (customerId === sender.companyId || !(await holdsView(trx, customerId, 'customer'))) {
          throw fieldError('VALIDATION_FAILED', '/customerId', 'There is no such customer.');
        }
        const known = await findMandate(trx, id);
        if (known !== undefined) return known;
        const integratorId = sender.companyId;
        if (!(await insertMandate(trx, { id, integratorId, customerId, fromAt, untilAt, at, by: actor }))) {
          throw fieldError('STATE_CONFLICT', '/customerId', 'You have asked this customer, or act for it, already.');
        }
        appendAudit(trx, {
          ...{ at, actor, action: 'mandate.asked', subject: `mandate:${id}` },
          after: { integratorId, customerId, fromAt, untilAt },
        });
        return requireMandate(trx, id);
      });
      return reply(201, toJson(at)(asked));
    },
  }),
  route({
    method: 'get',
    path: '/v1/mandates',
    summary: 'List mandates, the latest request first',
    description: 'A system integrator and a customer see those of their company.',
    tags,
    action: 'mandates.read',
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of mandates', schema: pageOf(mandate) } },
    handler: async ({ query: { limit, after }, receivedAt, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const found = await transaction((trx) => listMandates(trx, { limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(found, limit, ({ askedAt, id }) => [askedAt, id], toJson(receivedAt)),
      );
    },
  }),
  route({
    method: 'post',
    path: '/v1/mandates/{id}/consent',
    summary: 'Let a system integrator act for you',
    description:
      'It sees and does what a customer may, for every tenant of yours, from now on until one of you ends it.',
    tags,
    action: 'mandates.consent',
    params: byId,
    responses: changed,
    handler: async (context) => {
      await requireConsenter(context.deps.db, senderOf(context.principal));
      return reply(200, await change(context, 'mandate.consented', consentToMandate));
    },
  }),
  route({
    method: 'post',
    path: '/v1/mandates/{id}/refuse',
    summary: 'Refuse a request of a system integrator',
    tags,
    action: 'mandates.consent',
    params: byId,
    responses: changed,
    handler: async (context) => {
      await requireConsenter(context.deps.db, senderOf(context.principal));
      const refuse = (trx: Trx, answer: Parameters<typeof revokeMandate>[1]) => revokeMandate(trx, answer, 'request');
      return reply(200, await change(context, 'mandate.refused', refuse));
    },
  }),
  route({
    method: 'post',
    path: '/v1/mandates/{id}/end',
    summary: 'End a mandate, as either side',
    description: 'With the next request, whatever tokens and sessions there are, the integrator sees nothing any more.',
    tags,
    action: 'mandates.end',
    params: byId,
    responses: changed,
    handler: async (context) => {
      // It is for every tenant: who sees some of them does not end it for the others.
      await context.deps.db.transaction(ALL, (trx) => requireUnlimited(trx, context.principal));
      const end = (trx: Trx, answer: Parameters<typeof revokeMandate>[1]) =>
        revokeMandate(trx, answer, 'mandate or request');
      return reply(200, await change(context, 'mandate.ended', end));
    },
  }),
];

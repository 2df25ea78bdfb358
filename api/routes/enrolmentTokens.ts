/** Tokens with which new installations enrol without a key: who makes one lets software be activated (rule 17). */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { newSecret, secretHash } from '../../db/access/secret.js';
import type { Trx } from '../../db/connect.js';
import { requireProductEnabled } from '../../db/programmes/enabledProducts.js';
import { requireSubscription } from '../../db/programmes/requireSubscription.js';
import { requireTakesPart } from '../../db/programmes/requireTakesPart.js';
import type { SubscriptionKey } from '../../db/programmes/subscriptionStore.js';
import {
  insertEnrolmentToken,
  listEnrolmentTokens,
  revokeEnrolmentToken,
  type EnrolmentToken,
} from '../../db/sites/enrolmentStore.js';
import { enrolmentExpiry, enrolmentState, LONGEST_ENROLMENT_DAYS } from '../../domain/enrolment.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { senderOf, type Principal } from '../principal.js';
import { requireMsp } from '../requireMsp.js';
import { requireTenant } from '../requireTenant.js';
import { requireWhole } from '../requireWhole.js';
import { emptyReply, reply, route, type RawContext } from '../route.js';
import { cursorInstant, uuid } from '../schemas/common.js';
import { enrolmentToken, enrolmentTokenInput, enrolmentTokenShown } from '../schemas/enrolmentTokens.js';
import { runningPeriod } from '../runningPeriod.js';
import { startSubscription } from '../startSubscription.js';

const tags = ['Keys'] as const;
const byMsp = z.strictObject({ mspId: uuid });
const byToken = z.strictObject({ mspId: uuid, id: uuid });

type Act = Pick<RawContext, 'principal' | 'actor' | 'receivedAt' | 'requestId'>;

/** Who is limited to tenants names one that is wholly its own; it is open. Throws NOT_FOUND, FORBIDDEN and STATE_CONFLICT. */
async function requireOpenTenant(trx: Trx, principal: Principal, mspId: string, tenantId: string): Promise<void> {
  await requireWhole(trx, principal, { mspId, tenantId });
  const { state } = await requireTenant(trx, mspId, tenantId);
  if (state === 'closed') throw fieldError('STATE_CONFLICT', '/tenantId', 'This tenant is closed.');
}

/** As a first key does, a first token starts the tenant's subscription; who is limited to tenants starts none. */
async function ensureSubscription(trx: Trx, { principal, actor, receivedAt, requestId }: Act, use: SubscriptionKey) {
  const running = await runningPeriod(trx, use.mspId, receivedAt);
  if (await requireSubscription(trx, use, running)) return;
  if (senderOf(principal).tenants !== null) {
    throw fieldError(
      'STATE_CONFLICT',
      '/product',
      `No subscription to ${use.product} runs for this tenant: the MSP starts it.`,
    );
  }
  await startSubscription(trx, use, { running, by: { enrolmentTokenId: requestId }, actor, at: receivedAt });
}

/** Keeps a token with its audit event; the same request again would show nothing any more (STATE_CONFLICT). */
async function makeToken(
  trx: Trx,
  act: Act,
  mspId: string,
  { programme, product, tenantId, uses, expiresAt: wished }: z.output<typeof enrolmentTokenInput>,
): Promise<z.input<typeof enrolmentTokenShown>> {
  const { principal, actor, receivedAt: madeAt, requestId: id } = act;
  await requireMsp(trx, mspId);
  const expiresAt = enrolmentExpiry(madeAt, wished);
  if (expiresAt === undefined) {
    throw fieldError(
      'VALIDATION_FAILED',
      '/expiresAt',
      `A token lasts from now on, at most ${LONGEST_ENROLMENT_DAYS} days.`,
    );
  }
  if (tenantId !== undefined) await requireOpenTenant(trx, principal, mspId, tenantId);
  else if (senderOf(principal).tenants !== null) {
    throw fieldError('FORBIDDEN', '/tenantId', 'Name the tenant: you act for some of this MSP alone.');
  }
  await requireTakesPart(trx, programme, mspId);
  await requireProductEnabled(trx, { mspId, programme, product });
  if (tenantId !== undefined) await ensureSubscription(trx, act, { mspId, programme, product, tenantId });
  const token = `kontor_enrol_${newSecret()}`;
  const terms = { programme, product, tenantId: tenantId ?? null, uses, expiresAt };
  const kept = { mspId, id, ...terms, madeAt, madeBy: actor, tokenHash: secretHash(token) };
  if (!(await insertEnrolmentToken(trx, kept))) {
    throw new KontorError('STATE_CONFLICT', 'This token was made already; it was shown once: revoke it, make another.');
  }
  appendAudit(trx, {
    ...{ at: madeAt, actor, mspId, action: 'enrolmentToken.made', subject: `enrolmentToken:${id}` },
    after: terms,
  });
  return { id, account: mspId, token, expiresAt };
}

function tokenJson({ mspId: _mspId, ...token }: EnrolmentToken, at: Date): z.input<typeof enrolmentToken> {
  return { ...token, state: enrolmentState(token, at) };
}

async function requireToken(trx: Trx, mspId: string, id: string): Promise<EnrolmentToken> {
  const [found] = await listEnrolmentTokens(trx, { mspId, id, limit: 1 });
  if (found === undefined) throw new KontorError('NOT_FOUND', 'This MSP has no such enrolment token.');
  return found;
}

export const enrolmentTokenRoutes = [
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/enrolment-tokens',
    summary: 'Make a token with which new installations enrol without a key',
    description:
      'Shown in this answer alone. An installation that enrols with it names its site, which is added if there is none. The ' +
      'first one of a tenant and product starts a metered subscription, unless the programme asks for one before ' +
      '(STATE_CONFLICT). Who is limited to tenants makes them for a tenant that is theirs with every unit below it, and whose ' +
      'subscription runs.',
    tags,
    action: 'software.activate',
    params: byMsp,
    body: enrolmentTokenInput,
    showsSecret: true,
    responses: { 201: { description: 'The token', schema: enrolmentTokenShown } },
    handler: async (context) =>
      reply(201, await context.transaction((trx) => makeToken(trx, context, context.params.mspId, context.body))),
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/enrolment-tokens',
    summary: 'List enrolment tokens, without their text, the oldest first',
    tags,
    action: 'keys.read',
    params: byMsp,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of tokens', schema: pageOf(enrolmentToken) } },
    handler: async ({ params: { mspId }, query: { limit, after: cursor }, receivedAt, transaction }) => {
      const after = readCursor(cursor, z.tuple([cursorInstant, uuid]));
      const found = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return listEnrolmentTokens(trx, { mspId, limit: limit + 1, after });
      });
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ madeAt, id }) => [madeAt, id],
          (item) => tokenJson(item, receivedAt),
        ),
      );
    },
  }),
  route({
    method: 'delete',
    path: '/v1/msps/{mspId}/enrolment-tokens/{id}',
    summary: 'Revoke an enrolment token',
    description: 'Nobody enrols with it from now on; installations that have stay. The same again changes nothing.',
    tags,
    action: 'software.activate',
    params: byToken,
    responses: { 204: { description: 'It is worth nothing any more' } },
    handler: async ({ params: { mspId, id }, principal, actor, receivedAt: at, transaction }) => {
      await transaction(async (trx) => {
        const { tenantId } = await requireToken(trx, mspId, id);
        if (tenantId !== null) await requireWhole(trx, principal, { mspId, tenantId });
        if (!(await revokeEnrolmentToken(trx, { mspId, id, at }))) return;
        appendAudit(trx, {
          ...{ at, actor, mspId, action: 'enrolmentToken.revoked', subject: `enrolmentToken:${id}` },
        });
      });
      return emptyReply(204);
    },
  }),
];

import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import {
  endIdentityProvider,
  insertIdentityProvider,
  listIdentityProviders,
  lockIdentityProvider,
  updateIdentityProvider,
  type IdentityProvider,
} from '../../db/access/identityProviderStore.js';
import { withdrawLinks } from '../../db/access/linkStore.js';
import { endMembership } from '../../db/access/memberStore.js';
import { findMembership, membershipsMadeBy } from '../../db/access/membershipStore.js';
import type { Sender } from '../../db/access/senderStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { companyName } from '../../db/parties/companyStore.js';
import { actionsOf } from '../../domain/access/levels.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { isSecure } from '../../identity/index.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { keepingAdministrators } from '../keepingAdministrators.js';
import type { RouteDeps } from '../deps.js';
import { levelGiven, requireGrantable } from '../mayGrant.js';
import { reachOf, redirectUriOf } from '../openId/signIn.js';
import { mayManage, senderOf } from '../principal.js';
import { emptyReply, reply, route } from '../route.js';
import { cursorInstant, uuid } from '../schemas/common.js';
import { identityProvider, identityProviderChange, newIdentityProvider } from '../schemas/identityProviders.js';

const tags = ['People'] as const;
const byId = z.strictObject({ id: uuid });

type Given = z.output<typeof newIdentityProvider>['levels'];

/**
 * Whoever sets up a provider can sign in as anybody of its company. So only who administers all of a company does that, by
 * the system's own level, not narrowed.
 */
async function isWholeAdministrator(trx: Trx, sender: Sender): Promise<boolean> {
  const own = await findMembership(trx, sender.membershipId);
  const whole = own?.systemLevel === 'administrator' && own.tenantIds === null;
  return whole && actionsOf('administrator').every((action) => sender.actions.has(action));
}

async function requireWholeAdministrator(trx: Trx, sender: Sender): Promise<void> {
  if (await isWholeAdministrator(trx, sender)) return;
  throw new KontorError('FORBIDDEN', 'A provider lets in whoever it names: ask an administrator of the whole company.');
}

/** A provider of a company whose people the sender manages, locked; NOT_FOUND. */
async function requireProvider(trx: Trx, sender: Sender, id: string): Promise<IdentityProvider> {
  const found = await lockIdentityProvider(trx, id);
  if (found !== undefined && mayManage(sender, found.companyId)) return found;
  throw new KontorError('NOT_FOUND', 'There is no such identity provider.');
}

/** What only the partner team says: which addresses are a company's, and what everybody is shown. */
function requirePartnerTeam(sender: Sender, given: { mailDomains?: unknown; listed?: unknown }): void {
  for (const field of ['mailDomains', 'listed'] as const) {
    if (given[field] === undefined || sender.view === 'vendor') continue;
    throw fieldError('FORBIDDEN', `/${field}`, 'The partner team sets this: ask it.');
  }
}

function toLevels(levels: Given): IdentityProvider['levels'] {
  return levels.map(({ value, tenantIds = null, withBelow, ...given }) => ({
    ...{ value, ...levelGiven(given), tenantIds, withBelow },
  }));
}

/** Levels come with the claim that names them, and are the sender's to give. */
async function requireUsable(trx: Trx, sender: Sender, provider: IdentityProvider): Promise<void> {
  const { companyId, levelClaim, levels, makesPeople } = provider;
  if ((levelClaim === null) !== (levels.length === 0)) {
    throw fieldError('VALIDATION_FAILED', '/levelClaim', 'A claim and what its values give come together.');
  }
  if (makesPeople && levels.length === 0) {
    throw fieldError('VALIDATION_FAILED', '/makesPeople', 'People are made with the level that a claim gives them.');
  }
  for (const given of levels) await requireGrantable(trx, sender, { companyId, ...given });
}

function sealed({ secrets }: RouteDeps, id: string, clientSecret: string | null): string | null {
  return clientSecret === null ? null : secrets.seal(clientSecret, `identityProvider/${id}`);
}

/** As the audit trail keeps it: whether there is a secret, never which. */
function told({ sealedSecret, setBy: _setBy, ...rest }: IdentityProvider) {
  return { ...rest, hasClientSecret: sealedSecret !== null };
}

function shown(publicUrl: string, provider: IdentityProvider) {
  const { levels, ...rest } = told(provider);
  return {
    ...rest,
    redirectUri: redirectUriOf(publicUrl, provider.code),
    levels: levels.map(({ systemLevel, ...given }) => ({ ...given, level: systemLevel })),
  };
}

export const identityProviderRoutes = [
  route({
    method: 'post',
    path: '/v1/identity-providers',
    summary: 'Set up an identity provider (OpenID Connect) for the people of a company',
    description:
      'Register its `redirectUri` there. It vouches for the people of its company alone. Mail domains, by which it finds ' +
      'or makes people, are set by the partner team.',
    tags,
    action: 'identityProviders.manage',
    body: newIdentityProvider,
    responses: { 201: { description: 'The provider, without its secret', schema: identityProvider } },
    handler: async ({ deps, body, principal, actor, receivedAt: at, requestId: id }) => {
      const sender = senderOf(principal);
      const { companyId = sender.companyId, levels, mailDomains, listed, clientSecret, ...given } = body;
      const sealedSecret = sealed(deps, id, clientSecret);
      const made = { ...given, sealedSecret, id, companyId, levels: toLevels(levels), mailDomains, listed };
      const provider: IdentityProvider = { ...made, createdAt: at, setBy: actor, endedAt: null };
      const kept = await deps.db.transaction(ALL, async (trx) => {
        await requireWholeAdministrator(trx, sender);
        if (!mayManage(sender, companyId) || (await companyName(trx, companyId)) === '') {
          throw fieldError('VALIDATION_FAILED', '/companyId', 'There is no such company whose people you manage.');
        }
        const before = await lockIdentityProvider(trx, id);
        if (before !== undefined) return before;
        requirePartnerTeam(sender, {
          ...(mailDomains.length === 0 ? {} : { mailDomains }),
          ...(listed ? { listed } : {}),
        });
        if (!isSecure(reachOf(deps.publicUrl, companyId), new URL(given.issuer))) {
          throw fieldError('VALIDATION_FAILED', '/issuer', 'An https address.');
        }
        await requireUsable(trx, sender, provider);
        if (!(await insertIdentityProvider(trx, provider))) {
          throw fieldError('NAME_TAKEN', '/code', 'Another provider has this code.');
        }
        const subject = `identityProvider:${id}`;
        appendAudit(trx, { at, actor, action: 'identityProvider.made', subject, after: told(provider) });
        return provider;
      });
      return reply(201, shown(deps.publicUrl, kept));
    },
  }),
  route({
    method: 'get',
    path: '/v1/identity-providers',
    summary: 'List the identity providers of a company, ended ones included',
    tags,
    action: 'identityProviders.manage',
    query: z.strictObject({
      ...PAGE_QUERY,
      companyId: uuid.optional().meta({ description: 'Your own company unless given' }),
    }),
    responses: { 200: { description: 'A page of providers', schema: pageOf(identityProvider) } },
    handler: async ({ deps, query: { limit, after, companyId }, principal }) => {
      const sender = senderOf(principal);
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const of = companyId ?? sender.companyId;
      const found = await deps.db.transaction(ALL, async (trx) =>
        mayManage(sender, of) && (await isWholeAdministrator(trx, sender))
          ? listIdentityProviders(trx, { companyId: of, limit: limit + 1, after: cursor })
          : [],
      );
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ createdAt, id }) => [createdAt, id],
          (item) => shown(deps.publicUrl, item),
        ),
      );
    },
  }),
  route({
    method: 'patch',
    path: '/v1/identity-providers/{id}',
    summary: 'Change an identity provider: it holds with the next sign-in',
    description: 'What is not given stays. Its issuer and code never change: make another one.',
    tags,
    action: 'identityProviders.manage',
    params: byId,
    body: identityProviderChange,
    responses: { 200: { description: 'The provider as it is now', schema: identityProvider } },
    handler: async ({ deps, params: { id }, body, principal, actor, receivedAt: at }) => {
      const sender = senderOf(principal);
      const { levels, clientSecret, ...given } = body;
      const changed = await deps.db.transaction(ALL, async (trx) => {
        const before = await requireProvider(trx, sender, id);
        await requireWholeAdministrator(trx, sender);
        if (before.endedAt !== null) throw new KontorError('STATE_CONFLICT', 'This provider has ended: make another.');
        requirePartnerTeam(sender, body);
        const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        const mapped = {
          ...(levels === undefined ? {} : { levels: toLevels(levels) }),
          ...(clientSecret === undefined ? {} : { sealedSecret: sealed(deps, id, clientSecret) }),
        };
        const after: IdentityProvider = { ...before, ...present, ...mapped, setBy: actor };
        await requireUsable(trx, sender, after);
        await updateIdentityProvider(trx, after);
        const subject = `identityProvider:${id}`;
        const event = { at, actor, subject, before: told(before), after: told(after) };
        appendAudit(trx, { ...event, action: 'identityProvider.changed' });
        return after;
      });
      return reply(200, shown(deps.publicUrl, changed));
    },
  }),
  route({
    method: 'delete',
    path: '/v1/identity-providers/{id}',
    summary: 'End an identity provider, with its sessions and the memberships that it made',
    description: 'The last administrator of a company cannot be removed.',
    tags,
    action: 'identityProviders.manage',
    params: byId,
    responses: { 204: { description: 'It has ended, in every process' } },
    handler: async ({ deps, params: { id }, principal, actor, receivedAt: at }) => {
      const sender = senderOf(principal);
      await deps.db.transaction(ALL, async (trx) => {
        const { endedAt, companyId } = await requireProvider(trx, sender, id);
        await requireWholeAdministrator(trx, sender);
        if (endedAt !== null) return;
        const memberships = await membershipsMadeBy(trx, id, at);
        await keepingAdministrators(trx, [companyId], async () => {
          for (const each of memberships) await endMembership(trx, each.id, at);
        });
        for (const { id: membershipId, personId } of memberships) {
          if (personId !== null) await withdrawLinks(trx, { personId, membershipId }, at);
          const subject = `membership:${membershipId}`;
          appendAudit(trx, { at, actor, action: 'membership.ended', subject });
        }
        await endIdentityProvider(trx, id, at);
        const subject = `identityProvider:${id}`;
        appendAudit(trx, { at, actor, action: 'identityProvider.ended', subject });
      });
      return emptyReply(204);
    },
  }),
];

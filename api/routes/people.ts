import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { invitePerson, linkOfInvitation, type InvitationLink } from '../../db/access/invite.js';
import { countInvited, withdrawLinks } from '../../db/access/linkStore.js';
import { loginOf } from '../../db/access/loginStore.js';
import {
  changeMembership,
  companiesOf,
  endMembership,
  findMember,
  listMembers,
  type Member,
} from '../../db/access/memberStore.js';
import { lockMembership, type Membership } from '../../db/access/membershipStore.js';
import { endPerson } from '../../db/access/personStore.js';
import type { Sender } from '../../db/access/senderStore.js';
import { endSessions } from '../../db/access/sessionStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { companyName } from '../../db/parties/companyStore.js';
import { requireActive } from '../../db/parties/requireActive.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { addDays } from '../../domain/instant.js';
import { linkAddress } from '../../domain/linkAddress.js';
import { messageId } from '../../domain/messageId.js';
import { dayOf } from '../../domain/period.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { keepingAdministrators } from '../keepingAdministrators.js';
import { levelGiven, requireCovered, requireGrantable, scopeWithin } from '../mayGrant.js';
import { mayManage, senderOf } from '../principal.js';
import { emptyReply, reply, route } from '../route.js';
import { cursorInstant, uuid } from '../schemas/common.js';
import { invitation, member, membershipChange } from '../schemas/people.js';

const tags = ['People'] as const;
const byMembership = z.strictObject({ membershipId: uuid });

/** The membership, locked, of a person in a company whose people the sender manages; NOT_FOUND. */
async function requireMembership(trx: Trx, sender: Sender, id: string): Promise<Membership & { personId: string }> {
  const found = await lockMembership(trx, id);
  if (found !== undefined && found.personId !== null && mayManage(sender, found.companyId)) {
    return { ...found, personId: found.personId };
  }
  throw new KontorError('NOT_FOUND', 'There is no such membership.');
}

async function shown(trx: Trx, membershipId: string): Promise<Member> {
  const found = await findMember(trx, membershipId);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such membership.');
  return found;
}

/** Case 41: whoever invites a person, so many mails a day. */
const INVITED_A_DAY = 5;

/** Puts the mail with the link into the outbox; returns its Message-ID. RATE_LIMITED where there were too many within a day. */
async function mailInvitation(
  trx: Trx,
  { link, person, expiresAt }: InvitationLink,
  {
    companyId,
    sender,
    at,
    name,
    publicUrl,
    field,
  }: { companyId: string; sender: Sender; at: Date; name: string; publicUrl: string; field: string },
): Promise<string> {
  // The link of this one is among them.
  if ((await countInvited(trx, person.id, addDays(at, -1))) > INVITED_A_DAY) {
    const message = `This address was sent ${INVITED_A_DAY} invitations within a day: use the last one, or try tomorrow.`;
    throw fieldError('RATE_LIMITED', field, message);
  }
  const mail = messageId('person-invited', link);
  const params = {
    personName: name,
    companyName: await companyName(trx, companyId),
    invitedBy: sender.name,
    link: linkAddress(publicUrl, link),
    expiresOn: dayOf(expiresAt, person.zone),
  };
  const envelope = { messageId: mail, locale: person.locale, to: { address: person.email }, notBefore: at };
  await enqueueMails(trx, [{ ...envelope, kind: 'personInvited', params }], at);
  return mail;
}

export const peopleRoutes = [
  route({
    method: 'post',
    path: '/v1/people',
    summary: 'Invite somebody to act for a company, by mail',
    description:
      'A person who has a login already gets a further membership; the answer does not tell. It counts once she accepts. ' +
      'Nobody gives a level above their own, nor access beyond it.',
    tags,
    action: 'people.manage',
    body: invitation,
    responses: { 201: { description: 'Who is invited', schema: member } },
    handler: async ({ deps, body, principal, actor, receivedAt: at, requestId: membershipId }) => {
      const sender = senderOf(principal);
      const { companyId = sender.companyId, name, email, locale, zone, tenantIds = null, withBelow } = body;
      const { fromAt = at, untilAt = null } = body;
      if (untilAt !== null && (untilAt <= at || untilAt <= fromAt)) {
        throw fieldError('VALIDATION_FAILED', '/untilAt', 'It ends before it begins.');
      }
      const grant = { companyId, ...levelGiven(body), tenantIds, withBelow };
      const { invited, mail } = await deps.db.transaction(ALL, async (trx) => {
        const before = await findMember(trx, membershipId);
        if (before !== undefined) return { invited: before, mail: undefined };
        if (!mayManage(sender, companyId) || (await companyName(trx, companyId)) === '') {
          throw fieldError('VALIDATION_FAILED', '/companyId', 'There is no such company whose people you manage.');
        }
        await requireActive(trx, companyId, '/companyId');
        await requireGrantable(trx, sender, grant);
        const who = { membershipId, name, email, locale, zone, fromAt, untilAt };
        const link = await invitePerson(trx, { ...who, ...grant, at, by: actor });
        const mail = await mailInvitation(trx, link, {
          ...{ companyId, sender, at, name, publicUrl: deps.publicUrl },
          field: '/email',
        });
        return { invited: await shown(trx, membershipId), mail };
      });
      if (mail !== undefined) deps.mails.soon(mail);
      return reply(201, invited);
    },
  }),
  route({
    method: 'get',
    path: '/v1/people',
    summary: 'List the people of a company, ended and invited ones included',
    description: 'The partner team names the company.',
    tags,
    action: 'people.read',
    query: z.strictObject({ ...PAGE_QUERY, companyId: uuid.optional() }),
    responses: { 200: { description: 'A page of people', schema: pageOf(member) } },
    handler: async ({ deps, query: { limit, after, companyId }, principal }) => {
      const sender = senderOf(principal);
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const of = companyId ?? sender.companyId;
      const found = mayManage(sender, of)
        ? await deps.db.transaction(ALL, async (trx) =>
            listMembers(trx, {
              companyId: of,
              within: await scopeWithin(trx, sender),
              limit: limit + 1,
              after: cursor,
            }),
          )
        : [];
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ createdAt, membershipId }) => [createdAt, membershipId],
          (item) => item,
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/people/{personId}',
    summary: 'Show a person with her memberships in the company whose people you manage',
    description: 'The partner team sees those in every company.',
    tags,
    action: 'people.read',
    params: z.strictObject({ personId: uuid }),
    responses: { 200: { description: 'Her memberships', schema: z.strictObject({ items: z.array(member) }) } },
    handler: async ({ deps, params: { personId }, principal }) => {
      const sender = senderOf(principal);
      const items = await deps.db.transaction(ALL, async (trx) =>
        listMembers(trx, {
          companyId: sender.view === 'vendor' ? null : sender.companyId,
          personId,
          within: await scopeWithin(trx, sender),
          limit: 200,
        }),
      );
      if (items.length === 0) throw new KontorError('NOT_FOUND', 'There is no such person.');
      return reply(200, { items });
    },
  }),
  route({
    method: 'patch',
    path: '/v1/memberships/{membershipId}',
    summary: 'Change a membership from now on: its level, scope and dates',
    description: 'What is not given stays. The last administrator of a company stays one.',
    tags,
    action: 'people.manage',
    params: byMembership,
    body: membershipChange,
    responses: { 200: { description: 'The membership as it is now', schema: member } },
    handler: async ({ deps, params: { membershipId: id }, body, principal, actor, receivedAt: at }) => {
      const sender = senderOf(principal);
      const { tenantIds, withBelow, fromAt, untilAt } = body;
      if (untilAt != null && untilAt <= at) {
        throw fieldError('VALIDATION_FAILED', '/untilAt', 'It has passed: end the membership instead.');
      }
      const changed = await deps.db.transaction(ALL, async (trx) => {
        const before = await requireMembership(trx, sender, id);
        // It may have ended since the request came.
        if (before.untilAt !== null && before.untilAt <= new Date()) {
          throw new KontorError('STATE_CONFLICT', 'This membership has ended: invite the person again.');
        }
        if (fromAt !== undefined && (before.fromAt <= at || fromAt < at)) {
          throw fieldError('VALIDATION_FAILED', '/fromAt', 'What has begun cannot begin at another time.');
        }
        await requireCovered(trx, sender, before);
        const sameLevel = body.level === undefined && body.accessLevelId === undefined;
        const after = {
          ...before,
          ...(sameLevel ? {} : levelGiven(body)),
          ...(tenantIds === undefined ? {} : { tenantIds }),
          ...(withBelow === undefined ? {} : { withBelow }),
          ...(fromAt === undefined ? {} : { fromAt }),
          ...(untilAt === undefined ? {} : { untilAt }),
        };
        if (after.untilAt !== null && after.untilAt <= after.fromAt) {
          throw fieldError('VALIDATION_FAILED', '/untilAt', 'It ends before it begins.');
        }
        await requireGrantable(trx, sender, after);
        await keepingAdministrators(trx, [before.companyId], () => changeMembership(trx, after));
        const subject = `membership:${id}`;
        appendAudit(trx, { at, actor, action: 'membership.changed', subject, before, after });
        return shown(trx, id);
      });
      return reply(200, changed);
    },
  }),
  route({
    method: 'post',
    path: '/v1/memberships/{membershipId}/end',
    summary: 'End a membership: sessions and tokens that act by it are worth nothing from now on',
    description: 'The last administrator of a company cannot be removed.',
    tags,
    action: 'people.manage',
    params: byMembership,
    responses: { 204: { description: 'It has ended, in every process' } },
    handler: async ({ deps, params: { membershipId: id }, principal, actor, receivedAt: at }) => {
      const sender = senderOf(principal);
      await deps.db.transaction(ALL, async (trx) => {
        const { personId, companyId, untilAt, ...given } = await requireMembership(trx, sender, id);
        if (untilAt !== null && untilAt <= at) return;
        await requireCovered(trx, sender, { companyId, ...given });
        await keepingAdministrators(trx, [companyId], () => endMembership(trx, id, at));
        await withdrawLinks(trx, { personId, membershipId: id }, at);
        appendAudit(trx, { at, actor, action: 'membership.ended', subject: `membership:${id}` });
      });
      return emptyReply(204);
    },
  }),
  route({
    method: 'post',
    path: '/v1/memberships/{membershipId}/invite',
    summary: 'Send the invitation again: links of mails before it are worth nothing from now on',
    tags,
    action: 'people.manage',
    params: byMembership,
    responses: { 204: { description: 'A mail is on its way' } },
    handler: async ({ deps, params: { membershipId: id }, principal, actor, receivedAt: at }) => {
      const sender = senderOf(principal);
      const mail = await deps.db.transaction(ALL, async (trx) => {
        const membership = await requireMembership(trx, sender, id);
        await requireActive(trx, membership.companyId, 'membershipId');
        await requireCovered(trx, sender, membership);
        const { companyId, personId, invitedAs, untilAt } = membership;
        const person = await loginOf(trx, personId);
        if (invitedAs === null || person === undefined || (untilAt !== null && untilAt <= at)) {
          throw new KontorError('STATE_CONFLICT', 'Nobody waits for an invitation to this membership.');
        }
        const link = await linkOfInvitation(trx, { membershipId: id, person, at, by: actor });
        const subject = `membership:${id}`;
        appendAudit(trx, { at, actor, action: 'membership.invitedAgain', subject });
        return mailInvitation(trx, link, {
          ...{ companyId, sender, at, name: invitedAs, publicUrl: deps.publicUrl },
          field: 'id',
        });
      });
      deps.mails.soon(mail);
      return emptyReply(204);
    },
  }),
  route({
    method: 'post',
    path: '/v1/people/{personId}/end',
    summary: 'End a person: her login, memberships, sessions and tokens, in every company',
    description: 'The last administrator of a company cannot be removed.',
    tags,
    action: 'people.end',
    params: z.strictObject({ personId: uuid }),
    responses: { 204: { description: 'She has ended, in every process' } },
    handler: async ({ deps, params: { personId }, actor, receivedAt: at }) => {
      await deps.db.transaction(ALL, async (trx) => {
        const [known] = await listMembers(trx, { companyId: null, personId, within: null, limit: 1 });
        if (known === undefined) throw new KontorError('NOT_FOUND', 'There is no such person.');
        const companies = await companiesOf(trx, personId);
        if (!(await keepingAdministrators(trx, companies, () => endPerson(trx, personId, at)))) return;
        await endSessions(trx, { personId }, at);
        await withdrawLinks(trx, { personId }, at);
        appendAudit(trx, { at, actor, action: 'person.ended', subject: `person:${personId}` });
      });
      return emptyReply(204);
    },
  }),
];

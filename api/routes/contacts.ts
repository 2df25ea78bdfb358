import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL } from '../../db/connect.js';
import {
  endContacts,
  endUnconfirmed,
  insertContact,
  listContacts,
  renameContact,
  type Contact,
} from '../../db/parties/contactStore.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { addDays } from '../../domain/instant.js';
import { lockToChange, requireCompany } from '../companies/keepChange.js';
import { askToConfirm, CONFIRM_DAYS } from '../contacts/askToConfirm.js';
import { confirmAddress } from '../registration/confirmAddress.js';
import { requireUnlimited } from '../requireUnlimited.js';
import { emptyReply, reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { confirmation, confirmed, contact, contactInput, contactPurpose } from '../schemas/contacts.js';

const tags = ['Contacts'] as const;
const byCompany = z.strictObject({ companyId: uuid });
const byPurpose = z.strictObject({ companyId: uuid, purpose: contactPurpose });

function toJson({ companyId: _companyId, ...shown }: Contact): z.input<typeof contact> {
  return shown;
}

export const contactRoutes = [
  route({
    method: 'get',
    path: '/v1/companies/{companyId}/contacts',
    summary: 'List the addresses of a company, by what is mailed there',
    description: 'What has no confirmed contact of its own goes to the one for statements.',
    tags,
    action: 'contacts.read',
    params: byCompany,
    query: z.strictObject({ which: z.enum(['current', 'all']).default('current') }),
    responses: { 200: { description: 'Its addresses', schema: z.strictObject({ items: z.array(contact) }) } },
    handler: async ({ deps, params: { companyId }, query: { which } }) => {
      const found = await deps.db.transaction(ALL, async (trx) => {
        await requireCompany(trx, companyId);
        return listContacts(trx, companyId, which);
      });
      return reply(200, { items: found.map(toJson) });
    },
  }),
  route({
    method: 'put',
    path: '/v1/companies/{companyId}/contacts/{purpose}',
    summary: 'Name the address of a company for what is mailed there',
    description:
      'It gets a link, and takes the place of the one before once that is used; until then the one before gets the mail. ' +
      'The same address again gets another link; naming the one before takes the wish back. RATE_LIMITED where an address got ' +
      'three links within a day, or a company asked ten times.',
    tags,
    action: 'contacts.manage',
    params: byPurpose,
    body: contactInput,
    responses: { 200: { description: 'Its addresses', schema: z.strictObject({ items: z.array(contact) }) } },
    handler: async ({ deps, params, body, principal, actor, receivedAt: at }) => {
      const { companyId, purpose } = params;
      const { found, mail } = await deps.db.transaction(ALL, async (trx) => {
        await requireUnlimited(trx, principal);
        const { locale, zone } = await lockToChange(trx, companyId);
        const before = (await listContacts(trx, companyId, 'current')).filter((one) => one.purpose === purpose);
        const known = before.find(({ email }) => email === body.email);
        const contactId = known?.id ?? (await insertContact(trx, { ...params, ...body, at, by: actor }));
        if (known !== undefined && known.name !== body.name) await renameContact(trx, contactId, body.name);
        const isConfirmed = known !== undefined && known.confirmedAt !== null;
        if (isConfirmed) await endUnconfirmed(trx, params, at);
        const asked = { at, expiresAt: addDays(at, CONFIRM_DAYS), publicUrl: deps.publicUrl, field: '/email' };
        const mail = isConfirmed
          ? undefined
          : await askToConfirm(trx, { contactId, email: body.email, locale, zone }, asked);
        appendAudit(trx, {
          ...{ at, actor, action: 'contact.named', subject: `company:${companyId}` },
          before: before.map(({ name, email, confirmedAt }) => ({ name, email, confirmed: confirmedAt !== null })),
          after: { purpose, contact: contactId, ...body },
        });
        return { found: await listContacts(trx, companyId, 'current'), mail };
      });
      if (mail !== undefined) deps.mails.soon(mail);
      return reply(200, { items: found.map(toJson) });
    },
  }),
  route({
    method: 'delete',
    path: '/v1/companies/{companyId}/contacts/{purpose}',
    summary: 'Take an address away: its mail goes to the contact for statements',
    tags,
    action: 'contacts.manage',
    params: byPurpose,
    responses: { 204: { description: 'It gets nothing any more' } },
    handler: async ({ deps, params, principal, actor, receivedAt: at }) => {
      const { companyId, purpose } = params;
      if (purpose === 'statements') {
        throw fieldError('STATE_CONFLICT', '/purpose', 'Statements need an address: name another one instead.');
      }
      await deps.db.transaction(ALL, async (trx) => {
        await requireUnlimited(trx, principal);
        await lockToChange(trx, companyId);
        if ((await endContacts(trx, params, at)) === 0) {
          throw new KontorError('NOT_FOUND', `It has no address of its own for "${purpose}".`);
        }
        const subject = `company:${companyId}`;
        appendAudit(trx, { at, actor, action: 'contact.ended', subject, after: { purpose } });
      });
      return emptyReply(204);
    },
  }),
  route({
    method: 'post',
    path: '/v1/contacts/confirm',
    summary: 'Confirm an address by the link in its mail',
    description: 'From now on it gets the mail it was named for; an application that waited for it counts.',
    tags,
    action: 'public',
    guessable: true,
    body: confirmation,
    responses: { 200: { description: 'It is confirmed', schema: confirmed } },
    handler: async ({ deps, body, receivedAt }) => {
      const { contact: its, applied } = await confirmAddress(deps, body.link, receivedAt);
      return reply(200, { email: its.email, purpose: its.purpose, programmes: applied });
    },
  }),
];

import { z } from 'zod';
import { ALL } from '../../db/connect.js';
import { listChanges, type CompanyChange } from '../../db/parties/companyChangeStore.js';
import { companyList } from '../../db/readModels/companyList.js';
import { addCompany } from '../companies/addCompany.js';
import { changeViews } from '../companies/changeViews.js';
import { changeZone } from '../companies/changeZone.js';
import { editCompany } from '../companies/editCompany.js';
import { requireCompany } from '../companies/keepChange.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { isPartnerTeam, senderOf } from '../principal.js';
import { requireUnlimited } from '../requireUnlimited.js';
import { reply, route } from '../route.js';
import { rowId, text, uuid } from '../schemas/common.js';
import {
  company,
  companyAddress,
  companyChange,
  companyHistory,
  companySource,
  companyState,
  companyView,
  companyViews,
  companyZoneInput,
  companyZones,
  newCompany,
} from '../schemas/companies.js';

const tags = ['Companies'] as const;
const byCompany = z.strictObject({ companyId: uuid });
const changed = { 200: { description: 'The company as it is now', schema: company } };

function toHistory({ companyId: _companyId, ...shown }: CompanyChange): z.input<typeof companyHistory> {
  return shown;
}

export const companyRoutes = [
  route({
    method: 'post',
    path: '/v1/companies',
    summary: 'Add a company',
    description:
      'A customer, system integrator, reseller or partner. Service providers sign up (POST /v1/registrations), ' +
      'distributors come with their terms (POST /v1/distributors).',
    tags,
    action: 'companies.manage',
    body: newCompany,
    responses: { 201: { description: 'The company is kept', schema: company } },
    handler: async ({ body, actor, receivedAt: at, requestId, transaction }) => {
      const { id = requestId, registrationNumber = null, parentId = null, source = null, ...rest } = body;
      const asked = { id, registrationNumber, parentId, source, ...rest };
      return reply(201, await transaction((trx) => addCompany(trx, asked, { at, actor })));
    },
  }),
  route({
    method: 'get',
    path: '/v1/companies',
    summary: 'List companies by name',
    description: 'The partner team sees all, everybody else the company they act for.',
    tags,
    action: 'company.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      view: companyView.optional(),
      state: companyState.optional(),
      parentId: uuid.optional(),
      source: companySource.optional(),
      text: text(200).optional().meta({ description: 'In the name or the registration number' }),
    }),
    responses: { 200: { description: 'A page of companies', schema: pageOf(company) } },
    handler: async ({ query: { after, limit, ...filter }, principal, transaction }) => {
      const cursor = readCursor(after, z.tuple([z.string(), uuid]));
      const id = isPartnerTeam(principal) ? undefined : senderOf(principal).companyId;
      const found = await transaction((trx) => companyList(trx, { ...filter, id, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(
          found,
          limit,
          (row) => [row.name, row.id],
          (item) => item,
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/companies/{companyId}',
    summary: 'Show a company',
    description: 'Your own; the partner team sees any. One that was merged says into which.',
    tags,
    action: 'company.read',
    params: byCompany,
    responses: { 200: { description: 'The company', schema: company } },
    handler: async ({ params: { companyId }, transaction }) =>
      reply(200, await transaction((trx) => requireCompany(trx, companyId))),
  }),
  route({
    method: 'patch',
    path: '/v1/companies/{companyId}',
    summary: 'Change a company from now on',
    description:
      'What is not given stays; issued documents keep what they printed. STATE_CONFLICT where somebody has changed it ' +
      'since the version you read, and for the country while it takes part in a programme or serves others.',
    tags,
    action: 'companies.manage',
    params: byCompany,
    body: companyChange,
    responses: changed,
    handler: async ({ params, body: { version, reason = null, ...given }, actor, receivedAt: at, transaction }) => {
      const edit = { ...params, version, given, reason, at, actor };
      return reply(200, await transaction((trx) => editCompany(trx, edit)));
    },
  }),
  route({
    method: 'put',
    path: '/v1/companies/{companyId}/address',
    summary: 'Set the address and the language of your company from now on',
    description:
      'Who administers all of a company changes these. Name and registration number are what it is told from others by: ' +
      'ask the partner team. Issued documents keep what they printed.',
    tags,
    action: 'company.edit',
    params: byCompany,
    body: companyAddress,
    responses: changed,
    handler: async ({ deps, params, body, principal, actor, receivedAt: at }) => {
      const { version, reason = null, ...given } = body;
      // The frame has made sure that it is the sender's own, or that the partner team asks.
      const edited = await deps.db.transaction(ALL, async (trx) => {
        await requireUnlimited(trx, principal);
        return editCompany(trx, { ...params, version, given, reason, at, actor });
      });
      return reply(200, edited);
    },
  }),
  route({
    method: 'put',
    path: '/v1/companies/{companyId}/zone',
    summary: 'Set the time zone in which the months of a company are reckoned, from a month on',
    description: 'PERIOD_OPENED where one of its programmes has opened that month (rule 19).',
    tags,
    action: 'companies.manage',
    params: byCompany,
    body: companyZoneInput,
    responses: { 200: { description: 'Its zones, by month', schema: companyZones } },
    handler: async ({ params: { companyId }, body, actor, receivedAt: at, transaction }) => {
      const { reason = null, ...set } = body;
      const change = { companyId, ...set, reason, at, actor };
      return reply(200, { companyId, zones: await transaction((trx) => changeZone(trx, change)) });
    },
  }),
  route({
    method: 'put',
    path: '/v1/companies/{companyId}/views',
    summary: 'Set the views a company holds',
    description:
      'Tokens and sessions in a view that goes end at once. STATE_CONFLICT while something exists in that view alone: ' +
      'months in a programme, territories and MSPs served, tenants, mandates.',
    tags,
    action: 'companies.manage',
    params: byCompany,
    body: companyViews,
    responses: changed,
    handler: async ({ params, body: { version, views, reason = null }, actor, receivedAt: at, transaction }) => {
      const change = { ...params, version, views, reason, at, actor };
      return reply(200, await transaction((trx) => changeViews(trx, change)));
    },
  }),
  route({
    method: 'get',
    path: '/v1/companies/{companyId}/changes',
    summary: 'List the changes of a company, the latest first',
    description: 'The company reads them too, reasons included.',
    tags,
    action: 'company.read',
    params: byCompany,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of changes', schema: pageOf(companyHistory) } },
    handler: async ({ params: { companyId }, query, transaction }) => {
      const after = readCursor(query.after, z.tuple([rowId]));
      const found = await transaction(async (trx) => {
        await requireCompany(trx, companyId);
        return listChanges(trx, { companyId, limit: query.limit + 1, after });
      });
      return reply(
        200,
        toPage(found, query.limit, ({ id }) => [id], toHistory),
      );
    },
  }),
];

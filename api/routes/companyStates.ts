/** Suspending, ending and merging companies: what holds for everybody who acts for one, with the next request. */
import { z } from 'zod';
import { endCompany, suspendOrResume } from '../companies/changeState.js';
import { mergeCompanies } from '../companies/mergeCompanies.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { company, companyMerge } from '../schemas/companies.js';
import { reasonInput } from '../schemas/participations.js';

const base = {
  method: 'post',
  tags: ['Companies'],
  action: 'companies.manage',
  params: z.strictObject({ companyId: uuid }),
  responses: { 200: { description: 'The company as it is now', schema: company } },
} as const;

export const companyStateRoutes = [
  route({
    ...base,
    path: '/v1/companies/{companyId}/suspend',
    summary: 'Suspend a company: nobody acts for it from now on',
    description:
      'Tokens and sessions of its people and service accounts, and mandates it gave or has, are worth nothing until it is ' +
      'resumed. What it takes part in goes on: suspend a participation to stop its keys.',
    body: reasonInput,
    handler: async ({ params, body, actor, receivedAt: at, transaction }) =>
      reply(200, await transaction((trx) => suspendOrResume(trx, { ...params, ...body, at, actor }, 'suspended'))),
  }),
  route({
    ...base,
    path: '/v1/companies/{companyId}/resume',
    summary: 'Resume a company that was suspended',
    description: 'Tokens, sessions and mandates that have not ended meanwhile are worth what they were.',
    body: reasonInput,
    handler: async ({ params, body, actor, receivedAt: at, transaction }) =>
      reply(200, await transaction((trx) => suspendOrResume(trx, { ...params, ...body, at, actor }, 'active'))),
  }),
  route({
    ...base,
    path: '/v1/companies/{companyId}/end',
    summary: 'End a company for good',
    description:
      'Its memberships, service accounts and mandates end with it; what is kept of it stays. STATE_CONFLICT, naming what is ' +
      'left, while it takes part in a programme, serves countries or MSPs, has tenants as a customer or subsidiaries.',
    body: reasonInput,
    handler: async ({ params, body, actor, receivedAt: at, transaction }) =>
      reply(200, await transaction((trx) => endCompany(trx, { ...params, ...body, at, actor }))),
  }),
  route({
    ...base,
    path: '/v1/companies/{companyId}/merge',
    summary: 'Merge a duplicate into the company that stays',
    description:
      'Its views, tenants as a customer, subsidiaries, people and mandates become the other’s, its confirmed addresses for ' +
      'what the other has none for; its own tokens and sessions end, and it says where it has gone. With `people: end` ' +
      'neither people, mandates nor addresses come along. STATE_CONFLICT while it takes part in a programme or serves others.',
    body: companyMerge,
    handler: async ({ params, body, actor, receivedAt: at, transaction }) =>
      reply(200, await transaction((trx) => mergeCompanies(trx, { ...params, ...body, at, actor }))),
  }),
];

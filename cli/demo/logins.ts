import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ALL, type Database } from '../../db/connect.js';
import { PARTNER_TEAM } from '../../db/parties/companyStore.js';
import { listDistributors } from '../../db/parties/distributorStore.js';
import { listTenants } from '../../db/parties/tenantStore.js';
import { mspList } from '../../db/readModels/mspList.js';
import type { View } from '../../domain/access/views.js';
import { createApiClient, type ApiClient } from '../../simulator/apiClient.js';
import { createMailbox, type Mailbox } from '../../simulator/mailbox.js';
import type { Env } from '../../config/env.js';
import { inviteAtTerminal } from '../person.js';

/** With whom one may sign in, and as what. */
export interface DemoLogin {
  role: string;
  email: string;
}

/** Where everybody of the demo reaches Kontor, and the password that all of them choose. */
export interface FrontDoor {
  apiUrl: string;
  inboxUrl: string;
  password: string;
}

const ANY = z.unknown();
const COMPANY = z.object({ id: z.uuid() });
const SESSION = z.object({ csrfToken: z.string() });
const TOKEN = z.object({ token: z.string() });
const TOKEN_MS = 30 * 86_400_000;
const SEAT = { locale: 'en', zone: 'Europe/Berlin' } as const;

function choosePassword(client: ApiClient, link: string, password: string): Promise<unknown> {
  return client.call({ method: 'POST', path: '/v1/password/by-link', body: { link, password } }, ANY);
}

/** Signs in as a browser would and issues a token, with which the simulator acts for her. */
async function ownToken({ apiUrl, password }: FrontDoor, email: string): Promise<string> {
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const opened = await post('/v1/session', { email, password });
  const { csrfToken } = SESSION.parse(await opened.json());
  const cookie = opened.headers.getSetCookie().map((each) => each.split(';', 1)[0] ?? '');
  const expiresAt = new Date(Date.now() + TOKEN_MS).toISOString();
  const headers = { cookie: cookie.join('; '), 'kontor-csrf-token': csrfToken };
  const issued = await post('/v1/me/tokens', { name: 'Demo', expiresAt }, headers);
  return TOKEN.parse(await issued.json()).token;
}

/**
 * An administrator of the partner team: invited at the terminal as the first one always is, she chooses her password by
 * the link. Returns a token of hers.
 */
export async function joinTeam(env: Env, door: FrontDoor, who: { name: string; email: string }): Promise<string> {
  const rights = { companyId: PARTNER_TEAM, view: 'vendor', level: 'administrator' } as const;
  const { link } = await inviteAtTerminal(env, door.apiUrl, { ...who, ...SEAT, ...rights });
  await choosePassword(createApiClient(door.apiUrl), link.split('#')[1] ?? '', door.password);
  return ownToken(door, who.email);
}

/** The MSP's first tenant becomes a company of its own, which sees what is its. */
async function makeCustomer(
  client: ApiClient,
  token: string,
  { mspId, tenantId, name }: { mspId: string; tenantId: string; name: string },
): Promise<string> {
  const company = { name, address: ['Demo Street 1'], country: 'DE', ...SEAT, views: ['customer'] };
  const idempotencyKey = randomUUID();
  const { id } = await client.call(
    { method: 'POST', path: '/v1/companies', token, body: company, idempotencyKey },
    COMPANY,
  );
  const path = `/v1/msps/${mspId}/tenants/${tenantId}/customer`;
  await client.call({ method: 'PUT', path, token, body: { customerId: id } }, ANY);
  return id;
}

interface Place {
  client: ApiClient;
  mailbox: Mailbox;
  token: string;
  password: string;
}

/** Invites an administrator of a company by mail, who follows the link in it. */
async function invite(
  { client, mailbox, token, password }: Place,
  { companyId, view, name }: { companyId: string; view: View; name: string },
): Promise<DemoLogin> {
  const email = `${view.replace('_', '-')}@people.example`;
  const person = { name: `Administrator of ${name}`.slice(0, 80), email, ...SEAT, level: 'administrator' };
  await client.call({ method: 'POST', path: '/v1/people', token, body: { companyId, ...person } }, ANY);
  await choosePassword(client, await mailbox.linkTo(email), password);
  return { role: `${view.replace('_', ' ')} ${name}`, email };
}

/** Invites somebody of each role, who then may sign in. `token` is of an administrator of the partner team. */
export async function makeLogins(db: Database, door: FrontDoor, token: string): Promise<DemoLogin[]> {
  const { msp, tenant, distributor } = await db.transaction(ALL, async (trx) => {
    const [msp] = await mspList(trx, { limit: 1 });
    const [tenant] = msp === undefined ? [] : await listTenants(trx, msp.id, '', 1);
    const [distributor] = await listDistributors(trx, { limit: 1 });
    return { msp, tenant, distributor };
  });
  const client = createApiClient(door.apiUrl);
  const place = { client, mailbox: createMailbox(door.inboxUrl), token, password: door.password };
  const customer = async (of: NonNullable<typeof tenant>) => {
    const { mspId, id: tenantId, name } = of;
    return invite(place, {
      companyId: await makeCustomer(client, token, { mspId, tenantId, name }),
      view: 'customer',
      name,
    });
  };
  const invited = [
    ...(msp === undefined ? [] : [invite(place, { companyId: msp.id, view: 'service_provider', name: msp.name })]),
    ...(tenant === undefined ? [] : [customer(tenant)]),
    ...(distributor === undefined
      ? []
      : [invite(place, { companyId: distributor.id, view: 'distributor', name: distributor.name })]),
  ];
  return Promise.all(invited);
}

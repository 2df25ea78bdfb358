import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { ALL, rows } from '../../db/connect.js';
import type { View } from '../../domain/access/views.js';
import { admit, type TokenSpec } from './access.js';
import { createTestApp, type AppProcess, type TestApp } from './app.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { mailsTo } from './mailbox.js';

const VENDOR = {
  name: 'Vendor',
  registrationNumber: 'HRB 1',
  address: ['Street 1', '10115 Berlin'],
  country: 'DE',
  email: 'partners@vendor.example',
};

export interface Answer {
  status: number;
  json: ReturnType<typeof JSON.parse>;
}

/** A programme that is open in Italy, with worker, API and inbox as they ship; everybody acts over HTTP. */
export interface Programme {
  app: TestApp;
  worker: AppProcess;
  /** Of the API's process. */
  apiUrl: string;
  database: TestDatabase;
  distributorId: string;
  /** As the partner team, unless a token (null: nobody's) is given. */
  call(method: string, path: string, body?: unknown, token?: string | null): Promise<Answer>;
  settings(settings: object): Promise<void>;
  token(view: View, of?: TokenSpec): Promise<string>;
  /** Signs up in public with generic data; `company` and `contact` are merged over it. */
  signUp(over?: SignUp): Promise<Answer>;
  /** The same, and its address confirmed by the link in its mail: the registration as it is then. */
  register(over?: SignUp): Promise<Answer>;
  /** The secret of the link in the latest mail to that address with that subject, as soon as it has arrived. */
  linkTo(address: string, subject?: RegExp): Promise<string>;
  approvedMsp(): Promise<{ mspId: string; token: string }>;
  /** Activates an installation with the site's key. */
  activate(key: string, product?: string, productVersion?: string): Promise<Answer>;
  query<Row extends object>(sql: string, bindings?: Record<string, unknown>): Promise<Row[]>;
  stop(): Promise<void>;
}

export interface SignUp {
  mspId?: string;
  company?: object;
  contact?: { name?: string; email?: string };
}

/** What `read` gives once `done` holds; fails after 45 seconds, within the minute of a test on a busy machine. */
export async function eventually<T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 45_000;
  for (;;) {
    const value = await read();
    if (done(value)) return value;
    if (Date.now() > deadline) throw new Error(`It did not happen; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Days of settings that are so many seconds. */
export function seconds(count: number): number {
  return count / 86_400;
}

export async function createProgramme(workerEnv: Record<string, string> = {}): Promise<Programme> {
  const database = await createTestDatabase();
  const app = await createTestApp(database);
  // The worker registers the search attributes that the API's starts carry.
  const worker = await app.startWorker(workerEnv);
  const api = await app.startApi();
  const token: Programme['token'] = (view, of) => admit(database.db, view, of);
  const partnerTeam = await token('vendor');
  const call: Programme['call'] = async (method, path, body, as = partnerTeam) => {
    const response = await fetch(api.url + path, {
      method,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${as}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? null : JSON.parse(text) };
  };
  const settings = async (given: object) => {
    const programme = {
      name: 'MSP programme',
      zone: 'Europe/Berlin',
      baseCurrency: 'EUR',
      firstPeriod: '2026-01',
      vendor: VENDOR,
      settings: given,
    };
    const { status } = await call('PUT', '/v1/programmes/msp', programme);
    if (status !== 200) throw new Error(`The settings were refused: ${status}`);
  };
  await settings({});
  const distributor = await call('POST', '/v1/distributors', {
    code: 'IT',
    name: 'Distributor Italy',
    registrationNumber: 'REA 1',
    address: ['Via 1'],
    country: 'IT',
    email: 'billing@it.example',
    currency: 'EUR',
    locale: 'it',
    zone: 'Europe/Rome',
  });
  const distributorId: string = distributor.json.id;
  await call('PUT', '/v1/programmes/msp/territories/IT', { distributorId, opensOn: '2026-01-01' });

  const linkTo: Programme['linkTo'] = async (address, subject = /./) => {
    const found = await eventually(
      async () => (await mailsTo(app.inbox, address.toLowerCase())).filter((mail) => subject.test(mail.subject)).at(-1),
      (mail) => mail !== undefined && mail.link !== '',
    );
    return found?.link ?? '';
  };
  const signUp: Programme['signUp'] = ({ mspId = randomUUID(), company = {}, contact = {} } = {}) =>
    call(
      'POST',
      '/v1/registrations',
      {
        programme: 'msp',
        mspId,
        company: { name: 'MSP Alpha', registrationNumber: `R ${mspId}`, address: ['Via 2'], country: 'IT', ...company },
        contact: { name: 'Contact', email: `office@${mspId}.example`, ...contact },
        locale: 'it',
        zone: 'Europe/Rome',
      },
      null,
    );
  const register: Programme['register'] = async ({ mspId = randomUUID(), ...over } = {}) => {
    const signedUp = await signUp({ mspId, ...over });
    if (signedUp.json.state !== 'unconfirmed') return signedUp;
    const address = over.contact?.email ?? `office@${mspId}.example`;
    const link = await linkTo(address, /indirizzo e-mail/);
    const confirmed = await call('POST', '/v1/contacts/confirm', { link }, null);
    if (confirmed.status !== 200) return confirmed;
    return call('GET', `/v1/programmes/msp/registrations/${mspId}`);
  };
  return {
    app,
    worker,
    apiUrl: api.url,
    database,
    distributorId,
    call,
    settings,
    token,
    signUp,
    register,
    linkTo,
    approvedMsp: async () => {
      const { mspId } = (await register()).json;
      const decided = await call('POST', `/v1/programmes/msp/registrations/${mspId}/decision`, {
        decision: 'approve',
        joins: '2026-01',
      });
      if (decided.json.state !== 'approved') throw new Error(`Not approved: ${JSON.stringify(decided)}`);
      return { mspId, token: await token('service_provider', { companyId: mspId }) };
    },
    activate: (key, product = 'backup', productVersion = '17.1.0') => {
      const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
      const signingKey = { publicKey: x };
      const installationId = randomUUID();
      return call('POST', '/v1/site/activations', { key, installationId, product, productVersion, signingKey }, null);
    },
    query: (sql, bindings = {}) => database.db.transaction(ALL, (trx) => rows(trx, sql, bindings as never)),
    stop: async () => {
      await app.stop();
      await database.drop();
    },
  };
}

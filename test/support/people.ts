/** People as they come to the API: with a password, a cookie, an authenticator. */
import { TERMINAL } from '../../domain/access/actor.js';
import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { csrfTokenOf } from '../../api/session.js';
import { putPassword } from '../../db/access/loginStore.js';
import { insertMembership } from '../../db/access/membershipStore.js';
import { insertPerson } from '../../db/access/personStore.js';
import { ALL, type Database } from '../../db/connect.js';
import { PARTNER_TEAM } from '../../db/parties/companyStore.js';
import type { SystemLevel } from '../../domain/access/levels.js';
import { hashPassword } from '../../identity/index.js';
import type { Answer, TestApi } from '../api/testApi.js';

export const PASSWORD = 'correct horse battery staple';
let hashed: Promise<string> | undefined;

export interface PersonSpec {
  name?: string;
  email?: string;
  companyId?: string;
  level?: SystemLevel;
  tenantIds?: string[] | null;
}

/** Somebody with a password and a membership. */
export async function addPerson(db: Database, spec: PersonSpec = {}) {
  const [id, membershipId] = [randomUUID(), randomUUID()];
  const { name = 'Anna Example', email = `${id}@people.example`, companyId = PARTNER_TEAM } = spec;
  const { level = 'administrator', tenantIds = null } = spec;
  const [at, by] = [new Date(), TERMINAL];
  hashed ??= hashPassword(PASSWORD);
  const hash = await hashed;
  await db.transaction(ALL, async (trx) => {
    await insertPerson(trx, { id, name, email, locale: 'en', zone: 'UTC', state: 'active' }, { at, by });
    const holder = { companyId, personId: id, serviceAccountId: null, systemLevel: level, accessLevelId: null };
    const scope = { tenantIds, withBelow: false, fromAt: at, untilAt: null };
    await insertMembership(trx, { id: membershipId, ...holder, ...scope }, { at, by });
    await putPassword(trx, id, hash, at);
  });
  return { id, membershipId, name, email };
}

/** The code that an authenticator with this secret shows, so many steps of 30 seconds from now. */
export function codeOf(secret: string, steps = 0): string {
  const timestamp = Date.now() + steps * 30_000;
  return new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({ timestamp });
}

/** A browser: it keeps the cookie it is given, and sends the token against forged requests. */
export function browser(api: Pick<TestApi, 'call'>) {
  let cookie: string | undefined;
  const headers = (): Record<string, string> => {
    if (cookie === undefined) return {};
    return { cookie: `kontor_session=${cookie}`, 'kontor-csrf-token': csrfTokenOf(cookie) };
  };
  const call = async (method: string, path: string, body?: unknown, extra: Record<string, string> = {}) => {
    const answer = await api.call(method, path, {
      ...(body === undefined ? {} : { body }),
      headers: { ...headers(), ...extra },
    });
    const [, set] = /^kontor_session=([^;]*);/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
    if (set !== undefined) cookie = set === '' ? undefined : set;
    return answer;
  };
  return {
    call,
    headers,
    cookie: () => cookie ?? '',
    signIn: (email: string, password = PASSWORD, code?: string): Promise<Answer> =>
      call('POST', '/v1/session', { email, password, ...(code === undefined ? {} : { code }) }),
  };
}

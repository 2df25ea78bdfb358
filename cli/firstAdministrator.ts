import { randomUUID } from 'node:crypto';
import type { Env } from '../config/env.js';
import { invitePerson, linkOfInvitation } from '../db/access/invite.js';
import { giveSecret } from '../db/access/linkStore.js';
import { findLogin } from '../db/access/loginStore.js';
import { countAdministrators, listMembers } from '../db/access/memberStore.js';
import { ALL, type Trx } from '../db/connect.js';
import { PARTNER_TEAM } from '../db/parties/companyStore.js';
import { TERMINAL } from '../domain/access/actor.js';
import { linkAddress } from '../domain/linkAddress.js';
import { withDatabase } from './environment.js';

/** Until she has invited others under their own names and addresses. */
const FIRST = {
  name: 'First administrator',
  email: 'administrator@kontor.example',
  locale: 'en',
  zone: 'UTC',
} as const;
const MEMBERS = 200;

async function invitationOf(trx: Trx, at: Date): Promise<string | undefined> {
  if ((await countAdministrators(trx, PARTNER_TEAM)) > 0) return undefined;
  const members = await listMembers(trx, { companyId: PARTNER_TEAM, within: null, limit: MEMBERS });
  const waiting = members.find(({ state, level }) => state === 'invited' && level === 'administrator');
  if (waiting !== undefined) {
    const person = waiting.email === FIRST.email ? await findLogin(trx, waiting.email) : undefined;
    // Somebody else was invited by name, and has a link of her own.
    if (person === undefined) return undefined;
    return (await linkOfInvitation(trx, { membershipId: waiting.membershipId, person, at, by: TERMINAL })).link;
  }
  const grant = { systemLevel: 'administrator', accessLevelId: null, tenantIds: null, withBelow: false } as const;
  const who = { ...FIRST, membershipId: randomUUID(), companyId: PARTNER_TEAM, fromAt: at, untilAt: null };
  return (await invitePerson(trx, { ...who, ...grant, at, by: TERMINAL })).link;
}

/**
 * The address with which the partner team's first administrator signs in and the one-time link for her password; null where
 * somebody administers it already, or is invited to.
 */
export async function firstAdministrator(env: Env, publicUrl: string): Promise<{ email: string; link: string } | null> {
  return withDatabase(env, (db) =>
    db.transaction(ALL, async (trx) => {
      const at = new Date();
      const link = await invitationOf(trx, at);
      const secret = link === undefined ? undefined : await giveSecret(trx, link, at);
      return secret === undefined ? null : { email: FIRST.email, link: linkAddress(publicUrl, secret) };
    }),
  );
}

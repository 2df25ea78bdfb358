import { TERMINAL } from '../../domain/access/actor.js';
import { randomUUID } from 'node:crypto';
import { admitPerson, admitServiceAccount } from '../../db/access/admit.js';
import { findSenderByToken } from '../../db/access/senderStore.js';
import { secretHash } from '../../db/access/secret.js';
import { insertSession } from '../../db/access/sessionStore.js';
import { csrfTokenOf } from '../../api/session.js';
import { ALL, type Database } from '../../db/connect.js';
import { PARTNER_TEAM } from '../../db/parties/companyStore.js';
import type { SystemLevel } from '../../domain/access/levels.js';
import type { View } from '../../domain/access/views.js';

export interface TokenSpec {
  /** The partner team's unless given. */
  companyId?: string;
  level?: SystemLevel;
  tenantIds?: string[];
  withBelow?: boolean;
  name?: string;
  kind?: 'person' | 'service_account';
}

/** A token of somebody new: a person and administrator unless the spec says otherwise. */
export async function admit(db: Database, view: View, spec: TokenSpec = {}): Promise<string> {
  const { companyId = PARTNER_TEAM, level = 'administrator', name = `test ${view}`, kind = 'person' } = spec;
  const admission = {
    ...{ companyId, view, level, tenantIds: spec.tenantIds ?? null, withBelow: spec.withBelow ?? false },
    at: new Date(),
    by: TERMINAL,
  };
  const { token } = await db.transaction(ALL, (trx) =>
    kind === 'person'
      ? admitPerson(trx, { name, email: `${randomUUID()}@people.example`, locale: 'en', zone: 'UTC' }, admission)
      : admitServiceAccount(trx, `${name} ${randomUUID()}`, admission),
  );
  return token;
}

/** What a browser of somebody new sends: her session's cookie, and its token against forged requests. */
export async function admitToSession(db: Database, view: View, spec: TokenSpec = {}): Promise<Record<string, string>> {
  const sender = await findSenderByToken(db, secretHash(await admit(db, view, spec)));
  if (sender === undefined) throw new Error('nobody was admitted');
  const session = { personId: sender.id, acting: sender, address: '127.0.0.1', agent: 'test', at: new Date() };
  const { secret } = await db.transaction(ALL, (trx) => insertSession(trx, session));
  return { cookie: `kontor_session=${secret}`, 'kontor-csrf-token': csrfTokenOf(secret) };
}

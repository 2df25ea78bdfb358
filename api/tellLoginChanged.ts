import type { Login } from '../db/access/loginStore.js';
import type { Trx } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import type { LoginChange } from '../domain/access/loginChange.js';
import { messageId } from '../domain/messageId.js';

/**
 * Mails a person that how she signs in has changed: somebody else who did it cannot keep it from her (ASVS 6.3.7). Within the
 * transaction of the change; returns the mail's Message-ID, which is sent soon by whoever commits.
 */
export async function tellLoginChanged(
  trx: Trx,
  { id, name, locale, email }: Pick<Login, 'id' | 'name' | 'locale' | 'email'>,
  { change, byAdministrator = false, at }: { change: LoginChange; byAdministrator?: boolean; at: Date },
): Promise<string> {
  const mail = messageId('login-changed', id, change, at.toISOString());
  const params = { personName: name, change, byAdministrator };
  const envelope = { messageId: mail, locale, to: { address: email }, notBefore: at };
  await enqueueMails(trx, [{ ...envelope, kind: 'loginChanged', params }], at);
  return mail;
}

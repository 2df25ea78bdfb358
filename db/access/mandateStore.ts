import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';

/** A system integrator acts for a customer company, from the customer's consent until either ends it. */
export interface Mandate {
  id: string;
  integratorId: string;
  integratorName: string;
  customerId: string;
  customerName: string;
  fromAt: Date;
  /** Null: until it is ended. */
  untilAt: Date | null;
  askedAt: Date;
  /** Null: nobody of the customer has consented. */
  consentedAt: Date | null;
  /** When it was refused or ended. */
  revokedAt: Date | null;
}

const SELECT = `select m.id, m.integrator_id as "integratorId", i.name as "integratorName", m.customer_id as "customerId",
    c.name as "customerName", m.from_at as "fromAt", m.until_at as "untilAt", m.asked_at as "askedAt",
    m.consented_at as "consentedAt", m.revoked_at as "revokedAt"
  from mandate m join company i on i.id = m.integrator_id join company c on c.id = m.customer_id`;

/** Undefined: there is none that the reader is a party to. */
export async function findMandate(trx: Trx, id: string): Promise<Mandate | undefined> {
  const [mandate] = await rows<Mandate>(trx, `${SELECT} where m.id = :id`, { id });
  return mandate;
}

/** Those the reader is a party to, the latest request first; those after the cursor. */
export function listMandates(
  trx: Trx,
  page: { limit: number; after?: [Date, string] | undefined },
): Promise<Mandate[]> {
  const [at, id] = page.after ?? [null, null];
  return rows<Mandate>(
    trx,
    `${SELECT} where :id::uuid is null or (m.asked_at, m.id) < (:at::timestamptz, :id::uuid)
     order by m.asked_at desc, m.id desc limit :limit`,
    { at, id, limit: page.limit },
  );
}

export interface NewMandate {
  id: string;
  integratorId: string;
  customerId: string;
  fromAt: Date;
  untilAt: Date | null;
  at: Date;
  by: Actor;
}

/** Keeps a request; false where the two have one, or a mandate that has not run out: then nothing changed. */
export async function insertMandate(trx: Trx, mandate: NewMandate): Promise<boolean> {
  await rows(
    trx,
    `update mandate set revoked_at = until_at
     where integrator_id = :integratorId and customer_id = :customerId and revoked_at is null and until_at <= :at`,
    { ...mandate },
  );
  const made = await rows(
    trx,
    `insert into mandate (id, integrator_id, customer_id, from_at, until_at, asked_at, asked_by)
     values (:id, :integratorId, :customerId, :fromAt, :untilAt, :at, :by) on conflict do nothing returning id`,
    { ...mandate, by: JSON.stringify(mandate.by) },
  );
  return made.length === 1;
}

interface Answer {
  id: string;
  at: Date;
  /** A person, or for an end also a service account. */
  by: Actor;
}

/** Consents to a request; false where it was answered or has run out. */
export async function consentToMandate(trx: Trx, answer: Answer): Promise<boolean> {
  const changed = await rows(
    trx,
    `update mandate set consented_at = :at, consented_by = :by
     where id = :id and consented_at is null and revoked_at is null and (until_at is null or until_at > :at) returning id`,
    { ...answer, by: JSON.stringify(answer.by) },
  );
  return changed.length === 1;
}

/** Refuses a request, or ends a mandate: it is worth nothing from the next request on. False where it is over already. */
export async function revokeMandate(trx: Trx, answer: Answer, of: 'request' | 'mandate or request'): Promise<boolean> {
  const changed = await rows(
    trx,
    `update mandate set revoked_at = :at, revoked_by = :by
     where id = :id and revoked_at is null and (until_at is null or until_at > :at)
       and (consented_at is null or :of = 'mandate or request') returning id`,
    { ...answer, by: JSON.stringify(answer.by), of },
  );
  return changed.length === 1;
}

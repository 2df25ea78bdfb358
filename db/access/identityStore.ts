import { randomUUID } from 'node:crypto';
import { rows, type Trx } from '../connect.js';

/** Who somebody is for a provider. */
export interface Identity {
  id: string;
  personId: string;
  providerId: string;
  /** When the provider's claims gave no level any more; null: they do, or what they gave was ended by hand. */
  lapsedAt: Date | null;
}

const SELECT = `select id, person_id as "personId", identity_provider_id as "providerId", lapsed_at as "lapsedAt"
  from person_identity`;

/** Whoever has that subject at the provider, ended or not. */
export async function findIdentity(
  trx: Trx,
  { providerId, subject }: { providerId: string; subject: string },
): Promise<Identity | undefined> {
  const [found] = await rows<Identity>(
    trx,
    `${SELECT} where identity_provider_id = :providerId and subject = :subject`,
    { providerId, subject },
  );
  return found;
}

/** Whether the person has a subject at the provider. */
export async function hasIdentityAt(trx: Trx, personId: string, providerId: string): Promise<boolean> {
  const found = await rows(
    trx,
    'select id from person_identity where person_id = :personId and identity_provider_id = :providerId',
    { personId, providerId },
  );
  return found.length > 0;
}

/** Links a subject of the provider with a person; the unique keys refuse a second one on either side. */
export async function insertIdentity(
  trx: Trx,
  { personId, providerId, subject, at }: { personId: string; providerId: string; subject: string; at: Date },
): Promise<Identity> {
  const id = randomUUID();
  await rows(
    trx,
    `insert into person_identity (id, person_id, identity_provider_id, subject, linked_at, last_used_at)
     values (:id, :personId, :providerId, :subject, :at, :at)`,
    { id, personId, providerId, subject, at },
  );
  return { id, personId, providerId, lapsedAt: null };
}

/** The identity was used, and its claims gave a level or, since `lapsedAt`, do not. */
export async function useIdentity(
  trx: Trx,
  { id, lapsedAt }: Pick<Identity, 'id' | 'lapsedAt'>,
  at: Date,
): Promise<void> {
  await rows(trx, 'update person_identity set last_used_at = :at, lapsed_at = :lapsedAt where id = :id returning id', {
    id,
    lapsedAt,
    at,
  });
}

/** An identity as its person sees it. */
export interface OwnIdentity {
  id: string;
  companyName: string;
  provider: { code: string; name: string };
  linkedAt: Date;
  lastUsedAt: Date;
}

/** A person's identities at providers that have not ended, of one company or of all, in the order of their linking. */
export function listIdentities(trx: Trx, personId: string, companyId: string | null): Promise<OwnIdentity[]> {
  return rows<OwnIdentity>(
    trx,
    `select e.id, c.name as "companyName", jsonb_build_object('code', i.code, 'name', i.name) as provider,
       e.linked_at as "linkedAt", e.last_used_at as "lastUsedAt"
     from person_identity e join identity_provider i on i.id = e.identity_provider_id and i.ended_at is null
     join company c on c.id = i.company_id
     where e.person_id = :personId and (:companyId::uuid is null or i.company_id = :companyId)
     order by e.linked_at, e.id`,
    { personId, companyId },
  );
}

/** Forgets who somebody is for a provider, and ends her sessions through it. */
export async function removeIdentity(trx: Trx, personId: string, id: string, at: Date): Promise<void> {
  await rows(
    trx,
    `with gone as (delete from person_identity where id = :id and person_id = :personId returning identity_provider_id)
     update session s set ended_at = :at from gone
     where s.person_id = :personId and s.identity_provider_id = gone.identity_provider_id and s.ended_at is null
     returning s.id`,
    { id, personId, at },
  );
}

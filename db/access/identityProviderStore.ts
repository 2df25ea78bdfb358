import { z } from 'zod';
import { actor, type Actor } from '../../domain/access/actor.js';
import { mappedLevel, type MappedLevel } from '../../domain/access/identityProvider.js';
import { readStored } from '../../domain/readStored.js';
import { rows, type Trx } from '../connect.js';

/** A provider of OpenID Connect that vouches for the people of one company. */
export interface IdentityProvider {
  id: string;
  companyId: string;
  /** Part of its addresses here. */
  code: string;
  name: string;
  /** Its address, which never changes. */
  issuer: string;
  clientId: string;
  /** Encrypted; null: a public client. */
  sealedSecret: string | null;
  scopes: string[];
  /** The claim whose values give a level; null: none does. */
  levelClaim: string | null;
  /** The first that fits counts. */
  levels: MappedLevel[];
  /** Whether somebody whom nobody invited is made a person. */
  makesPeople: boolean;
  /** Of addresses by which it may say who somebody is. */
  mailDomains: string[];
  /** Whether it is shown to everybody who is about to sign in. */
  listed: boolean;
  createdAt: Date;
  /** Who made or last changed it. */
  setBy: Actor;
  endedAt: Date | null;
}

const FIELDS = `id, company_id as "companyId", code, name, issuer, client_id as "clientId",
  sealed_secret as "sealedSecret", scopes, level_claim as "levelClaim", levels, makes_people as "makesPeople",
  mail_domains as "mailDomains", listed, created_at as "createdAt", set_by as "setBy", ended_at as "endedAt"`;

interface Row extends Omit<IdentityProvider, 'levels' | 'setBy'> {
  levels: unknown;
  setBy: unknown;
}

function toProvider(row: Row): IdentityProvider {
  const what = `Identity provider ${row.id}`;
  return {
    ...row,
    levels: readStored(z.array(mappedLevel), row.levels, what),
    setBy: readStored(actor, row.setBy, what),
  };
}

function bound(provider: IdentityProvider) {
  return { ...provider, levels: JSON.stringify(provider.levels), setBy: JSON.stringify(provider.setBy) };
}

/**
 * Keeps a new provider; false where another one that has not ended has its code, or one of another company ever had it:
 * who knows that address would be led to somebody else.
 */
export async function insertIdentityProvider(trx: Trx, provider: IdentityProvider): Promise<boolean> {
  const made = await rows(
    trx,
    `insert into identity_provider (id, company_id, code, name, issuer, client_id, sealed_secret, scopes, level_claim,
       levels, makes_people, mail_domains, listed, created_at, set_by)
     select :id, :companyId, :code::text, :name, :issuer, :clientId, :sealedSecret, :scopes::text[], :levelClaim,
       :levels::jsonb, :makesPeople, :mailDomains::text[], :listed, :createdAt, :setBy
     where not exists (select from identity_provider o where o.code = :code::text and o.company_id <> :companyId::uuid)
     on conflict (code) where ended_at is null do nothing returning id`,
    bound(provider),
  );
  return made.length > 0;
}

/** Sets all of a provider that may change. */
export async function updateIdentityProvider(trx: Trx, provider: IdentityProvider): Promise<void> {
  await rows(
    trx,
    `update identity_provider set name = :name, client_id = :clientId, sealed_secret = :sealedSecret,
       scopes = :scopes::text[], level_claim = :levelClaim, levels = :levels::jsonb, makes_people = :makesPeople,
       mail_domains = :mailDomains::text[], listed = :listed, set_by = :setBy
     where id = :id returning id`,
    bound(provider),
  );
}

/** Ends it: sessions through it are worth nothing from now on. */
export async function endIdentityProvider(trx: Trx, id: string, at: Date): Promise<void> {
  await rows(trx, 'update identity_provider set ended_at = :at where id = :id and ended_at is null returning id', {
    id,
    at,
  });
}

/** Ends those of a company; returns which. */
export async function endIdentityProvidersOf(trx: Trx, companyId: string, at: Date): Promise<string[]> {
  const ended = await rows<{ id: string }>(
    trx,
    'update identity_provider set ended_at = :at where company_id = :companyId and ended_at is null returning id',
    { companyId, at },
  );
  return ended.map(({ id }) => id);
}

/** The provider of that code, unless it has ended. */
export async function findIdentityProvider(trx: Trx, code: string): Promise<IdentityProvider | undefined> {
  const [row] = await rows<Row>(
    trx,
    `select ${FIELDS} from identity_provider where code = :code and ended_at is null`,
    { code },
  );
  return row === undefined ? undefined : toProvider(row);
}

/** The provider of that id, also when it has ended; locked, so that sign-ins and changes come one after the other. */
export async function lockIdentityProvider(trx: Trx, id: string): Promise<IdentityProvider | undefined> {
  const [row] = await rows<Row>(trx, `select ${FIELDS} from identity_provider where id = :id for no key update`, {
    id,
  });
  return row === undefined ? undefined : toProvider(row);
}

/** Providers of a company in the order of their making, ended ones included; those after the cursor. */
export async function listIdentityProviders(
  trx: Trx,
  filter: { companyId: string; limit: number; after?: [Date, string] | undefined },
): Promise<IdentityProvider[]> {
  const [at, id] = filter.after ?? [null, null];
  const found = await rows<Row>(
    trx,
    `select ${FIELDS} from identity_provider
     where company_id = :companyId and (:id::uuid is null or (created_at, id) > (:at::timestamptz, :id::uuid))
     order by created_at, id limit :limit`,
    { companyId: filter.companyId, limit: filter.limit, at, id },
  );
  return found.map(toProvider);
}

/** Those that are shown to everybody who is about to sign in, by name. */
export function listedProviders(trx: Trx): Promise<Pick<IdentityProvider, 'code' | 'name'>[]> {
  return rows(
    trx,
    `select code, name from identity_provider where listed and ended_at is null order by name collate "C", code`,
  );
}

/** The first provider that has not ended by whose claims an own level is given; undefined: none does. */
export async function providerGiving(trx: Trx, levelId: string): Promise<{ code: string; name: string } | undefined> {
  const [found] = await rows<{ code: string; name: string }>(
    trx,
    `select code, name from identity_provider
     where ended_at is null and levels @> jsonb_build_array(jsonb_build_object('accessLevelId', cast(:levelId as text)))
     order by created_at, id limit 1`,
    { levelId },
  );
  return found;
}

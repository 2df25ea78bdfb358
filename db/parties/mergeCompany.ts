import type { Actor } from '../../domain/access/actor.js';
import { compareTexts } from '../../domain/compareTexts.js';
import type { ContactPurpose } from '../../domain/contact.js';
import { givenElsewhere, VIEWS } from '../../domain/access/views.js';
import { rows, type Trx } from '../connect.js';

/** A duplicate and the company it is merged into. */
export interface Merge {
  merged: string;
  into: string;
  at: Date;
  by: Actor;
}

/**
 * The views that need no terms of their own come along. Who was a provider or a distributor stays one in its documents.
 */
export async function takeViews(trx: Trx, { merged, into }: Merge): Promise<void> {
  await rows(
    trx,
    `insert into company_view (company_id, view)
     select :into, view from company_view where company_id = :merged and view = any(:views::text[]) on conflict do nothing`,
    { merged, into, views: VIEWS.filter((view) => givenElsewhere(view) === null) },
  );
}

/** What the duplicate is as a customer, of whatever MSP, is the other's from now on, closed tenants too. Returns their ids. */
export async function takeTenants(trx: Trx, { merged, into }: Merge): Promise<string[]> {
  const taken = await rows<{ id: string }>(
    trx,
    'update tenant set customer_id = :into where customer_id = :merged returning id',
    { merged, into },
  );
  return taken.map(({ id }) => id).sort();
}

/** Subsidiaries of the duplicate become the other's. Returns their ids. */
export async function takeSubsidiaries(trx: Trx, { merged, into }: Merge): Promise<string[]> {
  const taken = await rows<{ id: string }>(
    trx,
    'update company set parent_id = :into where parent_id = :merged returning id',
    { merged, into },
  );
  return taken.map(({ id }) => id).sort();
}

/**
 * Where the company that stays has no confirmed address for a purpose, the duplicate's is its own from now on; the duplicate
 * keeps it as well, for what may still be corrected in its documents. Returns what came, by purpose.
 */
export async function takeContacts(
  trx: Trx,
  { merged, into, at, by }: Merge,
): Promise<{ purpose: ContactPurpose; contact: string }[]> {
  const taken = await rows<{ purpose: ContactPurpose; contact: string }>(
    trx,
    `insert into company_contact (id, company_id, purpose, name, email, named_at, named_by, confirmed_at)
     select gen_random_uuid(), :into, k.purpose, k.name, k.email, :at, :by, k.confirmed_at from company_contact k
     where k.company_id = :merged and k.confirmed_at is not null and k.ended_at is null
     on conflict (company_id, purpose) where confirmed_at is not null and ended_at is null do nothing
     returning purpose, id as contact`,
    { merged, into, at, by: JSON.stringify(by) },
  );
  return taken.sort((a, b) => compareTexts(a.purpose, b.purpose));
}

/** Ends what was asked for or is in force by a company, as either side. Returns the ids. */
export async function endMandates(
  trx: Trx,
  { companyId, at, by }: { companyId: string; at: Date; by: Actor },
): Promise<string[]> {
  const ended = await rows<{ id: string }>(
    trx,
    `update mandate set revoked_at = :at, revoked_by = :by
     where :companyId in (integrator_id, customer_id) and revoked_at is null and (until_at is null or until_at > :at)
     returning id`,
    { companyId, at, by: JSON.stringify(by) },
  );
  return ended.map(({ id }) => id).sort();
}

/**
 * The same mandates for the other company, consents included; none where it has one with the same third company already,
 * nor between the two. Takes those that the duplicate's end has just ended.
 */
export async function takeMandates(trx: Trx, { merged, into, at }: Merge, ended: readonly string[]): Promise<string[]> {
  await rows(
    trx,
    `update mandate set revoked_at = until_at
     where :into in (integrator_id, customer_id) and revoked_at is null and until_at <= :at returning id`,
    { into, at },
  );
  const taken = await rows<{ id: string }>(
    trx,
    `insert into mandate (id, integrator_id, customer_id, from_at, until_at, asked_at, asked_by, consented_at, consented_by)
     select gen_random_uuid(), i.id, c.id, m.from_at, m.until_at, m.asked_at, m.asked_by, m.consented_at, m.consented_by
     from mandate m
     cross join lateral (select case when m.integrator_id = :merged then :into::uuid else m.integrator_id end as id) i
     cross join lateral (select case when m.customer_id = :merged then :into::uuid else m.customer_id end as id) c
     where m.id = any(:ended::uuid[]) and i.id <> c.id
     on conflict (integrator_id, customer_id) where revoked_at is null do nothing returning id`,
    { merged, into, ended: [...ended] },
  );
  return taken.map(({ id }) => id).sort();
}

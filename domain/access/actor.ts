import { z } from 'zod';

const ACTOR_KINDS = ['person', 'service_account', 'site', 'public', 'terminal', 'kontor'] as const;

/**
 * Who did something: an id, with the name of that day beside it. People and service accounts have ids of their own, a site
 * acts through its messages; who applies in public is nobody yet, and at the terminal whoever reaches the database acts.
 */
export const actor = z
  .strictObject({ kind: z.enum(ACTOR_KINDS), id: z.string(), name: z.string() })
  .meta({ id: 'Actor', description: 'Who, with the name of that day' });
export type Actor = z.output<typeof actor>;

/** Rules and schedules. */
export const KONTOR: Actor = { kind: 'kontor', id: 'kontor', name: 'Kontor' };
export const TERMINAL: Actor = { kind: 'terminal', id: 'terminal', name: 'kontor cli' };
export const APPLICANT: Actor = { kind: 'public', id: 'public', name: 'Applicant' };
/** Who follows the link that was mailed to an address. */
export const ADDRESSEE: Actor = { kind: 'public', id: 'public', name: 'Owner of the address' };

export function siteActor(siteId: string): Actor {
  return { kind: 'site', id: siteId, name: `site:${siteId}` };
}

const RESERVED = [KONTOR, TERMINAL, APPLICANT, ADDRESSEE].map(({ name }) => name.toLowerCase());

/** Case 48: names that only Kontor, the terminal, applicants and sites have in the audit trail, in whatever spelling. */
export function isReservedName(name: string): boolean {
  const plain = name.normalize('NFKC').replaceAll(/\s+/g, ' ').trim().toLowerCase();
  return RESERVED.includes(plain) || /^(kontor|site|key)\b/.test(plain);
}

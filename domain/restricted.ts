/**
 * Who is restricted is named no more: in whatever is shown, her address and the names beside it, or beside her id, are
 * replaced. What is kept, such as the audit trail, stays as it is; this is how it is shown.
 */

export const RESTRICTED_NAME = 'Restricted person';
/** An address that no mail ever reaches (RFC 2606). */
export const RESTRICTED_ADDRESS = 'restricted@restricted.invalid';

/** What looks like a mail address inside a text, without the punctuation that may follow it. */
const ADDRESS = /[^\s"'<>(),:;@\\[\]{}=|]+@[^\s"'<>(),:;@\\[\]{}=|/?#&]*[^\s"'<>(),:;@\\[\]{}=|/?#&.!]/gu;

/** Members that name the person whose id or address stands beside them. */
const NAMES = ['contactName', 'personName', 'invitedAs', 'inviteeName', 'displayName'];
/** `name` beside an address is a company's where one of these is there too. */
const OF_COMPANY = ['registrationNumber', 'country', 'code'];

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The address as it is compared. */
export function comparableAddress(address: string): string {
  return address.trim().toLowerCase();
}

/** Whether a text or part of it may be an address. */
function addressesIn(text: string): string[] {
  return text.includes('@') ? [...text.matchAll(ADDRESS)].map(([found]) => comparableAddress(found)) : [];
}

/** Persons by id, and addresses, that a value names. */
export interface Named {
  personIds: Set<string>;
  addresses: Set<string>;
}

function personIdsOf(object: Readonly<Record<string, Json>>): string[] {
  const ids = [object.personId, ...(object.kind === 'person' ? [object.id] : [])];
  return ids.filter((id) => typeof id === 'string');
}

/** Whom a JSON value names. */
export function namedIn(value: Json, named: Named = { personIds: new Set(), addresses: new Set() }): Named {
  if (typeof value === 'string') for (const address of addressesIn(value)) named.addresses.add(address);
  if (value === null || typeof value !== 'object') return named;
  if (!Array.isArray(value)) for (const id of personIdsOf(value)) named.personIds.add(id);
  for (const member of Object.values(value)) namedIn(member, named);
  return named;
}

/** The value without the names and addresses of those who are `restricted`. */
export function withoutRestricted(value: Json, restricted: Named): Json {
  if (typeof value === 'string') {
    if (!value.includes('@')) return value;
    return value.replaceAll(ADDRESS, (found) =>
      restricted.addresses.has(comparableAddress(found)) ? RESTRICTED_ADDRESS : found,
    );
  }
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((member) => withoutRestricted(member, restricted));
  const isAddressed = Object.values(value).some(
    (member) => typeof member === 'string' && restricted.addresses.has(comparableAddress(member)),
  );
  const isPerson = personIdsOf(value).some((id) => restricted.personIds.has(id));
  const hasOwnName = isPerson || (isAddressed && !OF_COMPANY.some((key) => key in value));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const isName = (hasOwnName && key === 'name') || ((isAddressed || isPerson) && NAMES.includes(key));
      return [key, isName && typeof member === 'string' ? RESTRICTED_NAME : withoutRestricted(member, restricted)];
    }),
  );
}

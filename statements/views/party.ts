import type { PartyView } from './types.js';

/** What is known of a company. */
interface Printed {
  name: string;
  address: readonly string[];
  country?: string | null | undefined;
  registrationNumber: string | null;
  email?: string;
}

/** A company as printed; its country follows the last line of its address. */
export function partyView(
  label: string,
  { name, address, country, registrationNumber, email }: Printed,
  numbered: (number: string) => string,
): PartyView {
  const town = [address.at(-1), country].filter((part) => part != null && part !== '').join(', ');
  const further = [registrationNumber === null ? undefined : numbered(registrationNumber), email];
  return { label, name, lines: [...address.slice(0, -1), town, ...further.filter((line) => line !== undefined)] };
}

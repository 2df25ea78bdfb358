import type { Party } from '../../domain/statement.js';
import type { PartyView } from './types.js';

/** A company as printed; its country follows the last line of its address. */
export function partyView(label: string, party: Party, registrationNumber: (number: string) => string): PartyView {
  const town = [party.address.at(-1), party.country].filter((part) => part !== undefined && part !== '').join(', ');
  return {
    label,
    name: party.name,
    lines: [...party.address.slice(0, -1), town, registrationNumber(party.registrationNumber), party.email],
  };
}

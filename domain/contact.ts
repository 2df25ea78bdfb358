/** What a company's mail is about: its contact for statements gets what no other contact is named for. */
export const CONTACT_PURPOSES = ['statements', 'technical', 'legal'] as const;
export type ContactPurpose = (typeof CONTACT_PURPOSES)[number];

/** To whom a mail goes: an address, or whoever is a company's confirmed contact once it is sent. */
export type Recipient = { address: string } | { companyId: string; purpose: ContactPurpose };

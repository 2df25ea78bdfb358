import { rows, type Trx } from '../connect.js';

/** Until the transaction ends nobody else locks the company: of two who change its people at once, one waits and sees what the other did. */
export async function lockCompany(trx: Trx, companyId: string): Promise<void> {
  await rows(trx, 'select id from company where id = :companyId for no key update', { companyId });
}

/** The same of a person. Whoever locks both locks the company first. */
export async function lockPerson(trx: Trx, personId: string): Promise<void> {
  await rows(trx, 'select id from person where id = :personId for no key update', { personId });
}

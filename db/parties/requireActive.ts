import { fieldError } from '../../domain/errors.js';
import { rows, type Trx } from '../connect.js';

/**
 * Throws STATE_CONFLICT on `field` for a company that is given nothing new: one that is suspended or has ended, and one
 * that has signed up without its address ever being confirmed (case 42: what it calls itself is mailed to nobody). The
 * state stays until the transaction ends. Whoever calls has to see the company.
 */
export async function requireActive(trx: Trx, companyId: string, field: string): Promise<void> {
  const [found] = await rows<{ state: string; isConfirmed: boolean }>(
    trx,
    `select c.state, not exists (select from participation p where p.msp_id = c.id)
         or exists (select from participation_distributor d where d.msp_id = c.id)
         or exists (select from company_contact k where k.company_id = c.id and k.confirmed_at is not null)
         as "isConfirmed"
     from company c where c.id = :companyId for share`,
    { companyId },
  );
  if (found?.state !== 'active') {
    const how = found?.state === 'suspended' ? 'is suspended: resume it first' : 'has ended';
    throw fieldError('STATE_CONFLICT', field, `This company ${how}.`);
  }
  if (!found.isConfirmed) throw fieldError('STATE_CONFLICT', field, 'Its address is not confirmed yet.');
}

import { TERMINAL } from '../../domain/access/actor.js';
import { randomUUID } from 'node:crypto';
import { admitWithPassword } from '../../db/access/admit.js';
import { putPassword } from '../../db/access/loginStore.js';
import { ALL, type Database, type Trx } from '../../db/connect.js';
import { insertCompany } from '../../db/parties/companyStore.js';
import { listDistributors } from '../../db/parties/distributorStore.js';
import { listTenants, putCustomer } from '../../db/parties/tenantStore.js';
import { mspList } from '../../db/readModels/mspList.js';
import type { View } from '../../domain/access/views.js';

/** A person of the partner team, who has a token already. */
export interface TeamMember {
  id: string;
  email: string;
}

/** With whom one may sign in, and as what. */
export interface DemoLogin {
  role: string;
  email: string;
}

async function admit(trx: Trx, hash: string, of: { companyId: string; view: View; name: string }): Promise<DemoLogin> {
  const email = `${of.view.replace('_', '-')}@people.example`;
  const person = { name: `Administrator of ${of.name}`, email, locale: 'en', zone: 'Europe/Berlin' } as const;
  const { companyId, view } = of;
  await admitWithPassword(trx, person, { companyId, view, level: 'administrator', at: new Date(), by: TERMINAL }, hash);
  return { role: `${view.replace('_', ' ')} ${of.name}`, email };
}

/** The MSP's first tenant becomes a company of its own, which sees what is its. */
async function makeCustomer(trx: Trx, mspId: string): Promise<{ id: string; name: string } | undefined> {
  const [tenant] = await listTenants(trx, mspId, '', 1);
  if (tenant === undefined) return undefined;
  const company = { id: randomUUID(), name: tenant.name, registrationNumber: 'demo', address: ['Demo Street 1'] };
  const seat = { country: 'DE', locale: 'en', zone: 'Europe/Berlin' } as const;
  await insertCompany(trx, { ...company, ...seat }, 'customer', new Date());
  await putCustomer(trx, { mspId, tenantId: tenant.id, customerId: company.id });
  return company;
}

/** Gives a login to somebody of each role, all with the password of that hash. */
export async function makeLogins(db: Database, team: readonly TeamMember[], hash: string): Promise<DemoLogin[]> {
  return db.transaction(ALL, async (trx) => {
    const logins: DemoLogin[] = [];
    for (const { id, email } of team) {
      await putPassword(trx, id, hash, new Date());
      logins.push({ role: 'partner team', email });
    }
    const [msp] = await mspList(trx, { limit: 1 });
    const [distributor] = await listDistributors(trx, { limit: 1 });
    if (msp !== undefined) {
      const { id: companyId, name } = msp;
      logins.push(await admit(trx, hash, { companyId, view: 'service_provider', name }));
      const customer = await makeCustomer(trx, companyId);
      if (customer !== undefined) {
        logins.push(await admit(trx, hash, { companyId: customer.id, view: 'customer', name: customer.name }));
      }
    }
    if (distributor !== undefined) {
      const { id: companyId, name } = distributor;
      logins.push(await admit(trx, hash, { companyId, view: 'distributor', name }));
    }
    return logins;
  });
}

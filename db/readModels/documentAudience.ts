import type { Rights } from '../../domain/access/may.js';
import type { Audience } from '../programmes/documentStore.js';
import { rows, type Trx } from '../connect.js';

/**
 * The audiences a reader of a programme's documents belongs to: approved MSPs, distributors that serve a territory or
 * bill an MSP of it, the partner team. Undefined: the programme is none of the reader's.
 */
export async function audiencesOf(
  trx: Trx,
  programme: string,
  reader: Pick<Rights, 'view' | 'companyId'>,
): Promise<Audience[] | undefined> {
  const [row] = await rows<{ known: boolean; approved: boolean; distributes: boolean }>(
    trx,
    `select exists (select from programme where code = :programme) as known,
       exists (select from participation where programme_code = :programme and msp_id = :mspId::uuid
         and state = 'approved') as approved,
       exists (select from territory where programme_code = :programme and distributor_id = :distributorId::uuid)
         or exists (select from participation_distributor where programme_code = :programme
           and distributor_id = :distributorId::uuid) as distributes`,
    {
      programme,
      mspId: reader.view === 'service_provider' ? reader.companyId : null,
      distributorId: reader.view === 'distributor' ? reader.companyId : null,
    },
  );
  switch (reader.view) {
    case 'vendor':
      return row?.known === true ? ['msp', 'distributor', 'partner_team'] : undefined;
    case 'distributor':
      return row?.distributes === true ? ['msp', 'distributor'] : undefined;
    case 'service_provider':
      return row?.approved === true ? ['msp'] : undefined;
    default:
      return undefined;
  }
}

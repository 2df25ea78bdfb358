import type { ProgrammeSettings } from '../../domain/programmeSettings.js';
import { rows, type Trx } from '../connect.js';

/** Which programme and distributor somebody belongs to, and what letters about it need. */
export interface ProgrammeOf {
  programmeCode: string;
  /** IANA time zone of the partner team. */
  programmeZone: string;
  settings: ProgrammeSettings;
  vendorName: string;
  /** Where the partner team reads its mail. */
  partnerTeamEmail: string;
  distributorId: string;
  distributorName: string;
}

interface Row {
  programme_code: string;
  zone: string;
  settings: ProgrammeSettings;
  vendor_name: string;
  partner_team_email: string;
  distributor_id: string;
  distributor_name: string;
}

async function find(trx: Trx, from: string, key: string): Promise<ProgrammeOf | undefined> {
  const [row] = await rows<Row>(
    trx,
    `select p.code as programme_code, p.zone, p.settings, p.vendor ->> 'name' as vendor_name,
       coalesce(p.settings ->> 'partnerTeamEmail', p.vendor ->> 'email') as partner_team_email, d.id as distributor_id, d.name as distributor_name
     from ${from} join programme p on p.code = f.programme_code join distributor d on d.id = f.distributor_id`,
    { key },
  );
  return (
    row && {
      programmeCode: row.programme_code,
      programmeZone: row.zone,
      settings: row.settings,
      vendorName: row.vendor_name,
      partnerTeamEmail: row.partner_team_email,
      distributorId: row.distributor_id,
      distributorName: row.distributor_name,
    }
  );
}

/** The territory's programme and distributor; undefined: nobody serves that country. */
export function programmeOfCountry(trx: Trx, country: string): Promise<ProgrammeOf | undefined> {
  return find(trx, '(select * from territory where country = :key) f', country);
}

export function programmeOfMsp(trx: Trx, mspId: string): Promise<ProgrammeOf | undefined> {
  return find(trx, '(select * from msp where id = :key) f', mspId);
}

import type { CompanyTies } from '../../domain/company.js';
import { rows, type Trx } from '../connect.js';

interface Row extends Omit<CompanyTies, 'mandates' | 'history'> {
  asIntegrator: number;
  asCustomer: number;
  wasMsp: boolean;
  wasDistributor: boolean;
}

/**
 * What a company is in at that instant (days are UTC's). A month counts until its run is sealed or skipped, so that
 * whoever left, or bills no longer, stays until its last month is closed.
 */
export async function companyTies(trx: Trx, companyId: string, at: Date): Promise<CompanyTies> {
  const [row] = await rows<Row>(
    trx,
    `with served as (
       select p.msp_id, p.programme_code, p.state, d.distributor_id,
         greatest(d.from_period, p.joined_period, g.first_period) as first_month,
         least(p.left_period, to_char((d.until_period || '-01')::date - interval '1 month', 'YYYY-MM')) as last_month
       from participation p
       join participation_distributor d on d.msp_id = p.msp_id and d.programme_code = p.programme_code
       join programme g on g.code = p.programme_code
       where p.state not in ('rejected', 'withdrawn', 'expired') and (p.msp_id = :companyId or d.distributor_id = :companyId)),
     unclosed as (
       select * from served s where s.last_month is null or (s.last_month >= s.first_month
         and not exists (select from billing_run r where r.programme_code = s.programme_code and r.period = s.last_month
           and r.state <> 'open'))),
     mandates as (
       select integrator_id, customer_id from mandate where revoked_at is null and (until_at is null or until_at > :at))
     select
       (select count(distinct programme_code)::int from (
          select programme_code from served where msp_id = :companyId and state <> 'left'
          union select programme_code from unclosed where msp_id = :companyId) x) as programmes,
       (select count(*)::int from territory where distributor_id = :companyId
          and (closes_on is null or closes_on > (:at::timestamptz at time zone 'UTC')::date)) as territories,
       (select count(distinct msp_id)::int from unclosed where distributor_id = :companyId) as "billedMsps",
       (select count(*)::int from tenant where customer_id = :companyId and state <> 'closed') as tenants,
       (select count(*)::int from company where parent_id = :companyId and state <> 'ended') as subsidiaries,
       (select count(*)::int from mandates where integrator_id = :companyId) as "asIntegrator",
       (select count(*)::int from mandates where customer_id = :companyId) as "asCustomer",
       exists (select from served where msp_id = :companyId) as "wasMsp",
       exists (select from served where distributor_id = :companyId)
         or exists (select from territory where distributor_id = :companyId) as "wasDistributor"`,
    { companyId, at },
  );
  if (row === undefined) throw new Error('a count is always answered');
  const { asIntegrator, asCustomer, wasMsp, wasDistributor, ...ties } = row;
  return {
    ...ties,
    mandates: { system_integrator: asIntegrator, customer: asCustomer },
    history: { service_provider: wasMsp, distributor: wasDistributor },
  };
}

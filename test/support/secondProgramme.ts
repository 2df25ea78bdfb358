import type { RenderPool } from '../../statements/index.js';
import { finish, type ClosedMonths } from './closedMonths.js';

/** A second programme beside the closed months, of another vendor, with March closed; MSP Alpha takes part in both. */
export async function secondProgramme({ database, month, msps }: ClosedMonths, pool: RenderPool): Promise<void> {
  const programme = await month.programme({ code: 'scan', zone: 'Europe/Warsaw', firstPeriod: '2026-03' });
  const [poland] = await month.run<{ id: string }>(`select id from distributor where code = 'PL'`);
  if (poland === undefined) throw new Error('Poland has no distributor');
  const meter = 'mail-server.mailbox';
  await month.pricePlan({ programme, currency: 'EUR', prices: { [meter]: { model: 'per_unit', unitPrice: '3' } } });
  await month.participation({ mspId: msps.alpha, distributorId: poland.id, programme, joined: '2026-03' });
  const site = await month.site({ mspId: msps.alpha, name: 'of the other programme', programme });
  await month.report(site, { period: '2026-03', lines: [{ tenant: 'main', meter, peak: 7 }] });
  await month.checkIn(site, { at: '2026-03-20T10:00:00Z', tenant: 'main', meter, count: 7 });
  await month.close('2026-03', new Date('2026-04-08T12:00:00Z'), programme);
  await finish({ database, month }, pool, '2026-03', '2026-04-09T00:00:00Z', programme);
}

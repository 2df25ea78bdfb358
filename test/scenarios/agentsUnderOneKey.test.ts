import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Statement } from '../../domain/statement.js';
import { renderStatement } from '../../statements/render.js';
import { CHECK_INS, REPORTS, startIngest, type Installation } from '../sites/ingestFixture.js';
import { readPdf } from '../statements/readPdf.js';

const SERVER = 'backup.server_agent';
const WORKSTATION = 'backup.workstation_agent';

const BACKUP = { product: 'backup', productVersion: '17.2.1' } as const;

/** March 2026: one backup site with one metered key, which speaks to the API as sites do. */
describe('a backup site with agents on servers and on workstations', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let installation: Installation;
  let statement: Statement;

  beforeAll(async () => {
    ingest = await startIngest();
    await ingest.month.pricePlan({
      currency: 'EUR',
      prices: {
        [SERVER]: { model: 'per_unit', unitPrice: '4.35' },
        [WORKSTATION]: { model: 'graduated', tiers: [{ upTo: 50, unitPrice: '1.85' }, { unitPrice: '1.525' }] },
      },
    });
    const { siteId, key } = await ingest.site('2026-03', 'backup');
    installation = await ingest.install(siteId, key, BACKUP);
  });
  afterAll(() => ingest.api.close());

  const counted = (day: number, servers: number, workstations: number) => ({
    observedAt: new Date(`2026-03-${day}T12:00:00Z`),
    counts: [
      { tenant: 'main', meter: SERVER, count: servers },
      { tenant: 'main', meter: WORKSTATION, count: workstations },
    ],
  });

  it('has one key, by which both are taken, and nothing of another product', async () => {
    const keys = await ingest.sql('select kind from metered_key where site_id = $1', [installation.siteId]);
    expect(keys).toEqual([{ kind: 'metered' }]);
    const told = await installation.send(CHECK_INS, {
      sentAt: new Date(),
      checkIns: [counted(10, 12, 58), counted(20, 11, 60)],
    });
    expect(told.json).toMatchObject({ accepted: 2, keyState: 'active' });
    const mailboxes = { tenant: 'main', meter: 'mail-server.mailbox', count: 1 };
    const other = await installation.send(CHECK_INS, {
      sentAt: new Date(),
      checkIns: [{ observedAt: new Date('2026-03-21T12:00:00Z'), counts: [mailboxes] }],
    });
    expect(other.json.code).toBe('METER_UNKNOWN');
  });

  it('reports the highest number of each kind in one report', async () => {
    const report = {
      ...{ sentAt: new Date(), period: '2026-03', revision: 1 },
      lines: [
        { tenant: 'main', meter: SERVER, peak: 12 },
        { tenant: 'main', meter: WORKSTATION, peak: 60 },
      ],
    };
    expect((await installation.send(REPORTS, report)).status).toBe(201);
  });

  it('is billed for each kind by itself: 12 × 4.35 = 52.20, and 50 × 1.85 + 10 × 1.525 = 107.75', async () => {
    [statement] = (await ingest.month.close('2026-03', new Date())) as [Statement];
    expect(
      statement.lines.map((line) =>
        line.kind === 'usage' ? [line.meter, line.peak, line.peakOn, line.quantity, line.amountMinor] : line,
      ),
    ).toEqual([
      [SERVER, 12, '2026-03-10', 12, 52_20n],
      [WORKSTATION, 60, '2026-03-20', 60, 107_75n],
    ]);
    expect(statement.totalMinor).toBe(159_95n);
  });

  it('names both kinds and both sums on paper', () => {
    const { text } = readPdf(renderStatement(statement).bytes);
    for (const words of ['server agents', 'workstation agents', '52.20', '107.75', '159.95']) {
      expect(text).toContain(words);
    }
  });
});

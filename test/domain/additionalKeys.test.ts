import { describe, expect, it } from '@jest/globals';
import { requireLicenceInForce } from '../../domain/access/additionalKeys.js';
import type { View } from '../../domain/access/views.js';

const year = { meter: 'mail-server.mailbox', startsOn: '2026-01-01', endsOn: '2027-01-01' };

describe('additional keys come with yearly licences (rule 17)', () => {
  it.each<[what: string, view: View, today: string, licences: (typeof year)[], allowed: boolean]>([
    ['a service provider without any licence', 'service_provider', '2026-05-01', [], true],
    ['the partner team without any licence', 'vendor', '2026-05-01', [], true],
    ['a customer without any licence', 'customer', '2026-05-01', [], false],
    ['a customer with one in force', 'customer', '2026-05-01', [year], true],
    ['a customer on its first day', 'customer', '2026-01-01', [year], true],
    ['a customer on the day before', 'customer', '2025-12-31', [year], false],
    ['a customer on the first day it does not cover', 'customer', '2027-01-01', [year], false],
    ['a customer with one of another product', 'customer', '2026-05-01', [{ ...year, meter: 'backup.server' }], false],
    ['a system integrator without any licence', 'system_integrator', '2026-05-01', [], false],
    ['a system integrator with one in force', 'system_integrator', '2026-05-01', [year], true],
  ])('%s', (_what, view, today, licences, allowed) => {
    const ask = () => {
      requireLicenceInForce(view, 'mail-server', licences, today);
    };
    if (allowed) expect(ask).not.toThrow();
    else expect(ask).toThrow(expect.objectContaining({ code: 'STATE_CONFLICT' }));
  });
});

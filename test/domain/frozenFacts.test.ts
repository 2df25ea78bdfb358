import { describe, expect, it } from '@jest/globals';
import { FACTS_VERSION, freezeFacts, readFacts } from '../../domain/frozenFacts.js';
import type { SiteFacts } from '../../domain/usage.js';

const SITE = '1f0c6f0e-6f0e-4f0e-8f0e-6f0e6f0e6f0e';
const FACTS: SiteFacts = {
  siteId: SITE,
  siteName: 'Head office',
  revokedAt: new Date('2026-05-15T10:00:00Z'),
  installationIds: [SITE],
  silentInstallationIds: [],
  clockOffsetSeconds: -3,
  usedAfterRevocationOn: '2026-05-20',
  firstMonth: false,
  versions: { minimum: '8.0.0', named: ['8.1'] },
  licences: [{ tenantId: null, meter: 'mail-server.mailbox', count: 10, first: '2026-05-01', last: '2026-05-14' }],
  usage: [
    {
      tenantRef: 'main',
      tenantId: null,
      meter: 'mail-server.mailbox',
      installations: [
        {
          installationId: SITE,
          expected: true,
          reported: 5,
          observed: 90,
          observedOn: '2026-05-20',
          observedBeforeRevocation: 5,
          usedAfterRevocationOn: '2026-05-20',
          revokedByMsp: false,
          lastConfirmed: null,
        },
      ],
      lastQuantity: null,
      licensed: 0,
      licensedDays: [
        { first: '2026-05-01', last: '2026-05-14', count: 5, licensed: 10 },
        { first: '2026-05-15', last: '2026-05-31', count: 90, licensed: 0 },
      ],
    },
  ],
};

describe('the facts of a site, frozen when its collection ended', () => {
  const frozen = (): unknown => JSON.parse(JSON.stringify(freezeFacts(FACTS)));

  it('rule 23: carry the version of their shape and are read back as they were', () => {
    expect(frozen()).toMatchObject({ version: FACTS_VERSION });
    expect(readFacts(frozen())).toEqual(FACTS);
  });

  it('rule 23: of version 1, which knew no days of a licence, are read as they were', () => {
    const usage = FACTS.usage.map((each) => ({ ...each, licensed: 3, licensedDays: undefined }));
    const stored: unknown = JSON.parse(JSON.stringify({ ...FACTS, licences: undefined, usage, version: 1 }));
    expect(readFacts(stored)).toMatchObject({ licences: [], usage: [{ licensed: 3, licensedDays: [] }] });
  });

  it('rule 23: of version 2, which did not know who had revoked, are read as by the vendor', () => {
    const usage = FACTS.usage.map((each) => ({
      ...each,
      installations: each.installations.map((installation) => ({ ...installation, revokedByMsp: undefined })),
    }));
    expect(readFacts(JSON.parse(JSON.stringify({ ...FACTS, usage, version: 2 })))).toEqual({
      ...FACTS,
      versions: null,
    });
  });

  it('rule 23: of version 3, which knew no product versions, find none below a minimum', () => {
    const stored: unknown = JSON.parse(JSON.stringify({ ...FACTS, versions: undefined, version: 3 }));
    expect(readFacts(stored)).toEqual({ ...FACTS, versions: null });
  });

  it.each([
    ['of a later version than is known here', { version: FACTS_VERSION + 1 }, '/version'],
    ['without a version', { version: undefined }, '/version'],
    ['with a count that is none', { usage: [{ ...FACTS.usage[0], licensed: -1 }] }, '/usage/0/licensed'],
  ])('%s they are refused, and the place is named', (_what, change, field) => {
    const broken = { ...(frozen() as object), ...change };
    expect(() => readFacts(broken)).toThrow(
      expect.objectContaining({
        code: 'STORED_DATA_UNREADABLE',
        fields: expect.arrayContaining([expect.objectContaining({ field })]),
      }),
    );
  });
});

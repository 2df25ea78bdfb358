import { describe, expect, it } from '@jest/globals';
import { PRODUCTS } from '../../domain/catalog/index.js';
import { KontorError } from '../../domain/errors.js';
import {
  parseSettings,
  resolveSettings,
  SETTINGS_GROUPS,
  SHIPPED_PROGRAMME_SETTINGS,
} from '../../domain/settings/index.js';

/** What is refused: pointer and message of each broken field. */
function refusal(settings: unknown): [field: string, message: string][] {
  try {
    parseSettings(settings);
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    expect(error.code).toBe('VALIDATION_FAILED');
    return error.fields.map(({ field, message }) => [field, message]);
  }
  return [];
}

const fieldsOf = (settings: unknown) => refusal(settings).map(([field]) => field);

describe('rule 23: what is shipped', () => {
  it.each([
    ['rule 1: opens on day 1', 'calendar', 'openDay', 1],
    ['rule 1: at 04:00', 'calendar', 'openTime', '04:00'],
    ['rule 1: collects until the end of day 3', 'calendar', 'collectUntilDay', 3],
    ['rule 1: reviews until the end of day 5', 'calendar', 'reviewUntilDay', 5],
    ['rule 1: issues on day 6', 'calendar', 'issueDay', 6],
    ['rule 1: mails by day 10', 'calendar', 'mailedByDay', 10],
    ['rule 4: waits for a person over 10 % silent sites', 'estimates', 'silentSitesPercent', 10],
    ['rule 3: looks at 24 hours of deviation', 'discrepancies', 'clockOffHours', 24],
    [
      'rule 4: is a case in the third month of over half estimates',
      'discrepancies',
      'mostlyEstimated',
      { sharePercent: 50, months: 3 },
    ],
    ['rule 6: warns after 7 days', 'contact', 'warnAfterDays', 7],
    ['rule 6: blocks after 30', 'contact', 'blockAfterDays', 30],
    ['rule 6: disables after 60', 'contact', 'disableAfterDays', 60],
    ['rule 6: replaces hardware within 30 days', 'installations', 'replaceWithinDays', 30],
    ['rule 7: reaches 90 days back', 'lateUsage', 'reachDays', 90],
    ['rule 10: takes a rate of the last 7 days', 'exchangeRates', 'publishedWithinDays', 7],
    ['rule 14: reminds after 3 and 7 days', 'registration', 'remindAfterDays', [3, 7]],
    ['rule 14: expires after 30', 'registration', 'expireAfterDays', 30],
    ['rule 15: keeps documents 8 years', 'keeping', 'documentYears', 8],
    ['rule 15: keeps check-ins 24 months', 'keeping', 'checkInMonths', 24],
    ['rule 22: reminds 60, 30 and 7 days before the end', 'termLicences', 'remindBeforeEndDays', [60, 30, 7]],
    ['rule 23: reminds of activation after 7 and 21 days', 'provisioning', 'remindAfterDays', [7, 21]],
  ] as const)('%s', (_sentence, group, member, value) => {
    expect(SHIPPED_PROGRAMME_SETTINGS[group]).toHaveProperty(member, value);
  });

  it("rule 23: takes the catalogue's oldest version of each product", () => {
    expect(SHIPPED_PROGRAMME_SETTINGS.minimumVersions).toEqual(
      Object.fromEntries(PRODUCTS.map(({ code, minimumVersion }) => [code, minimumVersion])),
    );
  });

  it('rule 23: may be set as it is', () => {
    expect(resolveSettings(parseSettings(SHIPPED_PROGRAMME_SETTINGS))).toEqual(SHIPPED_PROGRAMME_SETTINGS);
    expect(Object.keys(SHIPPED_PROGRAMME_SETTINGS).sort()).toEqual(
      [...Object.keys(SETTINGS_GROUPS), 'discrepancies'].sort(),
    );
  });
});

describe('rule 23: what a programme sets', () => {
  it('rule 23: replaces single numbers; the rest stays as shipped, and what is stored is what was given', () => {
    const given = { contact: { warnAfterDays: 5 }, minimumVersions: { backup: '18.1' } };
    expect(parseSettings(given)).toEqual(given);
    expect(resolveSettings(parseSettings(given))).toEqual({
      ...SHIPPED_PROGRAMME_SETTINGS,
      contact: { warnAfterDays: 5, blockAfterDays: 30, disableAfterDays: 60 },
      minimumVersions: { ...SHIPPED_PROGRAMME_SETTINGS.minimumVersions, backup: '18.1' },
    });
  });

  it('rule 23: may be nothing, or no reminder at all', () => {
    expect(resolveSettings(parseSettings({}))).toEqual(SHIPPED_PROGRAMME_SETTINGS);
    expect(resolveSettings(parseSettings({ registration: { remindAfterDays: [] } })).registration).toEqual({
      remindAfterDays: [],
      confirmWithinDays: 7,
      expireAfterDays: 30,
    });
  });

  it('rule 3: its numbers and handlings are part of it', () => {
    const { discrepancies } = resolveSettings(parseSettings({ discrepancies: { tolerance: { percent: 5 } } }));
    expect(discrepancies).toEqual({ ...SHIPPED_PROGRAMME_SETTINGS.discrepancies, tolerance: { units: 1, percent: 5 } });
  });

  it('rule 23: may be a mail address of the partner team, in lower case', () => {
    expect(resolveSettings(parseSettings({ partnerTeamEmail: 'Team@Vendor.example' })).partnerTeamEmail).toBe(
      'team@vendor.example',
    );
    expect(resolveSettings({})).not.toHaveProperty('partnerTeamEmail');
  });
});

describe('rule 23: refused, field by field', () => {
  it.each([
    ['rule 1: a day that not every month has', { calendar: { mailedByDay: 29 } }, '/calendar/mailedByDay'],
    ['rule 1: half a day of the month', { calendar: { collectUntilDay: 3.5 } }, '/calendar/collectUntilDay'],
    ['rule 1: an hour there is not', { calendar: { openTime: '24:00' } }, '/calendar/openTime'],
    ['rule 4: more than all sites', { estimates: { silentSitesPercent: 101 } }, '/estimates/silentSitesPercent'],
    [
      'rule 3: no default for a kind that has one',
      { discrepancies: { kinds: { usage_jump: { default: null } } } },
      '/discrepancies/kinds/usage_jump/default',
    ],
    [
      'rule 4: no month at all',
      { discrepancies: { mostlyEstimated: { months: 0 } } },
      '/discrepancies/mostlyEstimated/months',
    ],
    ['rule 6: no time at all', { contact: { warnAfterDays: 0 } }, '/contact/warnAfterDays'],
    ['rule 6: a day and a half', { contact: { warnAfterDays: 1.5 } }, '/contact/warnAfterDays'],
    ['rule 6: a month and a half', { contact: { blockAfterDays: 45.5 } }, '/contact/blockAfterDays'],
    ['rule 6: just less than its 60 days', { contact: { disableAfterDays: 59.999 } }, '/contact/disableAfterDays'],
    [
      'rule 6: half a day for new hardware',
      { installations: { replaceWithinDays: 0.5 } },
      '/installations/replaceWithinDays',
    ],
    ['rule 14: half a day to confirm', { registration: { confirmWithinDays: 0.5 } }, '/registration/confirmWithinDays'],
    [
      'rule 22: half a day before the end',
      { termLicences: { remindBeforeEndDays: [7, 0.5] } },
      '/termLicences/remindBeforeEndDays/1',
    ],
    ['rule 6: a number as text', { contact: { warnAfterDays: '7' } }, '/contact/warnAfterDays'],
    [
      'rule 6: longer than ten years',
      { installations: { replaceWithinDays: 3661 } },
      '/installations/replaceWithinDays',
    ],
    ['rule 7: further back than check-ins are kept', { lateUsage: { reachDays: 731 } }, '/lateUsage/reachDays'],
    [
      'rule 10: a rate of another month',
      { exchangeRates: { publishedWithinDays: 29 } },
      '/exchangeRates/publishedWithinDays',
    ],
    [
      'rule 14: eleven reminders',
      { registration: { remindAfterDays: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] } },
      '/registration/remindAfterDays',
    ],
    ['rule 15: documents kept less than 8 years', { keeping: { documentYears: 7 } }, '/keeping/documentYears'],
    [
      'rule 15: check-ins kept less than late reports reach',
      { keeping: { checkInMonths: 12 } },
      '/keeping/checkInMonths',
    ],
    [
      'rule 22: a reminder after the end',
      { termLicences: { remindBeforeEndDays: [7, -1] } },
      '/termLicences/remindBeforeEndDays/1',
    ],
    ['rule 23: a version that is none', { minimumVersions: { scanner: 'latest' } }, '/minimumVersions/scanner'],
    ['rule 23: a product that is none', { minimumVersions: { toaster: '1.0' } }, '/minimumVersions/toaster'],
    ['rule 23: a number there is not', { contact: { warnAfterWeeks: 1 } }, '/contact/warnAfterWeeks'],
    ['rule 23: a group there is not', { colours: {} }, '/colours'],
    ['rule 23: an address that is none', { partnerTeamEmail: 'team' }, '/partnerTeamEmail'],
    ['rule 23: no object at all', null, ''],
  ])('%s', (_sentence, settings, field) => {
    expect(fieldsOf(settings)).toEqual([field]);
  });

  it.each([
    ['rule 1: collection before the run opens', { calendar: { openDay: 4 } }, ['/calendar/openDay']],
    [
      'rule 1: review over before the collection is',
      { calendar: { collectUntilDay: 4, reviewUntilDay: 3 } },
      ['/calendar/reviewUntilDay'],
    ],
    ['rule 1: issue on a day of the review', { calendar: { issueDay: 5 } }, ['/calendar/issueDay']],
    ['rule 1: mailed before issued', { calendar: { mailedByDay: 5 } }, ['/calendar/mailedByDay']],
    ['rule 6: blocked when warned', { contact: { warnAfterDays: 30 } }, ['/contact/warnAfterDays']],
    ['rule 6: disabled before blocked', { contact: { disableAfterDays: 29 } }, ['/contact/disableAfterDays']],
    [
      'rule 14: reminders out of order',
      { registration: { remindAfterDays: [7, 3] } },
      ['/registration/remindAfterDays'],
    ],
    ['rule 14: a reminder twice', { registration: { remindAfterDays: [3, 3] } }, ['/registration/remindAfterDays']],
    [
      'rule 14: a reminder at the expiry',
      { registration: { remindAfterDays: [3, 30] } },
      ['/registration/remindAfterDays'],
    ],
    [
      'rule 14: expiry before a shipped reminder',
      { registration: { expireAfterDays: 5 } },
      ['/registration/expireAfterDays'],
    ],
    [
      'rule 22: reminders out of order',
      { termLicences: { remindBeforeEndDays: [7, 30] } },
      ['/termLicences/remindBeforeEndDays'],
    ],
    [
      'rule 23: activation reminders out of order',
      { provisioning: { remindAfterDays: [21, 7] } },
      ['/provisioning/remindAfterDays'],
    ],
  ])('in order, %s', (_sentence, settings, fields) => {
    expect(fieldsOf(settings)).toEqual(fields);
  });

  it('case 61: rule 6: warn 100, block 10, disable 1 is refused; each message names both fields and the rule', () => {
    expect(refusal({ contact: { warnAfterDays: 100, blockAfterDays: 10, disableAfterDays: 1 } })).toEqual([
      ['/contact/blockAfterDays', 'Rule 6: warnAfterDays (100) has to be less than blockAfterDays (10).'],
      ['/contact/disableAfterDays', 'Rule 6: blockAfterDays (10) has to be less than disableAfterDays (1).'],
    ]);
  });

  it('rule 6: what is compared with a shipped number says so', () => {
    expect(refusal({ contact: { warnAfterDays: 40 } })).toEqual([
      ['/contact/warnAfterDays', 'Rule 6: warnAfterDays (40) has to be less than blockAfterDays (30, as shipped).'],
    ]);
  });

  it('rule 23: every broken field is named, each once, with its rule and range', () => {
    expect(
      refusal({ keeping: { documentYears: 1.5 }, lateUsage: { reachDays: -1 }, contact: { warnAfterDays: -1 } }),
    ).toEqual([
      ['/contact/warnAfterDays', 'Rule 6: days of 24 hours, whole, 1 to 3660.'],
      ['/lateUsage/reachDays', 'Rule 7: days, whole, 0 to 730.'],
      ['/keeping/documentYears', 'Rule 15: years, whole, 8 to 100.'],
    ]);
  });
});

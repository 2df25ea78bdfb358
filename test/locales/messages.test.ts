import { describe, expect, it } from '@jest/globals';
import { METER_CODES } from '../../domain/catalog/index.js';
import { parsePeriod } from '../../domain/period.js';
import {
  counted,
  LOCALES,
  localeOf,
  MAIL_KINDS,
  messagesFor,
  meterName,
  TRANSLATIONS,
  type Locale,
  type MailKind,
  type MailParams,
  type MailText,
} from '../../locales/index.js';
import { en } from '../../locales/en/index.js';
import { comparedWithEnglish, inEnglishWhereMissing, type Translation } from '../../locales/translation.js';

const period = parsePeriod('2026-05');
const common = { vendorName: 'Vendor S.p.A.', mspName: 'Sample MSP Ltd.', siteName: 'Head office' };
const silence = { lastContactOn: null, silentDays: 22 };
const totals = [{ currency: 'EUR', totalMinor: 123_456n }];
const ordered = {
  ...{ ...common, productName: 'Backup', count: 10 },
  price: { currency: 'EUR', totalMinor: 24_000n },
};
const parked = [{ mspName: 'Waiting Ltd', reason: 'total moved' }];

const PARAMS: MailParams = {
  contactConfirmation: { link: 'https://kontor.example/console/link#abc', expiresOn: '2026-06-08' },
  contactReplaced: { companyName: 'Sample MSP Ltd.' },
  registrationReceived: { ...common, decideBy: '2026-06-08', link: 'https://kontor.example/console/link#abc' },
  registrationApplied: {
    ...common,
    registrationNumber: 'HRB 1',
    distributorName: 'Dist S.p.A.',
    duplicates: 2,
    expiresOn: '2026-06-08',
  },
  registrationWithdrawn: { ...common, registrationNumber: 'HRB 1', reason: 'Another vendor' },
  registrationReminder: {
    ...common,
    registrationNumber: 'HRB 1',
    distributorName: 'Dist S.p.A.',
    waitingDays: 3,
    expiresOn: '2026-06-08',
    duplicateOf: 'Sample Ltd.',
  },
  registrationWelcome: { ...common, distributorName: 'Dist S.p.A.', portalUrl: 'https://portal.example.com/' },
  registrationRejected: { ...common, reason: 'not served here' },
  registrationExpired: { ...common, days: 30 },
  siteActivationReminder: { ...common, keyCreatedOn: '2026-05-01' },
  contactWarning: { ...common, ...silence, blockOn: '2026-06-08' },
  contactBlocked: { ...common, ...silence, disableOn: '2026-06-08' },
  keyDisabled: { ...common, ...silence },
  reportMissing: { ...common, period, siteNames: ['Head office', 'Branch'], collectUntil: '2026-06-03' },
  statementIssued: {
    ...common,
    distributorName: 'Dist S.p.A.',
    number: 'IT-2026-000042',
    period,
    total: { currency: 'EUR', totalMinor: 123_456n },
    estimatedLines: 2,
    correctionLines: 1,
  },
  billingPack: {
    ...common,
    distributorName: 'Dist S.p.A.',
    period,
    supplement: 1,
    statements: 5,
    credits: 2,
    totals,
    parked,
    download: null,
  },
  packQuestioned: {
    ...{ programmeName: 'Managed services', distributorName: 'Dist S.p.A.', period, supplement: 1 },
    ...{ question: 'Is line 3 counted twice?', askedBy: 'Anna Example' },
  },
  packAnswered: { ...common, period, supplement: 1, question: 'Is line 3 counted twice?', answer: 'It is not.' },
  quoteAsked: {
    ...{
      companyName: 'MSP One',
      programmeName: 'Managed services',
      productName: 'Mail server',
      quantity: 25,
      years: 3,
    },
    ...{ wish: 'Support included?', askedBy: 'Anna Example' },
  },
  quoteAnswered: {
    ...{
      vendorName: 'Vendor',
      number: 'MSP-2026-Q000001',
      productName: 'Mail server',
      validUntil: '2026-06-30',
      reminder: true,
    },
    total: { currency: 'EUR', totalMinor: 240_00n },
  },
  parkedReminder: { ...common, period, reason: 'total moved', waitingDays: 1, decideBy: '2026-06-09' },
  runSummary: {
    programmeName: 'Managed services',
    period,
    issued: 100,
    zeroStatements: 2,
    estimatedLines: 3,
    totals,
    mailed: 99,
    mailProblems: 1,
    parked,
  },
  runFailed: { programmeName: 'Managed services', period, reason: 'Shard 2: it was cancelled' },
  runNotOpened: { programmeName: 'Managed services', period, reason: 'month before is open' },
  databaseRestored: { uncertain: 12, runs: 1 },
  completenessGate: { programmeName: 'Managed services', period, silent: 50, expected: 406, lastBilled: totals },
  waitingConfirmation: {
    ...{ programmeName: 'Managed services', country: 'Italy', expiresOn: '2026-06-08' },
    link: 'https://kontor.example/console/link#abc',
  },
  territoryOpened: { programmeName: 'Managed services', country: 'IT' },
  personInvited: {
    ...{ personName: 'Anna Example', companyName: 'Sample MSP Ltd.', invitedBy: 'Bernd Example' },
    ...{ link: 'https://kontor.example/console/link#secret', expiresOn: '2026-06-08' },
  },
  passwordReset: { personName: 'Anna Example', link: 'https://kontor.example/console/link#secret', minutes: 60 },
  signInLocked: { personName: 'Anna Example', failures: 5 },
  loginChanged: { personName: 'Anna Example', change: 'authenticatorRemoved', byAdministrator: true },
  orderPlaced: { ...ordered, expiresOn: '2026-06-08' },
  orderApproved: { ...ordered, startsOn: '2026-06-08', endsOn: '2027-06-08' },
  orderRefused: { ...ordered, reason: 'no contract' },
  orderExpired: ordered,
  orderWithdrawn: ordered,
  correctionAsked: {
    mspName: 'MSP Alpha',
    number: 'MSP-IT-2026-000042',
    period,
    amount: { currency: 'EUR', totalMinor: -1_250n },
    reason: 'Counted twice',
    askedBy: 'Anna',
    expiresOn: '2026-04-20',
    reminder: true,
  },
  correctionDecided: {
    ...{ mspName: 'MSP Alpha', number: 'MSP-IT-2026-000042', period, amount: totals[0] ?? null, state: 'confirmed' },
    ...{ decidedBy: 'Ben', reason: 'Agreed', document: 'MSP-IT-2026-C000001' },
  },
  correctionExpired: { mspName: 'MSP Alpha', number: 'MSP-IT-2026-000042', period, reason: 'Counted twice' },
  creditIssued: {
    vendorName: 'Vendor',
    distributorName: 'Distributor',
    mspName: 'MSP Alpha',
    number: 'MSP-IT-2026-C000001',
    statementNumber: 'MSP-IT-2026-000042',
    period,
    total: { currency: 'EUR', totalMinor: -1_250n },
  },
  statementReissued: {
    mspName: 'MSP Alpha',
    number: 'MSP-IT-2026-000042',
    revision: 2,
    period,
    reason: 'The company has moved',
  },
  licenceEnds: {
    ...{ ...common, productName: 'Backup', tenantName: 'Tenant', count: 10, lastDay: '2026-06-08', daysLeft: 30 },
    licenceId: '6b1f0d3e-5a57-4c43-9d3a-0a8f4f3c2b11',
  },
};

/** The subject, then the paragraphs. */
function written<K extends MailKind>(
  kind: K,
  locale: Locale,
  params: MailParams[K] = PARAMS[kind],
): [string, ...string[]] {
  const words: MailText<MailParams[K]> = messagesFor(locale).mail[kind];
  return [words.subject(params), ...words.body(params)];
}

/** Follows what a language says in English for want of own words. */
const MARKED = / \[en\]$/;

describe('every mail in every language', () => {
  it.each(LOCALES.flatMap((locale) => MAIL_KINDS.map((mail) => [mail, locale] as const)))(
    '%s in %s has a subject on one line and whole sentences',
    (mail, locale) => {
      const [subject, ...body] = written(mail, locale);
      expect(subject).not.toMatch(/[\r\n]/);
      expect(body.length).toBeGreaterThan(1);
      for (const text of [subject, ...body]) {
        expect(text).not.toBe('');
        expect(text).not.toMatch(/\b(undefined|null|NaN)\b|\[object|\.\./);
      }
    },
  );

  const trade = MAIL_KINDS.filter((mail) => /^(order|licence)/.test(mail));
  /** Languages that came later may say them in English. */
  const shipped = (['en', 'de', 'it', 'pl'] as const).flatMap((locale) => trade.map((mail) => [mail, locale] as const));
  it.each(shipped)('%s, about an order or a licence, is in the words of %s', (mail, locale) => {
    expect(written(mail, locale).filter((text) => MARKED.test(text))).toEqual([]);
  });

  it.each(LOCALES)('a licence that has ended is told in %s without a day that is left', (locale) => {
    const [subject, ...body] = written('licenceEnds', locale, { ...PARAMS.licenceEnds, tenantName: null, daysLeft: 0 });
    expect([subject, ...body].join('\n')).not.toMatch(/ 0/);
    expect(body[1]).toContain('10 × Backup');
  });

  it.each(LOCALES)('a statement’s mail says in %s that it is no invoice, and who invoices', (locale) => {
    const sentence = messagesFor(locale).statement.notInvoice('Dist S.p.A.');
    const mail = written('statementIssued', locale);
    // Where only one of both is translated yet, they are in two languages.
    if (MARKED.test(sentence) === MARKED.test(mail.at(-1) ?? '')) expect(mail).toContain(sentence);
  });

  it.each<[Locale, RegExp]>([
    ['en', /12,345 × Backup/],
    ['de', /12\.345 × Backup/],
    ['it', /12\.345 × Backup/],
    ['pl', /12\u00a0345 × Backup/],
  ])(
    'case 38, a relative: in %s, units of an order are grouped, and a name that ends in a full stop gets no other',
    (locale, units) => {
      const order = { ...ordered, count: 12_345, siteName: 'Sede S.p.A.' };
      const { orderPlaced, orderApproved, orderWithdrawn, runNotOpened } = messagesFor(locale).mail;
      const said = [
        ...orderPlaced.body({ ...order, expiresOn: '2026-05-20' }),
        ...orderApproved.body({ ...order, startsOn: null, endsOn: null }),
        ...orderWithdrawn.body(order),
        ...runNotOpened.body({ ...PARAMS.runNotOpened, programmeName: 'Vendor S.p.A.' }),
      ].join('\n');
      expect(said).toMatch(units);
      expect(said).not.toContain('..');
    },
  );

  it.each(['en', 'de', 'it', 'pl'] as const)(
    'an MSP is welcomed in %s with the address, and told how to get in',
    (locale) => {
      const welcome = (portalUrl: string | null) =>
        written('registrationWelcome', locale, { ...PARAMS.registrationWelcome, portalUrl });
      const without = welcome(null);
      expect(without.at(-1)).toMatch(/invit|Einladung|zaproszenie/);
      const more = welcome('https://kontor.example').filter((text) => !without.includes(text));
      expect(more).toEqual([expect.stringContaining('https://kontor.example')]);
    },
  );

  it.each(LOCALES)('a missing report’s mail names each site, in %s', (locale) => {
    const text = written('reportMissing', locale).join('\n');
    expect(text).toContain('• Head office\n• Branch');
  });
});

describe('a language that is not translated yet', () => {
  const half = inEnglishWhereMissing({ statement: { documentName: 'Relevé', parties: { msp: 'Pour' } } }, en);

  it('says what it has in its own words, and the rest in English, marked', () => {
    expect(half.statement.documentName).toBe('Relevé');
    expect(half.statement.parties).toEqual({ msp: 'Pour', distributor: 'Invoiced by [en]', vendor: 'Issued by [en]' });
    expect(half.statement.title('DE-1', 'mai 2026')).toBe('Usage statement DE-1, mai 2026 [en]');
    expect(counted(2, half.statement.lines, 'de')).toBe('2\u00a0lines [en]');
    const mail = half.mail.runSummary.body(PARAMS.runSummary);
    expect(mail.filter((text) => text.endsWith(' [en]'))).toEqual([mail.at(-1)]);
  });

  it('may not have words that English has not', () => {
    // @ts-expect-error held by the compiler: English knows no such key
    expect(inEnglishWhereMissing({ statement: { documentTitle: 'Relevé' } }, en).statement.documentName).toMatch(
      /\[en\]$/,
    );
  });

  it('may not say something else than English says there', () => {
    // @ts-expect-error held by the compiler: a title is made of the number and the period
    const own: Translation = { statement: { title: 'Relevé' } };
    expect(comparedWithEnglish(own, en).unknown).toEqual([]);
  });

  it('is told which texts it does not have yet', () => {
    const { missing } = comparedWithEnglish({ ...TRANSLATIONS.de, bases: {}, mail: {} }, en);
    expect(missing).toEqual(expect.arrayContaining(['bases.waived', 'mail.runSummary.subject']));
    expect(missing).not.toContain('statement.documentName');
    expect(comparedWithEnglish(en, en)).toEqual({ missing: [], unknown: [] });
  });

  it.each(Object.entries<Translation>(TRANSLATIONS))('%s has no text that English has not', (_locale, own) => {
    expect(comparedWithEnglish(own, en).unknown).toEqual([]);
  });

  it('is not what a document is written in: English is', () => {
    expect([localeOf('pl'), localeOf('xx')]).toEqual(['pl', 'en']);
  });
});

describe('names', () => {
  it.each(LOCALES.flatMap((locale) => METER_CODES.map((meter) => [meter, locale] as const)))(
    '%s has one in %s',
    (meter, locale) => {
      expect(meterName(meter, locale)).toMatch(/^\p{L}.+: \p{L}.+$/u);
    },
  );

  it('differ between languages, so that no dictionary is a copy', () => {
    const sentences = LOCALES.map((locale) => messagesFor(locale).statement.noUsage);
    const own = sentences.filter((sentence) => !MARKED.test(sentence));
    expect(new Set(own).size).toBe(own.length);
  });
});

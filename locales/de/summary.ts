import type { Translation } from '../translation.js';

export const summary: NonNullable<Translation['summary']> = {
  documentName: 'Abrechnungsübersicht',
  supplement: (n) => `Nachtrag ${n}`,
  title: (period, distributor) => `Abrechnungsübersicht ${period}, ${distributor}`,
  intro: (distributor, vendor) =>
    `${vendor} hat die folgenden Abrechnungen ausgestellt. ${distributor} stellt sie den Managed Service Providern in Rechnung.`,
  statements: { one: 'Abrechnung', other: 'Abrechnungen' },
  facts: {
    distributor: 'Für',
    vendor: 'Ausgestellt von',
    period: 'Zeitraum',
    date: 'Datum',
    statements: 'Abrechnungen',
  },
  totals: { title: 'Summen', columns: { currency: 'Währung', statements: 'Abrechnungen', total: 'Summe' } },
  columns: { number: 'Nummer', msp: 'Managed Service Provider', lines: 'Zeilen', marks: 'Davon', total: 'Summe' },
  list: 'Abrechnungen',
  none: 'In diesem Paket wurden keine Abrechnungen ausgestellt.',
  credits: {
    title: 'Gutschriften',
    text: 'Gutschriften, die seit dem vorigen Paket ausgestellt wurden. In den Summen sind sie abgezogen.',
    counted: { one: 'Gutschrift', other: 'Gutschriften' },
    columns: { date: 'Datum', corrects: 'Gutschrift zu', amount: 'Betrag' },
  },
  parked: {
    title: 'Noch offen',
    text: 'Diese Abrechnungen warten auf eine Entscheidung. Sie folgen in einem Nachtrag.',
    columns: { msp: 'Managed Service Provider', reason: 'Grund' },
  },
  parkedBy: {
    codes: {
      EXCHANGE_RATE_MISSING: 'Ein Wechselkurs fehlt.',
      PRICE_MISSING: 'In der Preisliste fehlt ein Preis.',
      PRICE_PLAN_MISSING: 'Für diesen Monat gibt es keine Preisliste.',
      total_moved:
        'Die Summe weicht stark von der letzten Abrechnung ab, oder eine erste liegt über dem festgelegten Betrag: Eine zweite Person muss sie bestätigen.',
    },
    byCase: (kind) => `Wartet auf eine Entscheidung zu: ${kind}`,
    other: (code) => `Kontor konnte diese Abrechnung nicht erstellen (${code}); das Partnerteam kümmert sich darum.`,
    unknown: 'Wartet auf das Partnerteam.',
  },
  attachment: 'Zeilen aller Abrechnungen und Gutschriften, durch Kommas getrennt',
};

import type { WrittenTier } from '../../domain/pricing/index.js';
import { fullStop } from '../format.js';
import type { Translation } from '../translation.js';

const tier = ({ from, to, price }: WrittenTier) =>
  to === null ? `ab ${from}: ${price}` : `${from} bis ${to}: ${price}`;

export const statement: NonNullable<Translation['statement']> = {
  documentName: 'Nutzungsabrechnung',
  title: (number, period) => `Nutzungsabrechnung ${number}, ${period}`,
  notInvoice: (distributor) => fullStop(`Diese Abrechnung ist keine Rechnung. Die Rechnung stellt ${distributor}`),
  parties: { msp: 'Abrechnung für', distributor: 'Rechnungsstellung durch', vendor: 'Ausgestellt von' },
  registrationNumber: (number) => `Reg.-Nr. ${number}`,
  facts: {
    number: 'Abrechnungsnummer',
    revision: 'Fassung',
    date: 'Datum',
    period: 'Zeitraum',
    zone: 'Zeitzone',
    currency: 'Währung',
    pricePlan: 'Preisliste',
  },
  days: (first, last) => `${first} bis ${last}`,
  pricePlan: (name, validFrom) => `${name}, gültig ab ${validFrom}`,
  total: (period) => `Summe für ${period}`,
  lines: { one: 'Zeile', other: 'Zeilen' },
  estimatedLines: { one: 'geschätzte Zeile', other: 'geschätzte Zeilen' },
  correctionLines: { one: 'Korrektur', other: 'Korrekturen' },
  noUsage: 'In diesem Zeitraum wurde keine Nutzung gezählt.',
  chart: {
    title: (currency) => `Letzte Monate, in ${currency}`,
    alt: (bars) => `Balkendiagramm der Monatssummen: ${bars}`,
  },
  arithmetic: {
    title: 'So entsteht der Betrag',
    rule: 'Abzurechnende Menge = Summe der höchsten Zahlen (Spitzen) je Standort, Mandant und Zählgröße im Zeitraum.',
    instead: {
      sum: (meters) => `Statt der höchsten Zahl, bei ${meters}, die Summe aller Tage.`,
      last: (meters) => `Statt der höchsten Zahl, bei ${meters}, die letzte.`,
    },
    columns: { meter: 'Zählgröße', formula: 'Summe der Zahlen', quantity: 'Menge', price: 'Preis', amount: 'Betrag' },
    sumOfCounts: (sum, count) => `${sum} (Summe von ${count} Zahlen)`,
    sumOfRounded: (count) => `Summe von ${count} einzeln gerundeten Zeilen`,
    licensed: (units) => `${units} (Laufzeitlizenz)`,
    firstMonth: (units) => `${units} (erster Monat, nicht abgerechnet)`,
  },
  prices: {
    per_unit: ({ unitPrice }) => `${unitPrice} je Einheit`,
    graduated: ({ tiers }) => `Jede Einheit zum Preis ihrer eigenen Stufe: ${tiers.map(tier).join('; ')}`,
    volume: ({ tiers }) => `Alle Einheiten zum Preis der Stufe der Gesamtmenge: ${tiers.map(tier).join('; ')}`,
    package: ({ size, packagePrice }) => `${packagePrice} je Paket zu ${size}, angebrochene Pakete zählen`,
  },
  usage: {
    title: 'Nutzung',
    columns: {
      no: 'Nr.',
      where: 'Standort und Mandant',
      meter: 'Zählgröße',
      count: 'Gezählt',
      quantity: 'Menge',
      price: 'Preis',
      amount: 'Betrag',
    },
    unassigned: 'Nicht zugeordneter Mandant',
    licensed: (units) => `abzüglich ${units} lizenziert`,
    licensedDays: (days, count, licensed, metered) => `${days}: ${count} abzüglich ${licensed} lizenziert = ${metered}`,
    highestDays: 'Tag für Tag, der höchste Wert zählt:',
    firstMonth: 'erster Monat, nicht abgerechnet',
    packagesOf: (size) => `Pakete zu ${size}`,
    inOpenPackage: (units) => `${units} in einem Paket, das eine frühere Zeile angebrochen hat`,
  },
  terms: {
    title: 'Laufzeitlizenzen',
    rule: 'Einheiten × Preis je Einheit und Jahr × Jahre; zu einer Lizenz Hinzugefügtes: dasselbe × Resttage / Tage der Laufzeit. Einmal gerundet.',
    columns: { days: 'Tage' },
    wholeSite: 'ganzer Standort',
    extension: (daysLeft, termDays) => `zu einer Lizenz hinzugefügt für ${daysLeft} ihrer ${termDays} Tage`,
    price: (currency) => `Preis je Einheit und Jahr in ${currency}`,
    instalment: (no, of) => `Rate ${no} von ${of}`,
  },
  corrections: {
    title: 'Korrekturen früherer Zeiträume',
    prices:
      'Jener Monat im Ganzen neu bewertet, nach seinen eigenen Regeln, Preisen und seinem Kurs, abzüglich dessen, was bisher dafür berechnet wurde.',
    rated: (amount) => `ergibt ${amount}`,
    billed: (amount) => `abzüglich bisher berechnet ${amount}`,
    minimum: (amount) => `Monatliches Minimum von ${amount}`,
    columns: {
      no: 'Nr.',
      where: 'Standort und Mandant',
      meter: 'Zählgröße',
      corrects: 'Korrigiert',
      was: 'Bisher',
      now: 'Jetzt',
      amount: 'Betrag',
    },
    reasons: {
      estimate_confirmed: 'Schätzung durch Bericht ersetzt',
      late_usage: 'verspätet eingegangene Nutzung',
      rated_again: 'mit dem Monat neu bewertet',
      deferred: 'verschoben, nun entschieden',
    },
    byHand: {
      minimum: 'Monatlicher Mindestbetrag',
      line: (no) => `Zeile ${no}`,
      reason: (reason) => `Grund: ${reason}`,
      changes: {
        amount: 'Betrag vom Partnerteam geändert',
        quantity: 'Menge vom Partnerteam berichtigt',
        waiver: 'vom Partnerteam erlassen',
      },
    },
  },
  totals: {
    usage: 'Nutzung',
    terms: 'Laufzeitlizenzen',
    corrections: 'Korrekturen früherer Zeiträume',
    minimum: (minimum) => `Bis zum monatlichen Mindestbetrag von ${minimum}`,
    total: 'Summe',
  },
  findings: {
    title: 'Abweichungen und wie sie geklärt wurden',
    none: 'Der Abgleich ergab keine Abweichungen.',
    columns: { kind: 'Abweichung', where: 'Wo', found: 'Befund', settled: 'Klärung' },
    wholeStatement: 'Ganze Abrechnung',
    byRule: (done) => `Nach Regel: ${done}.`,
    byDefault: (done) => `In der Prüffrist nicht entschieden; Vorgabe angewandt: ${done}.`,
    byPerson: (decision) => `Durch das Partnerteam: ${decision}.`,
    reason: (reason) => `Begründung: ${reason}`,
  },
  exchange: {
    title: 'Wechselkurs',
    ecb: 'Europäische Zentralbank, Euro-Referenzkurse',
    text: (rate, day, source) => fullStop(`${rate}, veröffentlicht für den ${day} von ${source}`),
    rounding: (currency) =>
      `Die Preise stehen in der Währung der Preisliste. Jede Zeile wird zu diesem Kurs umgerechnet und einmal auf ${currency} gerundet.`,
  },
  notes: {
    title: 'Hinweise',
    estimated:
      'Geschätzt: Der Standort hat nicht rechtzeitig berichtet. Die Menge ist sein höchster Check-in oder seine letzte bestätigte Zahl und wird in einem späteren Zeitraum korrigiert, sobald der Bericht eintrifft.',
    waived: 'Erlassen: Das Partnerteam hat entschieden, diese Menge nicht abzurechnen.',
    deferred: 'Verschoben: Diese Menge wird in einem späteren Zeitraum abgerechnet.',
    rounding: 'Jede Zeile wird einmal kaufmännisch gerundet; die Zeilen ergeben genau die Summe.',
    attachment: 'Die Zeilen sind diesem Dokument als CSV-Datei beigefügt.',
  },
  attachment: 'Zeilen der Abrechnung, durch Kommas getrennt',
  page: (page, pages) => `Seite ${page} von ${pages}`,
};

import { fullStop } from '../format.js';
import type { Translation } from '../translation.js';

export const tenantDocument: NonNullable<Translation['tenantDocument']> = {
  documentName: 'Nutzung und Entgelte',
  title: (reference, period) => `Nutzung und Entgelte ${reference}, ${period}`,
  notInvoice: (msp) => fullStop(`Dies ist keine Rechnung, sondern deren Grundlage. Die Rechnung schreibt ${msp}`),
  parties: { from: 'Von', for: 'Für' },
  facts: { reference: 'Zeichen', statement: 'Abrechnungsnummer' },
  rows: 'Was genutzt wurde und was es kostet',
  nothing: 'In diesem Zeitraum wurde nichts gezählt.',
  columns: { where: 'Standort und Einheit', price: 'Preis je Einheit' },
  changed: (from, to) => `${from} → ${to}`,
  credited: 'durch Gutschrift',
  unpriced: {
    no_price: 'kein Preis',
    licence: 'kein Preis: Lizenz mit Laufzeit',
    by_hand: 'kein Preis: zum Teil schon abgezogen',
  },
  total: (currency) => `Summe in ${currency}, vor Steuern`,
  notes: {
    statement: (number, revision) =>
      `Die Mengen sind die der Abrechnung ${number}, Fassung ${revision}, und der Gutschriften dazu. Die Preise sind die des Absenders.`,
    rounding:
      'Jede Zeile ist einmal gerundet; die Zeilen ergeben die Summe. Steuern und Rechnungsnummer sind Sache des Absenders.',
  },
  attachment: 'Die Zeilen als CSV',
};

import type { QuoteMessages } from '../messages.js';

export const quote: QuoteMessages = {
  documentName: 'Serviceangebot',
  title: (number, company) => `Serviceangebot ${number}, ${company}`,
  bindsNobody: 'Dieses Angebot ist unverbindlich und bindet niemanden. Es ist weder Bestellung noch Rechnung.',
  parties: { from: 'Von', for: 'Für' },
  facts: { programme: 'Programm', product: 'Produkt', term: 'Laufzeit', validUntil: 'Gültig bis' },
  years: { one: 'Jahr', other: 'Jahre' },
  total: 'Summe',
  until: (day) => `Gültig bis ${day}.`,
  rows: 'Was angeboten wird',
  wished: (wish) => `Angefragt: ${wish}`,
  columns: { what: 'Position', price: 'Einzelpreis' },
  notes: {
    order:
      'Wer es annimmt, bestellt zu diesen Preisen; die Bestellung wird dann wie jede andere genehmigt oder abgelehnt.',
    tax: 'Jede Position wird einmal gerundet; die Positionen ergeben die Summe. Steuern sind nicht enthalten.',
  },
};

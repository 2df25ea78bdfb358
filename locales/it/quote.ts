import type { QuoteMessages } from '../messages.js';

export const quote: QuoteMessages = {
  documentName: 'Preventivo di servizio',
  title: (number, company) => `Preventivo di servizio ${number}, ${company}`,
  bindsNobody: 'Questo preventivo non vincola nessuno. Non è un ordine né una fattura.',
  parties: { from: 'Da', for: 'Per' },
  facts: { programme: 'Programma', product: 'Prodotto', term: 'Durata', validUntil: 'Valido fino al' },
  years: { one: 'anno', other: 'anni' },
  total: 'Totale',
  until: (day) => `Valido fino al ${day}.`,
  rows: 'Voci del preventivo',
  wished: (wish) => `Richiesta: ${wish}`,
  columns: { what: 'Voce', price: 'Prezzo unitario' },
  notes: {
    order: 'Chi lo accetta ordina a questi prezzi; l’ordine viene poi approvato o rifiutato come ogni altro.',
    tax: 'Ogni voce è arrotondata una volta; le voci danno il totale. Le imposte non sono comprese.',
  },
};

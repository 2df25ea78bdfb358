import type { QuoteMessages } from '../messages.js';

export const quote: QuoteMessages = {
  documentName: 'Oferta serwisowa',
  title: (number, company) => `Oferta serwisowa ${number}, ${company}`,
  bindsNobody: 'Oferta nikogo nie wiąże. Nie jest zamówieniem ani fakturą.',
  parties: { from: 'Od', for: 'Dla' },
  facts: { programme: 'Program', product: 'Produkt', term: 'Okres', validUntil: 'Ważna do' },
  years: { one: 'rok', few: 'lata', many: 'lat', other: 'roku' },
  total: 'Razem',
  until: (day) => `Ważna do ${day}.`,
  rows: 'Przedmiot oferty',
  wished: (wish) => `Prośba: ${wish}`,
  columns: { what: 'Pozycja', price: 'Cena jednostkowa' },
  notes: {
    order: 'Kto ją przyjmuje, zamawia po tych cenach; zamówienie jest potem zatwierdzane lub odrzucane jak każde inne.',
    tax: 'Każda pozycja jest zaokrąglana raz; pozycje dają sumę. Podatki nie są uwzględnione.',
  },
};

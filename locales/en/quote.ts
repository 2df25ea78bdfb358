import type { QuoteMessages } from '../messages.js';

export const quote: QuoteMessages = {
  documentName: 'Service quote',
  title: (number, company) => `Service quote ${number}, ${company}`,
  bindsNobody: 'This quote binds nobody. It is no order and no invoice.',
  parties: { from: 'From', for: 'For' },
  facts: { programme: 'Programme', product: 'Product', term: 'Term', validUntil: 'Valid until' },
  years: { one: 'year', other: 'years' },
  total: 'Total',
  until: (day) => `Valid until ${day}.`,
  rows: 'What is quoted',
  wished: (wish) => `Asked for: ${wish}`,
  columns: { what: 'What', price: 'Price each' },
  notes: {
    order: 'Whoever accepts it orders at these prices; the order is then approved or refused like any other.',
    tax: 'Each line is rounded once; the lines add up to the total. Tax is not part of it.',
  },
};

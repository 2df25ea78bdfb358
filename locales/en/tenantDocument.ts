import { fullStop } from '../format.js';
import type { TenantDocumentMessages } from '../messages.js';

export const tenantDocument: TenantDocumentMessages = {
  documentName: 'Usage and charges',
  title: (reference, period) => `Usage and charges ${reference}, ${period}`,
  notInvoice: (msp) => fullStop(`This is not an invoice. It is the basis of one, which is written by ${msp}`),
  parties: { from: 'From', for: 'For' },
  facts: { reference: 'Reference', statement: 'Statement no.' },
  rows: 'What was used, and what it costs',
  nothing: 'Nothing was counted in this period.',
  columns: { where: 'Site and unit', price: 'Unit price' },
  changed: (from, to) => `${from} → ${to}`,
  credited: 'by credit',
  unpriced: {
    no_price: 'no price',
    licence: 'no price: licence for a term',
    by_hand: 'no price: partly taken off before',
  },
  total: (currency) => `Total in ${currency}, before tax`,
  notes: {
    statement: (number, revision) =>
      `Quantities are those of statement ${number}, revision ${revision}, and of the credits to it. Prices are the sender’s own.`,
    rounding:
      'Each line is rounded once; the lines add up to the total. Tax and the number of the invoice are the sender’s.',
  },
  attachment: 'The lines, comma-separated',
};

import { fullStop } from '../format.js';
import type { Translation } from '../translation.js';

export const tenantDocument: NonNullable<Translation['tenantDocument']> = {
  documentName: 'Consumi e corrispettivi',
  title: (reference, period) => `Consumi e corrispettivi ${reference}, ${period}`,
  notInvoice: (msp) => fullStop(`Questo documento non è una fattura, ma la sua base. La fattura è emessa da ${msp}`),
  parties: { from: 'Da', for: 'Per' },
  facts: { reference: 'Riferimento', statement: 'Numero dell’estratto' },
  rows: 'Che cosa è stato usato e quanto costa',
  nothing: 'In questo periodo non è stato rilevato nulla.',
  columns: { where: 'Sede e unità', price: 'Prezzo unitario' },
  changed: (from, to) => `${from} → ${to}`,
  credited: 'con nota di accredito',
  unpriced: {
    no_price: 'senza prezzo',
    licence: 'senza prezzo: licenza a termine',
    by_hand: 'senza prezzo: in parte già detratto',
  },
  total: (currency) => `Totale in ${currency}, al netto delle imposte`,
  notes: {
    statement: (number, revision) =>
      `Le quantità sono quelle dell’estratto ${number}, revisione ${revision}, e delle relative note di accredito. I prezzi sono quelli del mittente.`,
    rounding:
      'Ogni riga è arrotondata una volta; le righe danno il totale. Imposte e numero della fattura spettano al mittente.',
  },
  attachment: 'Le righe in formato CSV',
};

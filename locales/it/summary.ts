import type { Translation } from '../translation.js';

export const summary: NonNullable<Translation['summary']> = {
  documentName: 'Riepilogo di fatturazione',
  supplement: (n) => `Supplemento ${n}`,
  title: (period, distributor) => `Riepilogo di fatturazione ${period}, ${distributor}`,
  intro: (distributor, vendor) =>
    `${vendor} ha emesso gli estratti seguenti. ${distributor} li fattura ai managed service provider.`,
  statements: { one: 'estratto', other: 'estratti' },
  facts: { distributor: 'Per', vendor: 'Emesso da', period: 'Periodo', date: 'Data', statements: 'Estratti' },
  totals: { title: 'Totali', columns: { currency: 'Valuta', statements: 'Estratti', total: 'Totale' } },
  columns: { number: 'Numero', msp: 'Managed service provider', lines: 'Righe', marks: 'Di cui', total: 'Totale' },
  list: 'Estratti',
  none: 'In questo pacchetto non è stato emesso alcun estratto.',
  credits: {
    title: 'Note di accredito',
    text: 'Note di accredito emesse dopo il pacchetto precedente. Nei totali sono detratte.',
    counted: { one: 'nota di accredito', other: 'note di accredito' },
    columns: { date: 'Data', corrects: 'Riferita a', amount: 'Importo' },
  },
  parked: {
    title: 'Ancora aperti',
    text: 'Questi estratti attendono una decisione. Seguiranno in un supplemento.',
    columns: { msp: 'Managed service provider', reason: 'Motivo' },
  },
  parkedBy: {
    codes: {
      EXCHANGE_RATE_MISSING: 'Manca un tasso di cambio.',
      PRICE_MISSING: 'Nel listino manca un prezzo.',
      PRICE_PLAN_MISSING: 'Per questo mese non c’è un listino.',
      total_moved:
        'Il totale si discosta molto dall’ultimo estratto, oppure un primo estratto supera l’importo stabilito: deve confermarlo una seconda persona.',
    },
    byCase: (kind) => `In attesa di una decisione su: ${kind}`,
    other: (code) => `Kontor non ha potuto preparare questo estratto (${code}); se ne occupa il team partner.`,
    unknown: 'In attesa del team partner.',
  },
  attachment: 'Righe di tutti gli estratti e le note di accredito, separate da virgole',
};

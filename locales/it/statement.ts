import type { WrittenTier } from '../../domain/pricing/index.js';
import { fullStop } from '../format.js';
import type { Translation } from '../translation.js';

const tier = ({ from, to, price }: WrittenTier) =>
  to === null ? `da ${from}: ${price}` : `da ${from} a ${to}: ${price}`;

export const statement: NonNullable<Translation['statement']> = {
  documentName: 'Estratto dei consumi',
  title: (number, period) => `Estratto dei consumi ${number}, ${period}`,
  notInvoice: (distributor) => fullStop(`Questo estratto non è una fattura. La fattura è emessa da ${distributor}`),
  parties: { msp: 'Estratto per', distributor: 'Fatturazione a cura di', vendor: 'Emesso da' },
  registrationNumber: (number) => `N. reg. ${number}`,
  facts: {
    number: 'Numero',
    revision: 'Revisione',
    date: 'Data',
    period: 'Periodo',
    zone: 'Fuso orario',
    currency: 'Valuta',
    pricePlan: 'Listino',
  },
  days: (first, last) => `dal ${first} al ${last}`,
  pricePlan: (name, validFrom) => `${name}, decorrenza ${validFrom}`,
  total: (period) => `Totale di ${period}`,
  lines: { one: 'riga', other: 'righe' },
  estimatedLines: { one: 'riga stimata', other: 'righe stimate' },
  correctionLines: { one: 'rettifica', other: 'rettifiche' },
  noUsage: 'In questo periodo non è stato rilevato alcun consumo.',
  chart: {
    title: (currency) => `Ultimi mesi, in ${currency}`,
    alt: (bars) => `Grafico a barre dei totali mensili: ${bars}`,
  },
  arithmetic: {
    title: 'Come si forma l’importo',
    rule: 'Quantità fatturabile = somma, su tutte le sedi, del valore massimo (picco) per sede, cliente e misura nel periodo.',
    instead: {
      sum: (meters) => `Invece del valore massimo, per ${meters}, la somma di tutti i giorni.`,
      last: (meters) => `Invece del valore massimo, per ${meters}, l’ultimo valore.`,
    },
    columns: {
      meter: 'Misura',
      formula: 'Somma dei conteggi',
      quantity: 'Quantità',
      price: 'Prezzo',
      amount: 'Importo',
    },
    sumOfCounts: (sum, count) => `${sum} (somma di ${count} conteggi)`,
    sumOfRounded: (count) => `somma di ${count} righe arrotondate singolarmente`,
    licensed: (units) => `${units} (licenza a termine)`,
    firstMonth: (units) => `${units} (primo mese, non fatturato)`,
  },
  prices: {
    per_unit: ({ unitPrice }) => `${unitPrice} per unità`,
    graduated: ({ tiers }) => `Ogni unità al prezzo del proprio scaglione: ${tiers.map(tier).join('; ')}`,
    volume: ({ tiers }) => `Tutte le unità al prezzo dello scaglione del totale: ${tiers.map(tier).join('; ')}`,
    package: ({ size, packagePrice }) => `${packagePrice} per pacchetto da ${size}; contano i pacchetti iniziati`,
  },
  usage: {
    title: 'Consumi',
    columns: {
      no: 'N.',
      where: 'Sede e cliente',
      meter: 'Misura',
      count: 'Conteggio',
      quantity: 'Quantità',
      price: 'Prezzo',
      amount: 'Importo',
    },
    unassigned: 'Cliente non assegnato',
    licensed: (units) => `meno ${units} con licenza`,
    licensedDays: (days, count, licensed, metered) => `${days}: ${count} meno ${licensed} con licenza = ${metered}`,
    highestDays: 'giorno per giorno, conta il valore più alto:',
    firstMonth: 'primo mese, non fatturato',
    packagesOf: (size) => `pacchetti da ${size}`,
    inOpenPackage: (units) => `${units} in un pacchetto aperto da una riga precedente`,
  },
  terms: {
    title: 'Licenze a termine',
    rule: 'Unità × prezzo per unità e anno × anni; per le aggiunte a una licenza: lo stesso × giorni rimanenti / giorni della durata. Arrotondato una volta.',
    columns: { days: 'Giorni' },
    wholeSite: 'intera sede',
    extension: (daysLeft, termDays) => `aggiunta a una licenza per ${daysLeft} dei suoi ${termDays} giorni`,
    price: (currency) => `prezzo per unità e anno in ${currency}`,
    instalment: (no, of) => `rata ${no} di ${of}`,
    instalmentDue: (due, before) => `dovuti finora ${due} meno ${before} prima`,
  },
  corrections: {
    title: 'Rettifiche di periodi precedenti',
    prices:
      'Quel mese ricalcolato per intero, con le sue regole, i suoi prezzi e il suo cambio, meno quanto finora addebitato.',
    rated: (amount) => `risulta ${amount}`,
    billed: (amount) => `meno quanto finora addebitato ${amount}`,
    withheld: (amount) => `più quanto già stornato a mano ${amount}`,
    minimum: (amount) => `Minimo mensile di ${amount}`,
    columns: {
      no: 'N.',
      where: 'Sede e cliente',
      meter: 'Misura',
      corrects: 'Rettifica di',
      was: 'Prima',
      now: 'Ora',
      amount: 'Importo',
    },
    reasons: {
      estimate_confirmed: 'stima sostituita dal rapporto',
      late_usage: 'utilizzo pervenuto in ritardo',
      rated_again: 'ricalcolato con il mese',
      deferred: 'rinviata, ora decisa',
    },
    byHand: {
      minimum: 'Minimo mensile',
      line: (no) => `riga ${no}`,
      reason: (reason) => `Motivo: ${reason}`,
      changes: {
        amount: 'importo modificato dal team partner',
        quantity: 'quantità corretta dal team partner',
        waiver: 'abbuonato dal team partner',
      },
    },
  },
  totals: {
    usage: 'Consumi',
    terms: 'Licenze a termine',
    corrections: 'Rettifiche di periodi precedenti',
    minimum: (minimum) => `Fino al minimo mensile di ${minimum}`,
    total: 'Totale',
  },
  findings: {
    title: 'Discordanze e come sono state risolte',
    none: 'La riconciliazione non ha rilevato discordanze.',
    columns: { kind: 'Discordanza', where: 'Dove', found: 'Rilevato', settled: 'Esito' },
    wholeStatement: 'Intero estratto',
    byRule: (done) => `Per regola: ${done}.`,
    byDefault: (done) => `Nessuna decisione entro la verifica; applicata l’impostazione prevista: ${done}.`,
    byPerson: (decision) => `Dal team partner: ${decision}.`,
    reason: (reason) => `Motivo: ${reason}`,
  },
  exchange: {
    title: 'Tasso di cambio',
    ecb: 'Banca centrale europea, tassi di cambio di riferimento dell’euro',
    text: (rate, day, source) => fullStop(`${rate}, pubblicato con data ${day} da ${source}`),
    rounding: (currency) =>
      `I prezzi sono nella valuta del listino. Ogni riga è convertita a questo tasso e arrotondata una sola volta in ${currency}.`,
  },
  notes: {
    title: 'Note',
    estimated:
      'Stimata: la sede non ha inviato il rapporto in tempo. La quantità è il massimo rilevato o l’ultimo valore confermato e viene rettificata in un periodo successivo, all’arrivo del rapporto.',
    waived: 'Condonata: il team partner ha deciso di non fatturare questa quantità.',
    deferred: 'Rinviata: questa quantità sarà conteggiata in un periodo successivo.',
    rounding:
      'Ogni riga è arrotondata una sola volta, per eccesso da metà; la somma delle righe è esattamente il totale.',
    attachment: 'Le righe sono allegate a questo documento come file CSV.',
  },
  attachment: 'Righe dell’estratto, separate da virgole',
  page: (page, pages) => `Pagina ${page} di ${pages}`,
};

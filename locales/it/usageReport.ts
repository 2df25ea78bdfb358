import type { UsageReportMessages } from '../messages.js';

export const usageReport: UsageReportMessages = {
  documentName: 'Rapporto d’uso',
  title: (period, subject) => `Rapporto d’uso ${period}, ${subject}`,
  intro:
    'Ciò che le sedi hanno comunicato l’ultimo giorno del mese: il numero più alto di ogni tipo, degli eventi tutti. Accanto, quanto visto nei check-in giornalieri e il primo giorno in cui è stato raggiunto. Conta quanto comunicato; quanto visto conta dove è chiaramente di più o dove manca un rapporto. Stime e decisioni sono soltanto sull’estratto dei consumi.',
  facts: { msp: 'Managed service provider', programme: 'Programma' },
  sitesOf: { managed: 'Sedi gestite', standalone: 'Sedi singole' },
  kinds: { managed: 'gestita', standalone: 'singola, chiave inserita a mano' },
  totals: 'Tutte le sedi insieme',
  bySite: 'Sede per sede',
  nothing: 'Di questo mese non è arrivato nulla.',
  nothingUsed: 'Secondo i rapporti non è stato usato nulla.',
  noReport: 'nessun rapporto',
  reportedOn: (day) => `comunicato il ${day}`,
  columns: {
    site: 'Sede',
    tenant: 'Tenant',
    meter: 'Tipo',
    reported: 'Comunicato',
    highest: 'Visto',
    highestOn: 'Giorno',
    counted: 'Conta',
    total: 'Totale',
  },
  attachment: 'Lo stesso in formato CSV',
};

import type { UsageReportMessages } from '../messages.js';

export const usageReport: UsageReportMessages = {
  documentName: 'Nutzungsbericht',
  title: (period, subject) => `Nutzungsbericht ${period}, ${subject}`,
  intro:
    'Was die Standorte am letzten Tag des Monats gemeldet haben: die höchste Anzahl jeder Art. Daneben, was in ihren täglichen Check-ins gesehen wurde, und der erste Tag, an dem es so viel war.',
  facts: { msp: 'Managed Service Provider', programme: 'Programm' },
  sitesOf: { managed: 'Verwaltete Standorte', standalone: 'Einzelstandorte' },
  kinds: { managed: 'verwaltet', standalone: 'einzeln, Schlüssel von Hand eingegeben' },
  totals: 'Alle Standorte zusammen',
  bySite: 'Standort für Standort',
  nothing: 'Von diesem Monat kam nichts.',
  noReport: 'kein Bericht',
  reportedOn: (day) => `gemeldet am ${day}`,
  columns: {
    site: 'Standort',
    tenant: 'Mandant',
    meter: 'Art',
    reported: 'Gemeldet',
    highest: 'Gesehen',
    highestOn: 'Am',
    total: 'Summe',
  },
  attachment: 'Dasselbe als CSV',
};

import type { UsageReportMessages } from '../messages.js';

export const usageReport: UsageReportMessages = {
  documentName: 'Nutzungsbericht',
  title: (period, subject) => `Nutzungsbericht ${period}, ${subject}`,
  intro:
    'Was die Standorte am letzten Tag des Monats gemeldet haben: die höchste Anzahl jeder Art, bei Ereignissen alle. Daneben, was in ihren täglichen Check-ins gesehen wurde, und der erste Tag, an dem es so viel war. Es zählt das Gemeldete, und das Gesehene, wo es deutlich mehr ist oder ein Bericht fehlt. Schätzungen und Entscheidungen stehen allein auf der Nutzungsabrechnung.',
  facts: { msp: 'Managed Service Provider', programme: 'Programm' },
  sitesOf: { managed: 'Verwaltete Standorte', standalone: 'Einzelstandorte' },
  kinds: { managed: 'verwaltet', standalone: 'einzeln, Schlüssel von Hand eingegeben' },
  totals: 'Alle Standorte zusammen',
  bySite: 'Standort für Standort',
  nothing: 'Von diesem Monat kam nichts.',
  nothingUsed: 'Den Berichten nach wurde nichts genutzt.',
  noReport: 'kein Bericht',
  reportedOn: (day) => `gemeldet am ${day}`,
  columns: {
    site: 'Standort',
    tenant: 'Mandant',
    meter: 'Art',
    reported: 'Gemeldet',
    highest: 'Gesehen',
    highestOn: 'Am',
    counted: 'Zählt',
    total: 'Summe',
  },
  attachment: 'Dasselbe als CSV',
};

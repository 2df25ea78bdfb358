import type { UsageReportMessages } from '../messages.js';

export const usageReport: UsageReportMessages = {
  documentName: 'Raport użycia',
  title: (period, subject) => `Raport użycia ${period}, ${subject}`,
  intro:
    'Co lokalizacje zgłosiły ostatniego dnia miesiąca: najwyższa liczba każdego rodzaju, a zdarzenia wszystkie. Obok to, co widziano w codziennych zgłoszeniach, i pierwszy dzień, w którym tyle było. Liczy się to, co zgłoszono, a to, co widziano, tam, gdzie jest wyraźnie większe lub gdzie raportu nie ma. Szacunki i decyzje są tylko na zestawieniu.',
  facts: { msp: 'Dostawca usług zarządzanych', programme: 'Program' },
  sitesOf: { managed: 'Lokalizacje zarządzane', standalone: 'Lokalizacje samodzielne' },
  kinds: { managed: 'zarządzana', standalone: 'samodzielna, klucz wpisany ręcznie' },
  totals: 'Wszystkie lokalizacje razem',
  bySite: 'Lokalizacja po lokalizacji',
  nothing: 'Z tego miesiąca nic nie nadeszło.',
  nothingUsed: 'Według raportów niczego nie użyto.',
  noReport: 'brak raportu',
  reportedOn: (day) => `zgłoszono ${day}`,
  columns: {
    site: 'Lokalizacja',
    tenant: 'Klient',
    meter: 'Rodzaj',
    reported: 'Zgłoszono',
    highest: 'Widziano',
    highestOn: 'Dnia',
    counted: 'Liczy się',
    total: 'Suma',
  },
  attachment: 'To samo w formacie CSV',
};

import type { UsageReportMessages } from '../messages.js';

export const usageReport: UsageReportMessages = {
  documentName: 'Raport użycia',
  title: (period, subject) => `Raport użycia ${period}, ${subject}`,
  intro:
    'Co lokalizacje zgłosiły ostatniego dnia miesiąca: najwyższa liczba każdego rodzaju. Obok to, co widziano w codziennych zgłoszeniach, i pierwszy dzień, w którym tyle było.',
  facts: { msp: 'Dostawca usług zarządzanych', programme: 'Program' },
  sitesOf: { managed: 'Lokalizacje zarządzane', standalone: 'Lokalizacje samodzielne' },
  kinds: { managed: 'zarządzana', standalone: 'samodzielna, klucz wpisany ręcznie' },
  totals: 'Wszystkie lokalizacje razem',
  bySite: 'Lokalizacja po lokalizacji',
  nothing: 'Z tego miesiąca nic nie nadeszło.',
  noReport: 'brak raportu',
  reportedOn: (day) => `zgłoszono ${day}`,
  columns: {
    site: 'Lokalizacja',
    tenant: 'Klient',
    meter: 'Rodzaj',
    reported: 'Zgłoszono',
    highest: 'Widziano',
    highestOn: 'Dnia',
    total: 'Suma',
  },
  attachment: 'To samo w formacie CSV',
};

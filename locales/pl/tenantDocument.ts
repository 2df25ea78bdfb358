import { fullStop } from '../format.js';
import type { Translation } from '../translation.js';

export const tenantDocument: NonNullable<Translation['tenantDocument']> = {
  documentName: 'Użycie i opłaty',
  title: (reference, period) => `Użycie i opłaty ${reference}, ${period}`,
  notInvoice: (msp) => fullStop(`To nie jest faktura, lecz jej podstawa. Fakturę wystawia ${msp}`),
  parties: { from: 'Od', for: 'Dla' },
  facts: { reference: 'Oznaczenie', statement: 'Numer zestawienia' },
  rows: 'Co było używane i ile kosztuje',
  nothing: 'W tym okresie niczego nie odnotowano.',
  columns: { where: 'Lokalizacja i jednostka', price: 'Cena jednostkowa' },
  changed: (from, to) => `${from} → ${to}`,
  credited: 'notą uznaniową',
  unpriced: {
    no_price: 'brak ceny',
    licence: 'brak ceny: licencja terminowa',
    by_hand: 'brak ceny: częściowo już odliczono',
  },
  total: (currency) => `Razem w ${currency}, przed podatkiem`,
  notes: {
    statement: (number, revision) =>
      `Ilości pochodzą z zestawienia ${number}, wersja ${revision}, i z not uznaniowych do niego. Ceny są cenami nadawcy.`,
    rounding: 'Każda pozycja jest zaokrąglona raz; pozycje dają sumę. Podatek i numer faktury należą do nadawcy.',
  },
  attachment: 'Pozycje w formacie CSV',
};

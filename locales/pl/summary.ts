import { fullStop } from '../format.js';
import type { Translation } from '../translation.js';

export const summary: NonNullable<Translation['summary']> = {
  documentName: 'Podsumowanie rozliczeń',
  supplement: (n) => `Uzupełnienie ${n}`,
  title: (period, distributor) => `Podsumowanie rozliczeń ${period}, ${distributor}`,
  intro: (distributor, vendor) =>
    fullStop(
      `Wystawca poniższych zestawień: ${fullStop(vendor)} Faktury dla dostawców usług zarządzanych wystawia ${distributor}`,
    ),
  statements: { one: 'zestawienie', few: 'zestawienia', many: 'zestawień', other: 'zestawienia' },
  facts: { distributor: 'Dla', vendor: 'Wystawca', period: 'Okres', date: 'Data', statements: 'Zestawienia' },
  totals: { title: 'Sumy', columns: { currency: 'Waluta', statements: 'Zestawienia', total: 'Razem' } },
  columns: { number: 'Numer', msp: 'Dostawca usług zarządzanych', lines: 'Pozycje', marks: 'W tym', total: 'Razem' },
  list: 'Zestawienia',
  none: 'W tym pakiecie nie wystawiono żadnych zestawień.',
  credits: {
    title: 'Noty uznaniowe',
    text: 'Noty uznaniowe wystawione od poprzedniego pakietu. W sumach są odjęte.',
    counted: { one: 'nota uznaniowa', few: 'noty uznaniowe', many: 'not uznaniowych', other: 'noty uznaniowej' },
    columns: { date: 'Data', corrects: 'Dotyczy zestawienia', amount: 'Kwota' },
  },
  parked: {
    title: 'Jeszcze otwarte',
    text: 'Te zestawienia czekają na decyzję. Zostaną przesłane w uzupełnieniu.',
    columns: { msp: 'Dostawca usług zarządzanych', reason: 'Powód' },
  },
  parkedBy: {
    codes: {
      EXCHANGE_RATE_MISSING: 'Brakuje kursu wymiany.',
      PRICE_MISSING: 'W cenniku brakuje ceny.',
      PRICE_PLAN_MISSING: 'Na ten miesiąc nie ma cennika.',
      total_moved:
        'Suma znacznie odbiega od ostatniego zestawienia albo pierwsze zestawienie przekracza ustaloną kwotę: musi ją potwierdzić druga osoba.',
    },
    byCase: (kind) => `Czeka na decyzję w sprawie: ${kind}`,
    other: (code) => `Kontor nie mógł przygotować tego zestawienia (${code}); zajmuje się tym zespół partnerski.`,
    unknown: 'Czeka na zespół partnerski.',
  },
  attachment: 'Pozycje wszystkich zestawień i not uznaniowych rozdzielone przecinkami',
};

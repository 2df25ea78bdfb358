import type { WrittenTier } from '../../domain/pricing/index.js';
import { fullStop } from '../format.js';
import type { Translation } from '../translation.js';

const tier = ({ from, to, price }: WrittenTier) =>
  to === null ? `od ${from}: ${price}` : `od ${from} do ${to}: ${price}`;

export const statement: NonNullable<Translation['statement']> = {
  documentName: 'Zestawienie użycia',
  title: (number, period) => `Zestawienie użycia ${number}, ${period}`,
  notInvoice: (distributor) => fullStop(`To zestawienie nie jest fakturą. Fakturę wystawia ${distributor}`),
  parties: { msp: 'Zestawienie dla', distributor: 'Fakturę wystawia', vendor: 'Wystawca zestawienia' },
  registrationNumber: (number) => `Nr rej. ${number}`,
  facts: {
    number: 'Numer',
    revision: 'Wersja',
    date: 'Data',
    period: 'Okres',
    zone: 'Strefa czasowa',
    currency: 'Waluta',
    pricePlan: 'Cennik',
  },
  days: (first, last) => `od ${first} do ${last}`,
  pricePlan: (name, validFrom) => `${name}, ważny od ${validFrom}`,
  total: (period) => `Razem za okres ${period}`,
  lines: { one: 'pozycja', few: 'pozycje', many: 'pozycji', other: 'pozycji' },
  estimatedLines: {
    one: 'pozycja szacunkowa',
    few: 'pozycje szacunkowe',
    many: 'pozycji szacunkowych',
    other: 'pozycji szacunkowej',
  },
  correctionLines: { one: 'korekta', few: 'korekty', many: 'korekt', other: 'korekty' },
  noUsage: 'W tym okresie nie odnotowano żadnego użycia.',
  chart: {
    title: (currency) => `Ostatnie miesiące, w ${currency}`,
    alt: (bars) => `Wykres słupkowy sum miesięcznych: ${bars}`,
  },
  arithmetic: {
    title: 'Jak powstaje kwota',
    rule: 'Ilość do rozliczenia = suma najwyższych wartości (szczytów) dla każdej lokalizacji, klienta i miary w okresie.',
    instead: {
      sum: (meters) => `Zamiast najwyższej wartości, dla ${meters}, suma ze wszystkich dni.`,
      last: (meters) => `Zamiast najwyższej wartości, dla ${meters}, ostatnia wartość.`,
    },
    columns: { meter: 'Miara', formula: 'Suma liczb', quantity: 'Ilość', price: 'Cena', amount: 'Kwota' },
    sumOfCounts: (sum, count) => `${sum} (suma, liczba składników: ${count})`,
    sumOfRounded: (count) => `suma ${count} pozycji, z których każdą zaokrąglono`,
    licensed: (units) => `${units} (licencja terminowa)`,
    firstMonth: (units) => `${units} (pierwszy miesiąc, bez opłaty)`,
  },
  prices: {
    per_unit: ({ unitPrice }) => `${unitPrice} za jednostkę`,
    graduated: ({ tiers }) => `Każda jednostka po cenie swojego progu: ${tiers.map(tier).join('; ')}`,
    volume: ({ tiers }) => `Wszystkie jednostki po cenie progu łącznej ilości: ${tiers.map(tier).join('; ')}`,
    package: ({ size, packagePrice }) => `${packagePrice} za pakiet po ${size}; liczą się rozpoczęte pakiety`,
  },
  usage: {
    title: 'Użycie',
    columns: {
      no: 'Lp.',
      where: 'Lokalizacja i klient',
      meter: 'Miara',
      count: 'Naliczono',
      quantity: 'Ilość',
      price: 'Cena',
      amount: 'Kwota',
    },
    unassigned: 'Nieprzypisany klient',
    licensed: (units) => `minus ${units} z licencji`,
    licensedDays: (days, count, licensed, metered) => `${days}: ${count} minus ${licensed} z licencji = ${metered}`,
    highestDays: 'dzień po dniu, liczy się najwyższa wartość:',
    firstMonth: 'pierwszy miesiąc, bez opłaty',
    packagesOf: (size) => `pakiety po ${size}`,
    inOpenPackage: (units) => `${units} w pakiecie otwartym przez wcześniejszą pozycję`,
  },
  terms: {
    title: 'Licencje terminowe',
    rule: 'Jednostki × cena jednostki za rok × lata; dodane do licencji: to samo × pozostałe dni / dni okresu licencji. Zaokrąglone raz.',
    columns: { days: 'Dni' },
    wholeSite: 'cała lokalizacja',
    extension: (daysLeft, termDays) => `dodane do licencji na ${daysLeft} z jej ${termDays} dni`,
    price: (currency) => `cena jednostki za rok w ${currency}`,
    instalment: (no, of) => `rata ${no} z ${of}`,
  },
  corrections: {
    title: 'Korekty wcześniejszych okresów',
    prices:
      'Tamten miesiąc naliczony ponownie w całości, według własnych reguł, cen i kursu, pomniejszony o to, co dotychczas naliczono.',
    rated: (amount) => `wynosi ${amount}`,
    billed: (amount) => `minus dotychczas naliczone ${amount}`,
    minimum: (amount) => `Miesięczne minimum ${amount}`,
    columns: {
      no: 'Lp.',
      where: 'Lokalizacja i klient',
      meter: 'Miara',
      corrects: 'Dotyczy',
      was: 'Było',
      now: 'Jest',
      amount: 'Kwota',
    },
    reasons: {
      estimate_confirmed: 'szacunek zastąpiony raportem',
      late_usage: 'użycie zgłoszone z opóźnieniem',
      rated_again: 'naliczone ponownie wraz z miesiącem',
      deferred: 'odłożone, teraz rozstrzygnięte',
    },
    byHand: {
      minimum: 'Miesięczne minimum',
      line: (no) => `pozycja ${no}`,
      reason: (reason) => `Powód: ${reason}`,
      changes: {
        amount: 'kwota zmieniona przez zespół partnerski',
        quantity: 'ilość poprawiona przez zespół partnerski',
        waiver: 'umorzone przez zespół partnerski',
      },
    },
  },
  totals: {
    usage: 'Użycie',
    terms: 'Licencje terminowe',
    corrections: 'Korekty wcześniejszych okresów',
    minimum: (minimum) => `Do miesięcznego minimum ${minimum}`,
    total: 'Razem',
  },
  findings: {
    title: 'Rozbieżności i ich rozstrzygnięcie',
    none: 'Uzgodnienie nie wykazało rozbieżności.',
    columns: { kind: 'Rozbieżność', where: 'Gdzie', found: 'Ustalenia', settled: 'Rozstrzygnięcie' },
    wholeStatement: 'Całe zestawienie',
    byRule: (done) => `Zgodnie z regułą: ${done}.`,
    byDefault: (done) => `Brak decyzji w czasie przeglądu; zastosowano regułę domyślną: ${done}.`,
    byPerson: (decision) => `Decyzja zespołu partnerskiego: ${decision}.`,
    reason: (reason) => `Powód: ${reason}`,
  },
  exchange: {
    title: 'Kurs wymiany',
    ecb: 'Europejski Bank Centralny, kursy referencyjne euro',
    text: (rate, day, source) => fullStop(`${rate}; kurs na ${day}, źródło: ${source}`),
    rounding: (currency) =>
      `Ceny podano w walucie cennika. Każdą pozycję przelicza się po tym kursie i jeden raz zaokrągla do ${currency}.`,
  },
  notes: {
    title: 'Uwagi',
    estimated:
      'Ilość szacunkowa: lokalizacja nie przesłała raportu w terminie. Przyjęto jej najwyższą obserwację albo ostatnią potwierdzoną wartość; zostanie skorygowana w późniejszym okresie, gdy nadejdzie raport.',
    waived: 'Ilość umorzona: zespół partnerski postanowił jej nie rozliczać.',
    deferred: 'Ilość odłożona: zostanie rozliczona w późniejszym okresie.',
    rounding: 'Każdą pozycję zaokrągla się jeden raz, połówki w górę; pozycje sumują się dokładnie do kwoty łącznej.',
    attachment: 'Pozycje dołączono do tego dokumentu jako plik CSV.',
  },
  attachment: 'Pozycje zestawienia rozdzielone przecinkami',
  page: (page, pages) => `Strona ${page} z ${pages}`,
};

import type { LoginChange } from '../../domain/access/loginChange.js';
import {
  counted,
  formatDay,
  formatMinor,
  formatPeriod,
  formatQuantity,
  fullStop,
  type PluralForms,
} from '../format.js';
import { bulleted, dayOr, paragraphIf, parkedList, totalsList } from '../mailText.js';
import type { Translation } from '../translation.js';

const count = (n: number, forms: PluralForms) => counted(n, forms, 'pl');
const day = (text: string) => formatDay(text, 'pl');
const month = (period: Parameters<typeof formatPeriod>[0]) => formatPeriod(period, 'pl');

const YEARS: PluralForms = { one: 'rok', few: 'lata', many: 'lat', other: 'roku' };
const DAYS: PluralForms = { one: 'dzień', few: 'dni', many: 'dni', other: 'dnia' };
/** Genitive, as after "od" and "w ciągu". */
const DAYS_GENITIVE: PluralForms = { one: 'dnia', other: 'dni' };
const STATEMENTS: PluralForms = { one: 'zestawienie', few: 'zestawienia', many: 'zestawień', other: 'zestawienia' };
const CREDITS: PluralForms = {
  one: 'nota uznaniowa',
  few: 'noty uznaniowe',
  many: 'not uznaniowych',
  other: 'noty uznaniowej',
};
const LINES: PluralForms = { one: 'pozycja', few: 'pozycje', many: 'pozycji', other: 'pozycji' };
/** Accusative, as after "zawiera". */
const CORRECTIONS: PluralForms = { one: 'korektę', few: 'korekty', many: 'korekt', other: 'korekty' };
const SITES: PluralForms = { one: 'lokalizacja', few: 'lokalizacje', many: 'lokalizacji', other: 'lokalizacji' };
const MINUTES: PluralForms = { one: 'minutę', few: 'minuty', many: 'minut', other: 'minuty' };

/** What a billing pack holds. */
function documents(statements: number, credits: number): string {
  return [count(statements, STATEMENTS), ...(credits === 0 ? [] : [count(credits, CREDITS)])].join(' i ');
}

/** What an order is about: units at a site, or the use of a product. */
function ordered(productName: string, siteName: string | null, units: number | null): string {
  return siteName === null || units === null
    ? `korzystanie z produktu ${productName}`
    : `${formatQuantity(units, 'pl')} × ${productName} w lokalizacji ${siteName}`;
}

const LOGIN_CHANGES: Record<LoginChange, string> = {
  password: 'Hasło zostało zmienione.',
  passwordSet: 'Ustawiono hasło: odtąd można się nim logować, obok dostawcy tożsamości.',
  authenticatorSetUp: 'Skonfigurowano aplikację uwierzytelniającą: odtąd logowanie wymaga jej kodów.',
  authenticatorRemoved: 'Usunięto aplikację uwierzytelniającą: odtąd do logowania wystarcza hasło.',
  recoveryCodes: 'Utworzono nowe kody odzyskiwania: poprzednie są nieważne.',
};

export const mail: NonNullable<Translation['mail']> = {
  contactConfirmation: {
    subject: () => 'Prosimy o potwierdzenie adresu e-mail',
    body: ({ link, expiresOn }) => [
      'Ten adres podano jako ten, na który firma chce otrzymywać pocztę z Kontora: zestawienia, powiadomienia techniczne lub prawne.',
      `Jeśli to prawda, można go potwierdzić tutaj: ${link}`,
      `Odnośnik działa jeden raz, do dnia ${day(expiresOn)}. Kto nie wie, o co chodzi, może zignorować tę wiadomość: nie otrzyma żadnej innej.`,
    ],
  },
  contactReplaced: {
    subject: () => 'Poczta z Kontora trafia odtąd na inny adres',
    body: ({ companyName }) => [
      `Dla firmy ${companyName} podano i potwierdzono inny adres; poczta, która przychodziła tutaj, trafia odtąd tam.`,
      'Jeśli nie zrobił tego nikt z Państwa firmy, prosimy natychmiast powiadomić zespół partnerski.',
    ],
  },
  registrationReceived: {
    subject: ({ vendorName }) => `Zgłoszenie do programu ${vendorName}`,
    body: ({ vendorName, decideBy, link }) => [
      `Dziękujemy za zgłoszenie. Zespół partnerski ${vendorName} rozpatruje je i napisze, gdy tylko zapadnie decyzja, do dnia ${day(decideBy)}. Do tego czasu nie trzeba nic robić.`,
      `Tutaj można sprawdzić stan zgłoszenia i je wycofać: ${link}`,
    ],
  },
  registrationApplied: {
    subject: ({ mspName }) => `Nowe zgłoszenie: ${mspName}`,
    body: ({ mspName, registrationNumber, distributorName, duplicates, expiresOn }) => [
      `Wpłynęło zgłoszenie firmy ${mspName} (numer rejestrowy ${registrationNumber}, dystrybutor ${distributorName}).`,
      ...paragraphIf(duplicates > 0, `Uczestnicy, którzy mogą być tą samą firmą: ${duplicates}.`),
      `Prosimy o zatwierdzenie albo odrzucenie. Bez decyzji zgłoszenie wygaśnie dnia ${day(expiresOn)}.`,
    ],
  },
  registrationWithdrawn: {
    subject: ({ mspName }) => `Zgłoszenie wycofane: ${mspName}`,
    body: ({ mspName, registrationNumber, reason }) => [
      `Firma ${mspName} (numer rejestrowy ${registrationNumber}) wycofała zgłoszenie.`,
      ...paragraphIf(reason !== null, `Powód: ${reason ?? ''}`),
      'Nie ma już nic do rozstrzygnięcia.',
    ],
  },
  registrationReminder: {
    subject: ({ mspName }) => `Zgłoszenie ${mspName} czeka na decyzję`,
    body: ({ mspName, registrationNumber, distributorName, waitingDays, expiresOn, duplicateOf }) => [
      `Zgłoszenie ${mspName} (numer rejestrowy ${registrationNumber}, dystrybutor ${distributorName}) czeka już ${count(waitingDays, DAYS)}.`,
      ...paragraphIf(duplicateOf !== null, fullStop(`Możliwe, że powiela istniejący wpis: ${duplicateOf ?? ''}`)),
      `Prosimy o przyjęcie lub odrzucenie zgłoszenia. Bez decyzji wygaśnie ono ${day(expiresOn)}.`,
    ],
  },
  registrationWelcome: {
    subject: ({ vendorName }) => `Witamy w programie ${vendorName}`,
    body: ({ vendorName, mspName, distributorName, portalUrl }) => [
      `Zgłoszenie ${mspName} do programu ${vendorName} zostało przyjęte.`,
      'Można teraz zakładać klientów i lokalizacje oraz tworzyć klucz dla każdej instalacji. Użycie liczymy z dołu; nie zamawia się ilości z góry.',
      fullStop(`Co miesiąc prześlemy zestawienie użycia. Fakturę w walucie lokalnej wystawia ${distributorName}`),
      ...(portalUrl === null ? [] : [`Adres Kontora: ${portalUrl}`]),
      'Dostęp daje imienne zaproszenie: wysyła je w osobnej wiadomości zespół partnerski albo administrator firmy w Kontorze, z odnośnikiem, pod którym wybiera się hasło.',
    ],
  },
  registrationRejected: {
    subject: ({ vendorName }) => `Zgłoszenie do programu ${vendorName} nie zostało przyjęte`,
    body: ({ vendorName, reason }) => [
      `Zgłoszenie do programu ${vendorName} nie mogło zostać przyjęte.`,
      `Powód: ${reason}`,
      'Jeśli okoliczności się zmienią, zapraszamy do ponownego zgłoszenia.',
    ],
  },
  registrationExpired: {
    subject: ({ vendorName }) => `Zgłoszenie do programu ${vendorName} wygasło`,
    body: ({ days }) => [
      `W sprawie zgłoszenia nie zapadła decyzja w ciągu ${count(days, DAYS_GENITIVE)}, dlatego wygasło.`,
      'Przepraszamy. W razie dalszego zainteresowania prosimy o ponowne zgłoszenie.',
    ],
  },
  siteActivationReminder: {
    subject: ({ siteName }) => `Lokalizacja ${siteName} nie została jeszcze aktywowana`,
    body: ({ siteName, keyCreatedOn }) => [
      `Klucz lokalizacji ${siteName} utworzono ${day(keyCreatedOn)} i od tego czasu nie użyła go żadna instalacja.`,
      'Prosimy wprowadzić klucz w lokalizacji. Jeśli lokalizacja nie jest już potrzebna, prosimy zniszczyć klucz.',
    ],
  },
  contactWarning: {
    subject: ({ siteName }) => `Brak kontaktu z lokalizacją ${siteName}`,
    body: ({ siteName, lastContactOn, silentDays, blockOn }) => [
      `Lokalizacja ${siteName} nie kontaktuje się od ${count(silentDays, DAYS_GENITIVE)}. Ostatni kontakt: ${dayOr(lastContactOn, 'nigdy', 'pl')}.`,
      `Prosimy sprawdzić, czy lokalizacja ma dostęp do Internetu. Jeśli się nie zgłosi, od ${day(blockOn)} nowe wdrożenia będą odrzucane. Zgłoszenie lokalizacji natychmiast znosi blokadę.`,
    ],
  },
  contactBlocked: {
    subject: ({ siteName }) => `Nowe wdrożenia w lokalizacji ${siteName} są odrzucane`,
    body: ({ siteName, lastContactOn, silentDays, disableOn }) => [
      `Lokalizacja ${siteName} nie kontaktuje się od ${count(silentDays, DAYS_GENITIVE)}; nowe wdrożenia są odrzucane. Ostatni kontakt: ${dayOr(lastContactOn, 'nigdy', 'pl')}.`,
      `Jeśli lokalizacja się nie zgłosi, jej klucz zostanie wyłączony ${day(disableOn)}. Zgłoszenie lokalizacji natychmiast znosi obie blokady.`,
    ],
  },
  keyDisabled: {
    subject: ({ siteName }) => `Klucz lokalizacji ${siteName} jest wyłączony`,
    body: ({ siteName, lastContactOn, silentDays }) => [
      `Lokalizacja ${siteName} nie kontaktuje się od ${count(silentDays, DAYS_GENITIVE)}; jej klucz został wyłączony. Ostatni kontakt: ${dayOr(lastContactOn, 'nigdy', 'pl')}.`,
      'Następne zgłoszenie lokalizacji ponownie włączy klucz.',
    ],
  },
  reportMissing: {
    subject: ({ period, siteNames }) =>
      `Brak raportów użycia za okres ${month(period)}: ${count(siteNames.length, SITES)}`,
    body: ({ period, siteNames, collectUntil }) => [
      `Za okres ${month(period)} nie otrzymaliśmy raportu użycia z lokalizacji:`,
      bulleted(siteNames),
      `Raporty przyjmujemy do końca dnia ${day(collectUntil)}. Jeśli raportu nadal nie będzie, ilość zostanie oszacowana, a szacunek skorygowany w późniejszym okresie.`,
    ],
  },
  statementIssued: {
    subject: ({ number, period }) => `Zestawienie użycia ${number} za okres ${month(period)}`,
    body: ({ mspName, number, period, total, distributorName, estimatedLines, correctionLines }) => [
      `W załączeniu zestawienie użycia ${number} dla ${mspName} za okres ${month(period)}. Razem: ${formatMinor(total.totalMinor, total.currency, 'pl')}.`,
      ...paragraphIf(
        estimatedLines > 0,
        `Zestawienie zawiera szacunki (${count(estimatedLines, LINES)}), ponieważ lokalizacje nie przesłały raportów w terminie. Zostaną skorygowane w późniejszym okresie.`,
      ),
      ...paragraphIf(
        correctionLines > 0,
        `Zestawienie zawiera ${count(correctionLines, CORRECTIONS)} wcześniejszych okresów.`,
      ),
      fullStop(`To zestawienie nie jest fakturą. Fakturę wystawia ${distributorName}`),
    ],
  },
  billingPack: {
    subject: ({ vendorName, period, supplement }) =>
      supplement === 0
        ? `${vendorName}: pakiet rozliczeniowy za okres ${month(period)}`
        : `${vendorName}: pakiet rozliczeniowy za okres ${month(period)}, uzupełnienie ${supplement}`,
    body: ({ vendorName, distributorName, period, supplement, statements, credits, totals, parked, download }) => [
      supplement === 0
        ? `W załączeniu pakiet rozliczeniowy ${vendorName} dla ${distributorName} za okres ${month(period)}: ${documents(statements, credits)}, podsumowanie oraz pozycje w postaci do odczytu maszynowego.`
        : `W załączeniu uzupełnienie ${supplement} do pakietu rozliczeniowego ${vendorName} dla ${distributorName} za okres ${month(period)}: ${documents(statements, credits)}, podsumowanie oraz pozycje w postaci do odczytu maszynowego.`,
      ...paragraphIf(
        download !== null,
        `Zestawienia są łącznie zbyt duże na jedną wiadomość. Podsumowanie i pozycje są w załączeniu, zestawienia można pobrać: ${download ?? ''}`,
      ),
      ...paragraphIf(totals.length > 0, `Razem:\n${totalsList(totals, 'pl')}`),
      ...paragraphIf(parked.length > 0, `Jeszcze otwarte, zostaną przesłane w uzupełnieniu:\n${parkedList(parked)}`),
      'Zestawienia nie są fakturami. Prosimy o wystawienie faktur dostawcom usług zarządzanych.',
    ],
  },
  packQuestioned: {
    subject: ({ distributorName, period }) => `${distributorName} pyta o pakiet rozliczeniowy za ${month(period)}`,
    body: ({ programmeName, distributorName, period, supplement, question, askedBy }) => [
      `${askedBy} (${distributorName}) pyta o ${supplement === 0 ? 'pakiet rozliczeniowy' : `uzupełnienie ${supplement} do pakietu rozliczeniowego`} programu ${programmeName} za ${month(period)}:`,
      question,
      'Prosimy o odpowiedź w Kontorze; dystrybutor otrzyma ją e-mailem.',
    ],
  },
  packAnswered: {
    subject: ({ vendorName, period }) => `${vendorName}: Państwa pytanie o pakiet rozliczeniowy za ${month(period)}`,
    body: ({ vendorName, period, supplement, question, answer }) => [
      `Państwa pytanie dotyczyło: ${supplement === 0 ? 'pakiet rozliczeniowy' : `uzupełnienie ${supplement} do pakietu rozliczeniowego`} za ${month(period)}.`,
      question,
      `${vendorName} odpowiada:`,
      answer,
    ],
  },
  quoteAsked: {
    subject: ({ companyName, productName }) => `Prośba o ofertę serwisową: ${companyName}, ${productName}`,
    body: ({ companyName, programmeName, productName, quantity, years, wish, askedBy }) => [
      `${askedBy} (${companyName}) prosi o ofertę serwisową w programie ${programmeName}: ${formatQuantity(quantity, 'pl')} × ${productName}${years === null ? '' : `, okres ${count(years, YEARS)}`}.`,
      wish,
      'Prosimy odpowiedzieć, podając pozycje i ostatni dzień ważności, albo ją wycofać.',
    ],
  },
  quoteAnswered: {
    subject: ({ vendorName, number, reminder }) =>
      reminder ? `${vendorName}: oferta ${number} wkrótce wygaśnie` : `${vendorName}: oferta ${number}`,
    body: ({ vendorName, number, productName, total, validUntil, reminder }) => [
      reminder
        ? `Oferta ${number} na ${productName} jest nadal otwarta. Kwota: ${formatMinor(total.totalMinor, total.currency, 'pl')}.`
        : `${vendorName} odpowiada na Państwa prośbę: oferta ${number} na ${productName}, kwota: ${formatMinor(total.totalMinor, total.currency, 'pl')}.`,
      `Oferta nikogo nie wiąże. Można ją przyjąć lub odrzucić do ${day(validUntil)}; dokument znajduje się w portalu.`,
    ],
  },
  parkedReminder: {
    subject: ({ mspName, period }) => `Potrzebna decyzja: ${mspName}, ${month(period)}`,
    body: ({ mspName, period, reason, waitingDays, decideBy }) => [
      `Zestawienie dla ${mspName} za okres ${month(period)} czeka na decyzję od ${count(waitingDays, DAYS_GENITIVE)}.`,
      `Powód: ${reason}`,
      decideBy === null
        ? 'Zostanie wystawione, gdy tylko zapadnie decyzja.'
        : `Prosimy o decyzję najpóźniej ${day(decideBy)}.`,
    ],
  },
  runSummary: {
    subject: ({ programmeName, period, parked }) =>
      parked.length === 0
        ? `${programmeName}: Zamknięcie miesiąca ${month(period)} zakończone`
        : `${programmeName}: Zamknięcie miesiąca ${month(period)}, jeszcze otwarte: ${count(parked.length, STATEMENTS)}`,
    body: ({ period, issued, zeroStatements, estimatedLines, totals, mailed, mailProblems, parked }) => [
      `Wystawiono za okres ${month(period)}: ${count(issued, STATEMENTS)}, w tym bez użycia: ${formatQuantity(zeroStatements, 'pl')}. Pozycje szacunkowe: ${formatQuantity(estimatedLines, 'pl')}.`,
      ...paragraphIf(totals.length > 0, `Sumy:\n${totalsList(totals, 'pl')}`),
      `Wysłane wiadomości: ${mailed}. Wiadomości wymagające uwagi: ${mailProblems}.`,
      ...paragraphIf(parked.length > 0, `Czekają na decyzję:\n${parkedList(parked)}`),
    ],
  },
  runFailed: {
    subject: ({ programmeName, period }) =>
      `Zamknięcie miesiąca ${month(period)} programu ${programmeName} nie powiodło się`,
    body: ({ programmeName, period, reason }) => [
      `Zamknięcie za ${month(period)} programu ${programmeName} nie powiodło się; co można było wystawić, wystawiono i wysłano.`,
      `Powód: ${reason}`,
      'Proszę to naprawić, a potem uruchomić zamknięcie ręcznie: będzie kontynuowane.',
    ],
  },
  databaseRestored: {
    subject: () => 'Baza danych Kontor została odtworzona z kopii zapasowej',
    body: ({ uncertain, runs }) => [
      'Baza danych zawiera mniej, niż zostało wysłane: odtworzono ją z kopii zapasowej.',
      `Wiadomości, które mogły zostać wysłane po wykonaniu kopii i nie są same wysyłane ponownie: ${String(uncertain)}.`,
      `Zamknięcia miesiąca, które zaczynają się od nowa według stanu bazy danych: ${String(runs)}.`,
      'Proszę wyjaśnić wiadomości według dziennika serwera poczty: kontor outbox reconcile. Wszystko inne, co wprowadzono po wykonaniu kopii, trzeba wprowadzić ponownie.',
    ],
  },
  runNotOpened: {
    subject: ({ programmeName, period }) =>
      `Zamknięcie miesiąca ${month(period)} programu ${programmeName} nie zostało otwarte`,
    body: ({ programmeName, period, reason }) => [
      fullStop(`Nie udało się otworzyć zamknięcia za ${month(period)} programu ${programmeName}`),
      `Powód: ${reason}`,
      'Proszę to naprawić, a potem uruchomić zamknięcie ręcznie.',
    ],
  },
  completenessGate: {
    subject: ({ period, silent, expected }) =>
      `Potrzebna decyzja: ${silent} z ${expected} lokalizacji milczy, ${month(period)}`,
    body: ({ programmeName, period, silent, expected, lastBilled }) => [
      `${silent} z ${expected} lokalizacji programu ${programmeName} nie przysłało raportu użycia za ${month(period)}. To zbyt wiele, by szacować bez pytania: zamknięcie czeka.`,
      ...paragraphIf(lastBilled.length > 0, `Ostatnio naliczono za te lokalizacje:\n${totalsList(lastBilled, 'pl')}`),
      'Proszę przedłużyć zbieranie danych albo pozwolić na dalszy ciąg z szacunkami. Zamknięcie ruszy samo, gdy zgłosi się dość lokalizacji.',
    ],
  },
  orderPlaced: {
    subject: ({ mspName, productName }) => `Potrzebna decyzja: zamówienie ${mspName}, ${productName}`,
    body: ({ mspName, productName, siteName, count: units, price, expiresOn }) => [
      `Zamówienie ${mspName}: ${fullStop(ordered(productName, siteName, units))} Cena: ${formatMinor(price.totalMinor, price.currency, 'pl')}.`,
      `Prosimy o przyjęcie lub odrzucenie zamówienia. Bez decyzji wygaśnie ono ${day(expiresOn)}.`,
    ],
  },
  orderApproved: {
    subject: ({ productName }) => `Zamówienie ${productName} zostało przyjęte`,
    body: ({ productName, siteName, count: units, price, startsOn, endsOn }) => [
      `Zamówienie zostało przyjęte: ${fullStop(ordered(productName, siteName, units))} Cena: ${formatMinor(price.totalMinor, price.currency, 'pl')}.`,
      startsOn === null || endsOn === null
        ? 'Można korzystać od zaraz.'
        : `Obowiązuje od ${day(startsOn)}; pierwszy dzień, którego już nie obejmuje, to ${day(endsOn)}. Na zestawieniu jest od miesiąca, w którym się zaczyna.`,
    ],
  },
  orderRefused: {
    subject: ({ productName }) => `Zamówienie ${productName} zostało odrzucone`,
    body: ({ vendorName, productName, siteName, count: units, reason }) => [
      fullStop(`Zamówienie odrzucone przez ${vendorName}: ${ordered(productName, siteName, units)}`),
      `Powód: ${reason}`,
    ],
  },
  orderExpired: {
    subject: ({ productName }) => `Zamówienie ${productName} wygasło`,
    body: ({ productName, siteName, count: units }) => [
      `Decyzja nie zapadła na czas i zamówienie wygasło: ${fullStop(ordered(productName, siteName, units))}`,
      'Przepraszamy. Jeśli jest nadal aktualne, prosimy zamówić ponownie.',
    ],
  },
  orderWithdrawn: {
    subject: ({ mspName, productName }) => `Zamówienie wycofane: ${mspName}, ${productName}`,
    body: ({ mspName, productName, siteName, count: units }) => [
      `Zamówienie wycofane przez ${mspName}: ${fullStop(ordered(productName, siteName, units))}`,
      'Nie ma już nic do rozstrzygnięcia.',
    ],
  },
  correctionAsked: {
    subject: ({ number, reminder }) =>
      `${reminder ? 'Przypomnienie: korekta' : 'Korekta'} zestawienia ${number} czeka na drugą osobę`,
    body: ({ mspName, number, period, amount, reason, askedBy, expiresOn }) => [
      `${askedBy} prosi o korektę zestawienia użycia ${number} (${mspName}) za ${month(period)}${amount === null ? '; żadna kwota się nie zmienia' : `: ${formatMinor(amount.totalMinor, amount.currency, 'pl')}`}.`,
      `Powód: ${reason}`,
      `Inna osoba z zespołu partnerskiego potwierdza ją lub odrzuca. Bez decyzji wygasa ${day(expiresOn)} i nic się nie zmienia.`,
    ],
  },
  correctionDecided: {
    subject: ({ number, state }) =>
      state === 'confirmed'
        ? `Korekta zestawienia ${number} została potwierdzona`
        : `Korekta zestawienia ${number} została odrzucona`,
    body: ({ mspName, number, period, amount, state, decidedBy, reason, document }) => [
      `${state === 'confirmed' ? `Korekta zestawienia użycia ${number} (${mspName}) za ${month(period)} została potwierdzona; potwierdza: ${decidedBy}` : `Korekta zestawienia użycia ${number} (${mspName}) za ${month(period)} została odrzucona; odrzuca: ${decidedBy}`}${amount === null ? '' : `: ${formatMinor(amount.totalMinor, amount.currency, 'pl')}`}.`,
      state === 'refused'
        ? 'Nic nie zostało zmienione.'
        : document === null
          ? 'Znajdzie się w następnym zestawieniu.'
          : `Powstał dokument ${document}.`,
      ...paragraphIf(reason !== null, `Powód: ${reason ?? ''}`),
    ],
  },
  correctionExpired: {
    subject: ({ number }) => `Korekta zestawienia ${number} wygasła`,
    body: ({ mspName, number, period, reason }) => [
      `Nikt nie potwierdził na czas korekty zestawienia użycia ${number} (${mspName}) za ${month(period)}. Nic nie zostało zmienione.`,
      `Powód prośby: ${reason}`,
      'Jeśli jest nadal potrzebna, należy poprosić o nią ponownie.',
    ],
  },
  creditIssued: {
    subject: ({ number, statementNumber }) => `Nota uznaniowa ${number} do zestawienia użycia ${statementNumber}`,
    body: ({ mspName, number, period, statementNumber, total, distributorName }) => [
      `W załączniku nota uznaniowa ${number} do zestawienia użycia ${statementNumber} (${mspName}) za ${month(period)}. Suma: ${formatMinor(total.totalMinor, total.currency, 'pl')}.`,
      fullStop(`Ta nota uznaniowa nie jest fakturą. Rozlicza ją ${distributorName}`),
    ],
  },
  statementReissued: {
    subject: ({ number, revision }) => `Zestawienie użycia ${number}, wersja ${revision}`,
    body: ({ mspName, number, period, reason, revision }) => [
      `W załączniku wersja ${revision} zestawienia użycia ${number} (${mspName}) za ${month(period)}. Zastępuje dotychczasowy dokument; kwoty i pozycje są te same.`,
      `Powód: ${reason}`,
    ],
  },
  licenceEnds: {
    subject: ({ productName, siteName, lastDay, daysLeft }) =>
      daysLeft > 0
        ? `Licencja na ${productName} w lokalizacji ${siteName} kończy się ${day(lastDay)}`
        : `Licencja na ${productName} w lokalizacji ${siteName} wygasła`,
    body: ({ mspName, licenceId, productName, siteName, tenantName, count: units, lastDay, daysLeft }) => [
      daysLeft > 0
        ? `Licencja terminowa ${mspName} kończy się za ${count(daysLeft, DAYS)}.`
        : `Licencja terminowa ${mspName} wygasła.`,
      bulleted([
        fullStop(ordered(productName, siteName, units)),
        ...(tenantName === null ? [] : [`Klient: ${tenantName}`]),
        `Ostatni dzień: ${day(lastDay)}`,
        `Numer licencji: ${licenceId}`,
      ]),
      daysLeft > 0
        ? 'Potem użycie jest liczone i rozliczane co miesiąc.'
        : 'Odtąd użycie jest liczone i rozliczane co miesiąc.',
      daysLeft > 0
        ? 'Aby zachować licencję, można zamówić jej przedłużenie: cena jest znana przed potwierdzeniem, a zaczyna się ono, gdy ta licencja się skończy.'
        : 'Przedłużenie można jeszcze zamówić: cena jest znana przed potwierdzeniem, a zaczyna się ono w dniu przyjęcia zamówienia.',
    ],
  },
  waitingConfirmation: {
    subject: ({ programmeName }) => `Czy powiadomić Państwa o programie ${programmeName}?`,
    body: ({ programmeName, country, link, expiresOn }) => [
      `Ktoś poprosił, aby powiadomić ten adres, gdy ${programmeName} zacznie przyjmować rejestracje z kraju ${country}.`,
      `Jeśli to prawda, można to potwierdzić tutaj: ${link}`,
      `Potwierdzić można do dnia ${day(expiresOn)}. Tym samym odnośnikiem można w każdej chwili usunąć adres z listy.`,
      'Kto nie wie, o co chodzi, może zignorować tę wiadomość: nie otrzyma żadnego powiadomienia.',
    ],
  },
  territoryOpened: {
    subject: ({ programmeName, country }) => `${programmeName} jest dostępny w kraju ${country}`,
    body: ({ programmeName, country }) => [
      `Zgodnie z prośbą: ${programmeName} przyjmuje teraz rejestracje z kraju ${country}.`,
      'To jedyna wiadomość w tej sprawie.',
    ],
  },
  personInvited: {
    subject: ({ companyName }) => `Dostęp do Kontora: ${companyName}`,
    body: ({ personName, companyName, invitedBy, link, expiresOn }) => [
      `Dzień dobry, ${personName}!`,
      fullStop(`${invitedBy} zaprasza do działania w Kontorze w imieniu firmy ${companyName}`),
      `Zaproszenie można przyjąć tutaj; kto nie ma jeszcze hasła, wybiera je przy tym: ${link}`,
      `Odnośnik działa jeden raz, do ${day(expiresOn)}. Jeśli nie wiadomo, o co chodzi, wystarczy zignorować tę wiadomość: nic się wtedy nie stanie.`,
    ],
  },
  passwordReset: {
    subject: () => 'Nowe hasło do Kontora',
    body: ({ personName, link, minutes }) => [
      `Dzień dobry, ${personName}!`,
      `Nowe hasło można wybrać tutaj: ${link}`,
      `Odnośnik działa jeden raz, przez ${count(minutes, MINUTES)}. Kto o niego nie prosił, może zignorować tę wiadomość: hasło pozostaje bez zmian.`,
    ],
  },
  loginChanged: {
    subject: () => 'Zmieniono sposób logowania do Kontor',
    body: ({ personName, change, byAdministrator }) => [
      `Dzień dobry, ${personName}!`,
      LOGIN_CHANGES[change],
      byAdministrator
        ? 'Zmiany dokonał administrator zespołu partnerskiego. Wszystkie sesje zostały zakończone. Po zalogowaniu należy skonfigurować nową aplikację uwierzytelniającą.'
        : 'Jeśli to własna zmiana, nic nie trzeba robić.',
      'Jeśli to ktoś inny, należy od razu wybrać nowe hasło i powiadomić administratora: możliwe, że ktoś używa tego konta.',
    ],
  },
  signInLocked: {
    subject: () => 'Nieudane próby logowania',
    body: ({ personName, failures }) => [
      `Dzień dobry, ${personName}!`,
      `Liczba kolejnych nieudanych prób logowania z tym adresem: ${failures}. Następne muszą czekać, za każdym razem dłużej.`,
      'Jeśli to ktoś inny, może zgadywać hasło: warto włączyć aplikację uwierzytelniającą. Kto zapomniał hasła, może poprosić o nowe.',
    ],
  },
};

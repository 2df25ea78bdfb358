import type { Translation } from '../translation.js';
import { credit } from './credit.js';
import { linkPage } from './linkPage.js';
import { mail } from './mail.js';
import { statement } from './statement.js';
import { summary } from './summary.js';
import { quote } from './quote.js';
import { tenantDocument } from './tenantDocument.js';
import { usageReport } from './usageReport.js';

export const pl: Translation = {
  products: {
    'mail-server': 'Serwer poczty',
    firewall: 'Zapora sieciowa',
    scanner: 'Skaner podatności',
    backup: 'Kopie zapasowe',
    endpoint: 'Zarządzanie urządzeniami',
    pbx: 'Centrala telefoniczna',
  },
  unitTitles: {
    mailbox: 'skrzynki',
    user: 'użytkownicy',
    scan: 'skany',
    node: 'węzły',
    server_agent: 'agenty serwerów',
    workstation_agent: 'agenty stacji roboczych',
    device: 'urządzenia',
  },
  discrepancies: {
    unknown_key: {
      name: 'Nieznany klucz',
      byDefault: { refused: 'odrzucono i nigdzie nie policzono' },
      evidence: () => 'Nadeszła wiadomość z kluczem, którego nigdy nie wydano.',
    },
    clock_off: {
      name: 'Błędny zegar lokalizacji',
      byDefault: { time_of_receipt: 'liczy się czas odbioru' },
      evidence: ({ offsetSeconds: hours }) => `Zegar lokalizacji odbiegał do ${hours} godz.`,
    },
    version_below_minimum: {
      name: 'Wersja poniżej minimum',
      byDefault: { noted: 'odnotowano; nic się nie zmienia' },
      evidence: ({ version, minimum, installations }) =>
        `W użyciu wersja ${version}; program przyjmuje ${minimum} i nowsze. Instalacje poniżej: ${installations}.`,
    },
    missing_report: {
      name: 'Brak raportu',
      byDefault: { estimated: 'ilość oszacowano' },
      evidence: ({ silent, installations }) =>
        `Brak raportu użycia w terminie; milczące instalacje: ${silent} z ${installations}.`,
    },
    usage_after_revocation: {
      name: 'Użycie bez ważnego klucza',
      byDefault: {
        up_to_revocation: 'liczy się szczyt z czasu ważności klucza; wszystko, jeśli zakończył ją sam MSP',
        billed: 'rozliczono, z ważnym kluczem lub bez',
      },
      evidence: ({ revokedAt: endedOn, usedOn, upToRevocation }) =>
        `Klucz nieważny od ${endedOn}, użyto ${usedOn}; szczyt z czasu ważności: ${upToRevocation}.`,
    },
    report_mismatch: {
      name: 'Wartość zgłoszona różni się od zaobserwowanej',
      byDefault: { greater: 'liczy się większa z obu wartości', as_reported: 'liczy się raport' },
      evidence: ({ reported, observed, others }) =>
        `Zgłoszono ${reported}, najwyższa obserwacja ${observed}${others === null ? '' : `; z innych instalacji dodatkowo ${others}, niezależnie od wyboru`}.`,
    },
    two_installations: {
      name: 'Dwie instalacje z jednym kluczem',
      byDefault: { summed: 'policzono każdą i zsumowano' },
      evidence: ({ installations, sum }) => `Instalacje z tym samym kluczem: ${installations}; razem ${sum}.`,
    },
    unassigned_tenant: {
      name: 'Nieprzypisany klient',
      byDefault: { billed: 'rozliczono jako nieprzypisane', not_billed: 'nie rozliczono' },
      evidence: ({ tenantRef, quantity }) =>
        tenantRef === null
          ? `Lokalizacja zgłosiła ${quantity} bez wskazania klienta.`
          : `Lokalizacja zgłosiła ${quantity} dla „${tenantRef}”; takiego klienta tu nie ma.`,
    },
    usage_jump: {
      name: 'Nietypowa zmiana',
      byDefault: { accepted: 'przyjęto' },
      evidence: ({ last, quantity }) => `${quantity} po ${last} w poprzednim okresie.`,
    },
    first_month_large: {
      name: 'Duży pierwszy miesiąc',
      byDefault: { accepted: 'przyjęto', not_billed: 'nie rozliczono' },
      evidence: ({ quantity }) => `${quantity} w pierwszym miesiącu.`,
    },
    licence_exceeded: {
      name: 'Ponad licencję terminową',
      byDefault: { excess_metered: 'nadwyżkę rozlicza się według użycia' },
      evidence: ({ licensed, quantity, excess }) => `W użyciu ${quantity}, w licencji ${licensed}: nadwyżka ${excess}.`,
    },
    late_beyond_reach: {
      name: 'Za późno dla tego miesiąca',
      byDefault: { not_billed: 'nie naliczono' },
      evidence: ({ forPeriod, receivedOn, quantity }) =>
        `${quantity} za ${forPeriod}, otrzymano ${receivedOn}: później, niż księguje się spóźnione użycie.`,
    },
    late_unpriced: {
      name: 'Spóźnione użycie bez ceny',
      byDefault: { not_billed: 'nie naliczono' },
      evidence: ({ forPeriod, quantity }) => `${quantity} za ${forPeriod}, którego cennik nie ma na to ceny.`,
    },
    after_last_statement: {
      name: 'Po ostatnim zestawieniu',
      byDefault: {},
      evidence: ({ forPeriod, number, amount, currency }) =>
        `${amount} ${currency} za ${forPeriod} od ${number}, a żadne następne zestawienie tego nie zaksięguje: skorygować przez kontor correct albo zlecić fakturę dystrybutorowi, potem potwierdzić.`,
    },
    mostly_estimated: {
      name: 'Przewaga szacunków',
      byDefault: { accepted: 'przyjęto' },
      evidence: ({ estimated, lines, months }) =>
        `Pozycje szacunkowe: ${estimated} z ${lines}; kolejne miesiące z przewagą szacunków: ${months}.`,
    },
    total_moved: {
      name: 'Znaczna zmiana sumy',
      byDefault: {},
      evidence: ({ totalMinor, lastTotalMinor, lastPeriod }) =>
        lastTotalMinor === null || lastPeriod === null
          ? `${totalMinor} w pierwszym zestawieniu.`
          : `${totalMinor} po ${lastTotalMinor} (${lastPeriod}).`,
    },
  },
  decisions: {
    accept: () => 'przyjęto',
    accept_reported: () => 'przyjęto ilość zgłoszoną',
    accept_observed: () => 'przyjęto ilość zaobserwowaną',
    set_quantity: (quantity) => `ustalono ilość ${quantity ?? '0'}`,
    waive: () => 'umorzono',
    defer: () => 'odłożono do następnego okresu',
    confirm: () => 'potwierdzono',
  },
  bases: {
    reported: 'zgłoszona',
    observed: 'zaobserwowana',
    estimated: 'szacunkowa',
    decided: 'ustalona',
    waived: 'umorzona',
    deferred: 'odłożona',
  },
  statement,
  credit,
  summary,
  usageReport,
  tenantDocument,
  quote,
  mail,
  linkPage,
};

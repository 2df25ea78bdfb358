import type { Messages } from '../messages.js';
import { mail } from './mail.js';
import { statement } from './statement.js';
import { summary } from './summary.js';

export const pl: Messages = {
  products: {
    'mail-server': 'Serwer poczty',
    firewall: 'Zapora sieciowa',
    scanner: 'Skaner podatności',
    backup: 'Kopie zapasowe',
    endpoint: 'Zarządzanie urządzeniami',
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
      byDefault: 'odrzucono i nigdzie nie policzono',
      evidence: () => 'Nadeszła wiadomość z kluczem, którego nigdy nie wydano.',
    },
    clock_off: {
      name: 'Błędny zegar lokalizacji',
      byDefault: 'liczy się czas odbioru',
      evidence: ({ hours }) => `Zegar lokalizacji odbiegał do ${hours} godz.`,
    },
    missing_report: {
      name: 'Brak raportu',
      byDefault: 'ilość oszacowano',
      evidence: ({ silent, installations }) =>
        `Brak raportu użycia w terminie; milczące instalacje: ${silent} z ${installations}.`,
    },
    usage_after_revocation: {
      name: 'Użycie po cofnięciu klucza',
      byDefault: 'liczy się szczyt do chwili cofnięcia',
      evidence: ({ revokedOn, usedOn, upToRevocation }) =>
        `Klucz cofnięto ${revokedOn}, użyto ${usedOn}; szczyt do chwili cofnięcia: ${upToRevocation}.`,
    },
    report_mismatch: {
      name: 'Wartość zgłoszona różni się od zaobserwowanej',
      byDefault: 'liczy się większa z obu wartości',
      evidence: ({ reported, observed }) => `Zgłoszono ${reported}, najwyższa obserwacja ${observed}.`,
    },
    two_installations: {
      name: 'Dwie instalacje z jednym kluczem',
      byDefault: 'policzono każdą i zsumowano',
      evidence: ({ installations, sum }) => `Instalacje z tym samym kluczem: ${installations}; razem ${sum}.`,
    },
    unassigned_tenant: {
      name: 'Nieprzypisany klient',
      byDefault: 'rozliczono jako nieprzypisane',
      evidence: ({ tenantRef, quantity }) =>
        tenantRef === null
          ? `Lokalizacja zgłosiła ${quantity} bez wskazania klienta.`
          : `Lokalizacja zgłosiła ${quantity} dla „${tenantRef}”; takiego klienta tu nie ma.`,
    },
    usage_jump: {
      name: 'Nietypowa zmiana',
      byDefault: 'przyjęto',
      evidence: ({ last, quantity }) => `${quantity} po ${last} w poprzednim okresie.`,
    },
    licence_exceeded: {
      name: 'Ponad licencję terminową',
      byDefault: 'nadwyżkę rozlicza się według użycia',
      evidence: ({ licensed, quantity, excess }) => `W użyciu ${quantity}, w licencji ${licensed}: nadwyżka ${excess}.`,
    },
    total_moved: {
      name: 'Znaczna zmiana sumy',
      byDefault: 'potwierdzono',
      evidence: ({ total, lastTotal }) => `${total} po ${lastTotal} w poprzednim okresie.`,
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
  summary,
  mail,
};

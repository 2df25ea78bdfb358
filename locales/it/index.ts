import type { Translation } from '../translation.js';
import { credit } from './credit.js';
import { linkPage } from './linkPage.js';
import { mail } from './mail.js';
import { statement } from './statement.js';
import { summary } from './summary.js';
import { quote } from './quote.js';
import { tenantDocument } from './tenantDocument.js';
import { usageReport } from './usageReport.js';

export const it: Translation = {
  products: {
    'mail-server': 'Server di posta',
    firewall: 'Firewall',
    scanner: 'Scanner di vulnerabilità',
    backup: 'Backup',
    endpoint: 'Gestione degli endpoint',
    pbx: 'Centralino telefonico',
  },
  unitTitles: {
    mailbox: 'caselle',
    user: 'utenti',
    scan: 'scansioni',
    node: 'nodi',
    server_agent: 'agenti server',
    workstation_agent: 'agenti workstation',
    device: 'dispositivi',
  },
  discrepancies: {
    unknown_key: {
      name: 'Chiave sconosciuta',
      byDefault: { refused: 'rifiutata e mai conteggiata' },
      evidence: () => 'È arrivato un messaggio con una chiave mai rilasciata.',
    },
    clock_off: {
      name: 'Orologio della sede errato',
      byDefault: { time_of_receipt: 'vale l’ora di ricezione' },
      evidence: ({ offsetSeconds: hours }) => `L’orologio della sede era sfasato fino a ${hours} ore.`,
    },
    version_below_minimum: {
      name: 'Versione sotto il minimo',
      byDefault: { noted: 'annotata; nulla cambia' },
      evidence: ({ version, minimum, installations }) =>
        `Versione ${version} in uso; il programma accetta ${minimum} e successive. Installazioni al di sotto: ${installations}.`,
    },
    missing_report: {
      name: 'Rapporto mancante',
      byDefault: { estimated: 'quantità stimata' },
      evidence: ({ silent, installations }) =>
        `Nessun rapporto d’uso alla scadenza; installazioni silenziose: ${silent} su ${installations}.`,
    },
    usage_after_revocation: {
      name: 'Uso senza chiave valida',
      byDefault: {
        up_to_revocation: 'vale il picco finché la chiave era valida; tutto, se l’ha fatta cessare lo stesso MSP',
        billed: 'fatturabile, con o senza chiave valida',
      },
      evidence: ({ revokedAt: endedOn, usedOn, upToRevocation }) =>
        `Chiave non valida dal ${endedOn}, in uso in data ${usedOn}; picco finché era valida: ${upToRevocation}.`,
    },
    report_mismatch: {
      name: 'Valore dichiarato e rilevato divergenti',
      byDefault: { greater: 'vale il maggiore dei due', as_reported: 'vale il rapporto' },
      evidence: ({ reported, observed, others }) =>
        `Dichiarati ${reported}, massimo rilevato ${observed}${others === null ? '' : `; di altre installazioni ${others} in più, qualunque valore valga`}.`,
    },
    two_installations: {
      name: 'Due installazioni con una chiave',
      byDefault: { summed: 'conteggiate entrambe e sommate' },
      evidence: ({ installations, sum }) =>
        `${installations} installazioni hanno usato la stessa chiave; in totale ${sum}.`,
    },
    unassigned_tenant: {
      name: 'Cliente non assegnato',
      byDefault: { billed: 'fatturabile come non assegnato', not_billed: 'non fatturabile' },
      evidence: ({ tenantRef, quantity }) =>
        tenantRef === null
          ? `La sede ha dichiarato ${quantity} senza indicare un cliente.`
          : `La sede ha dichiarato ${quantity} per «${tenantRef}», che non è un suo cliente.`,
    },
    usage_jump: {
      name: 'Variazione insolita',
      byDefault: { accepted: 'accettata' },
      evidence: ({ last, quantity }) => `${quantity} dopo ${last} nel periodo precedente.`,
    },
    first_month_large: {
      name: 'Primo mese elevato',
      byDefault: { accepted: 'accettato', not_billed: 'non fatturabile' },
      evidence: ({ quantity }) => `${quantity} nel primo mese.`,
    },
    licence_exceeded: {
      name: 'Oltre la licenza a termine',
      byDefault: { excess_metered: 'l’eccedenza è conteggiata a consumo' },
      evidence: ({ licensed, quantity, excess }) =>
        `${quantity} in uso, ${licensed} coperti da licenza: ${excess} in eccesso.`,
    },
    late_beyond_reach: {
      name: 'Troppo tardi per il mese',
      byDefault: { not_billed: 'non addebitato' },
      evidence: ({ forPeriod, receivedOn, quantity }) =>
        `${quantity} per ${forPeriod}, pervenuto il ${receivedOn}: oltre il termine per l’utilizzo tardivo.`,
    },
    late_unpriced: {
      name: 'Utilizzo tardivo senza prezzo',
      byDefault: { not_billed: 'non addebitato' },
      evidence: ({ forPeriod, quantity }) => `${quantity} per ${forPeriod}, il cui listino non prevede un prezzo.`,
    },
    after_last_statement: {
      name: 'Dopo l’ultimo rendiconto',
      byDefault: {},
      evidence: ({ forPeriod, number, amount, currency }) =>
        `${amount} ${currency} per ${forPeriod} dopo ${number}, e nessun altro rendiconto lo registra: accreditare con kontor correct o far fatturare dal distributore, poi confermare.`,
    },
    mostly_estimated: {
      name: 'Prevalentemente stime',
      byDefault: { accepted: 'accettato' },
      evidence: ({ estimated, lines, months }) =>
        `${estimated} righe su ${lines} sono stime; mesi consecutivi con più stime che rapporti: ${months}.`,
    },
    total_moved: {
      name: 'Totale molto variato',
      byDefault: {},
      evidence: ({ totalMinor, lastTotalMinor, lastPeriod }) =>
        lastTotalMinor === null || lastPeriod === null
          ? `${totalMinor} nel primo rendiconto.`
          : `${totalMinor} dopo ${lastTotalMinor} in ${lastPeriod}.`,
    },
  },
  decisions: {
    accept: () => 'accettato',
    accept_reported: () => 'accettata la quantità dichiarata',
    accept_observed: () => 'accettata la quantità rilevata',
    set_quantity: (quantity) => `quantità fissata a ${quantity ?? '0'}`,
    waive: () => 'condonato',
    defer: () => 'rinviato al periodo successivo',
    confirm: () => 'confermato',
  },
  bases: {
    reported: 'dichiarata',
    observed: 'rilevata',
    estimated: 'stimata',
    decided: 'fissata',
    waived: 'condonata',
    deferred: 'rinviata',
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

import type { Translation } from '../translation.js';
import { credit } from './credit.js';
import { linkPage } from './linkPage.js';
import { mail } from './mail.js';
import { statement } from './statement.js';
import { summary } from './summary.js';
import { quote } from './quote.js';
import { tenantDocument } from './tenantDocument.js';
import { usageReport } from './usageReport.js';

export const de: Translation = {
  products: {
    'mail-server': 'Mailserver',
    firewall: 'Firewall',
    scanner: 'Schwachstellen-Scanner',
    backup: 'Backup',
    endpoint: 'Endgeräteverwaltung',
    pbx: 'Telefonanlage',
  },
  unitTitles: {
    mailbox: 'Postfächer',
    user: 'Benutzer',
    scan: 'Scans',
    node: 'Knoten',
    server_agent: 'Server-Agenten',
    workstation_agent: 'Workstation-Agenten',
    device: 'Geräte',
  },
  discrepancies: {
    unknown_key: {
      name: 'Unbekannter Schlüssel',
      byDefault: { refused: 'abgewiesen und nirgends gezählt' },
      evidence: () => 'Eine Meldung kam unter einem Schlüssel, der nie ausgegeben wurde.',
    },
    clock_off: {
      name: 'Uhr des Standorts falsch',
      byDefault: { time_of_receipt: 'es gilt der Zeitpunkt des Eingangs' },
      evidence: ({ offsetSeconds: hours }) => `Die Uhr des Standorts wich um bis zu ${hours} Stunden ab.`,
    },
    version_below_minimum: {
      name: 'Version unter dem Minimum',
      byDefault: { noted: 'vermerkt; nichts ändert sich' },
      evidence: ({ version, minimum, installations }) =>
        `Version ${version} in Gebrauch; das Programm nimmt ${minimum} und neuere. Installationen darunter: ${installations}.`,
    },
    missing_report: {
      name: 'Fehlender Bericht',
      byDefault: { estimated: 'Menge geschätzt' },
      evidence: ({ silent, installations }) =>
        `Bei Fristende kein Nutzungsbericht; stumme Installationen: ${silent} von ${installations}.`,
    },
    usage_after_revocation: {
      name: 'Nutzung ohne gültigen Schlüssel',
      byDefault: {
        up_to_revocation: 'es gilt die Spitze, solange der Schlüssel gültig war; alles, wo der MSP selbst ihn beendete',
        billed: 'abgerechnet, mit gültigem Schlüssel oder ohne',
      },
      evidence: ({ revokedAt: endedOn, usedOn, upToRevocation }) =>
        `Schlüssel ab ${endedOn} nicht gültig, am ${usedOn} in Gebrauch; Spitze, solange er gültig war: ${upToRevocation}.`,
    },
    report_mismatch: {
      name: 'Gemeldet und beobachtet weichen ab',
      byDefault: { greater: 'es gilt die größere der beiden Zahlen', as_reported: 'der Bericht gilt' },
      evidence: ({ reported, observed, others }) =>
        `Gemeldet ${reported}, höchster Check-in ${observed}${others === null ? '' : `; von anderen Installationen ${others} dazu, welche Zahl auch gilt`}.`,
    },
    two_installations: {
      name: 'Zwei Installationen mit einem Schlüssel',
      byDefault: { summed: 'jede gezählt und summiert' },
      evidence: ({ installations, sum }) => `${installations} Installationen mit demselben Schlüssel; zusammen ${sum}.`,
    },
    unassigned_tenant: {
      name: 'Nicht zugeordneter Mandant',
      byDefault: { billed: 'als nicht zugeordnet abgerechnet', not_billed: 'nicht abgerechnet' },
      evidence: ({ tenantRef, quantity }) =>
        tenantRef === null
          ? `Der Standort meldete ${quantity}, ohne einen Mandanten zu nennen.`
          : `Der Standort meldete ${quantity} für „${tenantRef}“; diesen Mandanten hat er nicht.`,
    },
    usage_jump: {
      name: 'Ungewöhnliche Veränderung',
      byDefault: { accepted: 'anerkannt' },
      evidence: ({ last, quantity }) => `${quantity} nach ${last} in der Vorperiode.`,
    },
    first_month_large: {
      name: 'Großer erster Monat',
      byDefault: { accepted: 'anerkannt', not_billed: 'nicht abgerechnet' },
      evidence: ({ quantity }) => `${quantity} im ersten Monat.`,
    },
    licence_exceeded: {
      name: 'Über der Laufzeitlizenz',
      byDefault: { excess_metered: 'der Überhang wird nach Nutzung abgerechnet' },
      evidence: ({ licensed, quantity, excess }) =>
        `${quantity} in Gebrauch, ${licensed} lizenziert: ${excess} darüber.`,
    },
    late_beyond_reach: {
      name: 'Zu spät für den Monat',
      byDefault: { not_billed: 'nicht berechnet' },
      evidence: ({ forPeriod, receivedOn, quantity }) =>
        `${quantity} für ${forPeriod}, eingegangen am ${receivedOn}: später, als verspätete Nutzung gebucht wird.`,
    },
    late_unpriced: {
      name: 'Verspätete Nutzung ohne Preis',
      byDefault: { not_billed: 'nicht berechnet' },
      evidence: ({ forPeriod, quantity }) => `${quantity} für ${forPeriod}, dessen Preisliste keinen Preis dafür hat.`,
    },
    after_last_statement: {
      name: 'Nach der letzten Aufstellung',
      byDefault: {},
      evidence: ({ forPeriod, number, amount, currency }) =>
        `${amount} ${currency} für ${forPeriod} seit ${number}, und keine weitere Aufstellung bucht es: mit kontor correct gutschreiben oder vom Distributor berechnen lassen, dann bestätigen.`,
    },
    mostly_estimated: {
      name: 'Überwiegend Schätzungen',
      byDefault: { accepted: 'anerkannt' },
      evidence: ({ estimated, lines, months }) =>
        `${estimated} von ${lines} Zeilen sind geschätzt; Monate in Folge mit mehr Schätzungen als Berichten: ${months}.`,
    },
    total_moved: {
      name: 'Summe stark verändert',
      byDefault: {},
      evidence: ({ totalMinor, lastTotalMinor, lastPeriod }) =>
        lastTotalMinor === null || lastPeriod === null
          ? `${totalMinor} auf der ersten Abrechnung.`
          : `${totalMinor} nach ${lastTotalMinor} im ${lastPeriod}.`,
    },
  },
  decisions: {
    accept: () => 'anerkannt',
    accept_reported: () => 'gemeldete Menge anerkannt',
    accept_observed: () => 'beobachtete Menge anerkannt',
    set_quantity: (quantity) => `Menge auf ${quantity ?? '0'} festgesetzt`,
    waive: () => 'erlassen',
    defer: () => 'in die nächste Periode verschoben',
    confirm: () => 'bestätigt',
  },
  bases: {
    reported: 'gemeldet',
    observed: 'beobachtet',
    estimated: 'geschätzt',
    decided: 'festgesetzt',
    waived: 'erlassen',
    deferred: 'verschoben',
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

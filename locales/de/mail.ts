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

const count = (n: number, forms: PluralForms) => counted(n, forms, 'de');
const day = (text: string) => formatDay(text, 'de');
const month = (period: Parameters<typeof formatPeriod>[0]) => formatPeriod(period, 'de');

/** Dative, as after "seit" and "von". */
const YEARS: PluralForms = { one: 'Jahr', other: 'Jahre' };
const DAYS_DATIVE: PluralForms = { one: 'Tag', other: 'Tagen' };
const STATEMENTS: PluralForms = { one: 'Abrechnung', other: 'Abrechnungen' };
const CREDITS: PluralForms = { one: 'Gutschrift', other: 'Gutschriften' };
const LINES: PluralForms = { one: 'Zeile', other: 'Zeilen' };
const CORRECTIONS: PluralForms = { one: 'Korrektur', other: 'Korrekturen' };
const SITES: PluralForms = { one: 'Standort', other: 'Standorte' };
const MINUTES: PluralForms = { one: 'Minute', other: 'Minuten' };
const TRIES: PluralForms = { one: 'Versuch', other: 'Versuche' };

/** What a billing pack holds. */
function documents(statements: number, credits: number): string {
  return [count(statements, STATEMENTS), ...(credits === 0 ? [] : [count(credits, CREDITS)])].join(' und ');
}

/** What an order is about: units at a site, or the use of a product. */
function ordered(productName: string, siteName: string | null, units: number | null): string {
  return siteName === null || units === null
    ? `Nutzung von ${productName}`
    : `${formatQuantity(units, 'de')} × ${productName} am Standort ${siteName}`;
}

const LOGIN_CHANGES: Record<LoginChange, string> = {
  password: 'Ihr Passwort wurde geändert.',
  passwordSet:
    'Ein Passwort wurde gesetzt: Die Anmeldung geht von jetzt an auch damit, neben Ihrem Identitätsanbieter.',
  authenticatorSetUp: 'Eine Authenticator-App wurde eingerichtet: Die Anmeldung fragt von jetzt an nach ihren Codes.',
  authenticatorRemoved:
    'Ihre Authenticator-App wurde entfernt: Die Anmeldung fragt von jetzt an nur nach dem Passwort.',
  recoveryCodes: 'Neue Wiederherstellungscodes wurden erzeugt: Die früheren gelten nicht mehr.',
};

export const mail: NonNullable<Translation['mail']> = {
  contactConfirmation: {
    subject: () => 'Bitte bestätigen Sie Ihre E-Mail-Adresse',
    body: ({ link, expiresOn }) => [
      'Diese Adresse wurde als diejenige genannt, an die ein Unternehmen seine Post von Kontor erhalten möchte: Abrechnungen, technische oder rechtliche Mitteilungen.',
      `Wenn das stimmt, bestätigen Sie sie hier: ${link}`,
      `Der Link gilt einmal, bis zum ${day(expiresOn)}. Wenn Sie nicht wissen, worum es geht, ignorieren Sie diese E-Mail: Sie erhalten keine weitere.`,
    ],
  },
  contactReplaced: {
    subject: () => 'Post von Kontor geht ab jetzt an eine andere Adresse',
    body: ({ companyName }) => [
      `Für ${companyName} wurde eine andere Adresse genannt und bestätigt; was bisher hierher kam, geht ab jetzt dorthin.`,
      'Wenn das niemand aus Ihrem Unternehmen war, sagen Sie es bitte sofort dem Partnerteam.',
    ],
  },
  registrationReceived: {
    subject: ({ vendorName }) => `Ihre Registrierung für das Programm von ${vendorName}`,
    body: ({ vendorName, decideBy, link }) => [
      `Vielen Dank für Ihre Registrierung. Das Partnerteam von ${vendorName} prüft sie und schreibt Ihnen, sobald darüber entschieden ist, bis zum ${day(decideBy)}. Bis dahin brauchen Sie nichts zu tun.`,
      `Den Stand sehen Sie hier; hier können Sie die Registrierung auch zurückziehen: ${link}`,
    ],
  },
  registrationApplied: {
    subject: ({ mspName }) => `Neue Registrierung: ${mspName}`,
    body: ({ mspName, registrationNumber, distributorName, duplicates, expiresOn }) => [
      `${mspName} (Registernummer ${registrationNumber}, Distributor ${distributorName}) hat sich registriert.`,
      ...paragraphIf(duplicates > 0, `Teilnehmer, die dasselbe Unternehmen sein können: ${duplicates}.`),
      `Bitte genehmigen Sie sie oder lehnen Sie sie ab. Ohne Entscheidung verfällt sie am ${day(expiresOn)}.`,
    ],
  },
  registrationWithdrawn: {
    subject: ({ mspName }) => `Registrierung zurückgezogen: ${mspName}`,
    body: ({ mspName, registrationNumber, reason }) => [
      `${mspName} (Registernummer ${registrationNumber}) hat die Registrierung zurückgezogen.`,
      ...paragraphIf(reason !== null, `Begründung: ${reason ?? ''}`),
      'Es ist nichts mehr zu entscheiden.',
    ],
  },
  registrationReminder: {
    subject: ({ mspName }) => `Registrierung von ${mspName} wartet auf eine Entscheidung`,
    body: ({ mspName, registrationNumber, distributorName, waitingDays, expiresOn, duplicateOf }) => [
      `Die Registrierung von ${mspName} (Registernummer ${registrationNumber}, Distributor ${distributorName}) wartet seit ${count(waitingDays, DAYS_DATIVE)}.`,
      ...paragraphIf(duplicateOf !== null, fullStop(`Möglicherweise ist sie ein Duplikat von ${duplicateOf ?? ''}`)),
      `Bitte genehmigen Sie sie oder lehnen Sie sie ab. Ohne Entscheidung verfällt sie am ${day(expiresOn)}.`,
    ],
  },
  registrationWelcome: {
    subject: ({ vendorName }) => `Willkommen im Programm von ${vendorName}`,
    body: ({ vendorName, mspName, distributorName, portalUrl }) => [
      `${vendorName} hat die Registrierung von ${mspName} genehmigt.`,
      'Sie können nun Mandanten und Standorte anlegen und für jede Installation einen Schlüssel erzeugen. Die Nutzung wird nachträglich gezählt; Sie bestellen keine Mengen im Voraus.',
      `Jeden Monat erhalten Sie eine Abrechnung Ihrer Nutzung. ${distributorName} stellt sie Ihnen in Ihrer Landeswährung in Rechnung.`,
      ...(portalUrl === null ? [] : [`Die Adresse von Kontor: ${portalUrl}`]),
      'Zugang erhalten Sie durch eine persönliche Einladung: Das Partnerteam, oder wer Ihr Unternehmen in Kontor verwaltet, schickt sie in einer eigenen E-Mail, mit einem Link, über den Sie ein Passwort wählen.',
    ],
  },
  registrationRejected: {
    subject: ({ vendorName }) => `Ihre Registrierung für das Programm von ${vendorName} wurde nicht angenommen`,
    body: ({ vendorName, reason }) => [
      `${vendorName} konnte Ihre Registrierung nicht annehmen.`,
      `Begründung: ${reason}`,
      'Sollten sich die Umstände ändern, können Sie sich gern erneut registrieren.',
    ],
  },
  registrationExpired: {
    subject: ({ vendorName }) => `Ihre Registrierung für das Programm von ${vendorName} ist verfallen`,
    body: ({ days }) => [
      `Über Ihre Registrierung wurde innerhalb von ${count(days, DAYS_DATIVE)} nicht entschieden; sie ist verfallen.`,
      'Wir bitten um Entschuldigung. Bitte registrieren Sie sich erneut, falls Sie weiterhin interessiert sind.',
    ],
  },
  siteActivationReminder: {
    subject: ({ siteName }) => `Standort ${siteName} ist noch nicht aktiviert`,
    body: ({ siteName, keyCreatedOn }) => [
      `Der Schlüssel des Standorts ${siteName} wurde am ${day(keyCreatedOn)} erzeugt und seither von keiner Installation verwendet.`,
      'Bitte tragen Sie den Schlüssel am Standort ein. Wird der Standort nicht mehr gebraucht, vernichten Sie den Schlüssel.',
    ],
  },
  contactWarning: {
    subject: ({ siteName }) => `Kein Kontakt zum Standort ${siteName}`,
    body: ({ siteName, lastContactOn, silentDays, blockOn }) => [
      `Der Standort ${siteName} hat sich seit ${count(silentDays, DAYS_DATIVE)} nicht gemeldet. Letzter Kontakt: ${dayOr(lastContactOn, 'noch nie', 'de')}.`,
      `Bitte prüfen Sie, ob der Standort das Internet erreicht. Ohne Check-in werden ab dem ${day(blockOn)} neue Installationen abgewiesen. Ein Check-in hebt dies sofort auf.`,
    ],
  },
  contactBlocked: {
    subject: ({ siteName }) => `Neue Installationen am Standort ${siteName} werden abgewiesen`,
    body: ({ siteName, lastContactOn, silentDays, disableOn }) => [
      `Der Standort ${siteName} hat sich seit ${count(silentDays, DAYS_DATIVE)} nicht gemeldet; neue Installationen werden abgewiesen. Letzter Kontakt: ${dayOr(lastContactOn, 'noch nie', 'de')}.`,
      `Ohne Check-in wird der Schlüssel am ${day(disableOn)} gesperrt. Ein Check-in hebt beides sofort auf.`,
    ],
  },
  keyDisabled: {
    subject: ({ siteName }) => `Der Schlüssel des Standorts ${siteName} ist gesperrt`,
    body: ({ siteName, lastContactOn, silentDays }) => [
      `Der Standort ${siteName} hat sich seit ${count(silentDays, DAYS_DATIVE)} nicht gemeldet; sein Schlüssel ist gesperrt. Letzter Kontakt: ${dayOr(lastContactOn, 'noch nie', 'de')}.`,
      'Der nächste Check-in des Standorts gibt den Schlüssel wieder frei.',
    ],
  },
  reportMissing: {
    subject: ({ period, siteNames }) =>
      `Nutzungsberichte für ${month(period)} fehlen: ${count(siteNames.length, SITES)}`,
    body: ({ period, siteNames, collectUntil }) => [
      `Für ${month(period)} liegt uns kein Nutzungsbericht vor von:`,
      bulleted(siteNames),
      `Berichte zählen bis zum Ende des ${day(collectUntil)}. Für Standorte, die dann noch fehlen, wird geschätzt; die Schätzung wird in einem späteren Zeitraum korrigiert.`,
    ],
  },
  statementIssued: {
    subject: ({ number, period }) => `Nutzungsabrechnung ${number} für ${month(period)}`,
    body: ({ mspName, number, period, total, distributorName, estimatedLines, correctionLines }) => [
      `Anbei die Nutzungsabrechnung ${number} von ${mspName} für ${month(period)}. Summe: ${formatMinor(total.totalMinor, total.currency, 'de')}.`,
      ...paragraphIf(
        estimatedLines > 0,
        `Sie enthält Schätzungen (${count(estimatedLines, LINES)}), weil Standorte nicht rechtzeitig berichtet haben. Sie werden in einem späteren Zeitraum korrigiert.`,
      ),
      ...paragraphIf(correctionLines > 0, `Sie enthält ${count(correctionLines, CORRECTIONS)} früherer Zeiträume.`),
      fullStop(`Diese Abrechnung ist keine Rechnung. Die Rechnung stellt ${distributorName}`),
    ],
  },
  billingPack: {
    subject: ({ vendorName, period, supplement }) =>
      supplement === 0
        ? `${vendorName}: Abrechnungspaket für ${month(period)}`
        : `${vendorName}: Abrechnungspaket für ${month(period)}, Nachtrag ${supplement}`,
    body: ({ vendorName, distributorName, period, supplement, statements, credits, totals, parked, download }) => [
      supplement === 0
        ? `Anbei das Abrechnungspaket von ${vendorName} für ${distributorName} und ${month(period)}: ${documents(statements, credits)}, eine Übersicht und die Zeilen in maschinenlesbarer Form.`
        : `Anbei Nachtrag ${supplement} zum Abrechnungspaket von ${vendorName} für ${distributorName} und ${month(period)}: ${documents(statements, credits)}, seither geklärt, eine Übersicht und die Zeilen in maschinenlesbarer Form.`,
      ...paragraphIf(
        download !== null,
        `Zusammen sind die Abrechnungen zu groß für eine E-Mail. Übersicht und Zeilen sind angehängt, die Abrechnungen stehen zum Herunterladen bereit: ${download ?? ''}`,
      ),
      ...paragraphIf(totals.length > 0, `Summe:\n${totalsList(totals, 'de')}`),
      ...paragraphIf(parked.length > 0, `Noch offen; diese folgen in einem Nachtrag:\n${parkedList(parked)}`),
      'Die Abrechnungen sind keine Rechnungen. Bitte stellen Sie sie den Managed Service Providern in Rechnung.',
    ],
  },
  packQuestioned: {
    subject: ({ distributorName, period }) => `${distributorName} fragt zum Abrechnungspaket für ${month(period)}`,
    body: ({ programmeName, distributorName, period, supplement, question, askedBy }) => [
      `${askedBy} von ${distributorName} fragt zu ${supplement === 0 ? 'dem Abrechnungspaket' : `Nachtrag ${supplement} zum Abrechnungspaket`} von ${programmeName} für ${month(period)}:`,
      question,
      'Bitte antworten Sie in Kontor; der Distributor erhält die Antwort per E-Mail.',
    ],
  },
  packAnswered: {
    subject: ({ vendorName, period }) => `${vendorName}: Ihre Frage zum Abrechnungspaket für ${month(period)}`,
    body: ({ vendorName, period, supplement, question, answer }) => [
      `Sie haben zu ${supplement === 0 ? 'dem Abrechnungspaket' : `Nachtrag ${supplement} zum Abrechnungspaket`} für ${month(period)} gefragt:`,
      question,
      `${vendorName} antwortet:`,
      answer,
    ],
  },
  quoteAsked: {
    subject: ({ companyName, productName }) => `Serviceangebot gewünscht: ${companyName}, ${productName}`,
    body: ({ companyName, programmeName, productName, quantity, years, wish, askedBy }) => [
      `${askedBy} von ${companyName} bittet um ein Serviceangebot in ${programmeName}: ${formatQuantity(quantity, 'de')} × ${productName}${years === null ? '' : `, Laufzeit ${count(years, YEARS)}`}.`,
      wish,
      'Bitte antworten Sie mit Positionen und einem letzten Tag, oder ziehen Sie es zurück.',
    ],
  },
  quoteAnswered: {
    subject: ({ vendorName, number, reminder }) =>
      reminder ? `${vendorName}: Ihr Angebot ${number} endet bald` : `${vendorName}: Ihr Angebot ${number}`,
    body: ({ vendorName, number, productName, total, validUntil, reminder }) => [
      reminder
        ? `Angebot ${number} für ${productName} ist noch offen. Es beläuft sich auf ${formatMinor(total.totalMinor, total.currency, 'de')}.`
        : `${vendorName} hat Ihre Anfrage beantwortet: Angebot ${number} für ${productName} beläuft sich auf ${formatMinor(total.totalMinor, total.currency, 'de')}.`,
      `Es bindet niemanden. Sie können es bis ${day(validUntil)} annehmen oder ablehnen; das Dokument liegt im Portal dabei.`,
    ],
  },
  parkedReminder: {
    subject: ({ mspName, period }) => `Entscheidung nötig: ${mspName}, ${month(period)}`,
    body: ({ mspName, period, reason, waitingDays, decideBy }) => [
      `Die Abrechnung von ${mspName} für ${month(period)} wartet seit ${count(waitingDays, DAYS_DATIVE)} auf eine Entscheidung.`,
      `Grund: ${reason}`,
      decideBy === null
        ? 'Sie wird ausgestellt, sobald entschieden ist.'
        : `Bitte entscheiden Sie bis zum ${day(decideBy)}.`,
    ],
  },
  runSummary: {
    subject: ({ programmeName, period, parked }) =>
      parked.length === 0
        ? `${programmeName}: Monatsabschluss ${month(period)} abgeschlossen`
        : `${programmeName}: Monatsabschluss ${month(period)}: noch ${count(parked.length, STATEMENTS)} offen`,
    body: ({ period, issued, zeroStatements, estimatedLines, totals, mailed, mailProblems, parked }) => [
      `Im Abschluss für ${month(period)} ausgestellt: ${count(issued, STATEMENTS)}, davon ohne Nutzung: ${formatQuantity(zeroStatements, 'de')}. Geschätzte Zeilen: ${formatQuantity(estimatedLines, 'de')}.`,
      ...paragraphIf(totals.length > 0, `Summen:\n${totalsList(totals, 'de')}`),
      `Versandte E-Mails: ${mailed}. E-Mails, um die sich jemand kümmern muss: ${mailProblems}.`,
      ...paragraphIf(parked.length > 0, `Warten auf eine Entscheidung:\n${parkedList(parked)}`),
    ],
  },
  runFailed: {
    subject: ({ programmeName, period }) => `Monatsabschluss ${month(period)} von ${programmeName} ist fehlgeschlagen`,
    body: ({ programmeName, period, reason }) => [
      `Der Abschluss für ${month(period)} von ${programmeName} ist fehlgeschlagen; was ausgestellt werden konnte, ist ausgestellt und versandt.`,
      `Grund: ${reason}`,
      'Bitte beheben und den Abschluss dann von Hand starten: Er geht weiter, wo er war.',
    ],
  },
  databaseRestored: {
    subject: () => 'Die Datenbank von Kontor wurde aus einer Sicherung wiederhergestellt',
    body: ({ uncertain, runs }) => [
      'Die Datenbank weiß weniger, als versandt worden ist: Sie wurde aus einer Sicherung wiederhergestellt.',
      `E-Mails, die seit der Sicherung versandt worden sein können und nicht von selbst noch einmal versandt werden: ${String(uncertain)}.`,
      `Monatsabschlüsse, die mit dem Stand der Datenbank neu beginnen: ${String(runs)}.`,
      'Bitte die E-Mails nach dem Protokoll des Mailservers klären: kontor outbox reconcile. Was seit der Sicherung sonst eingegeben wurde, muss noch einmal eingegeben werden.',
    ],
  },
  runNotOpened: {
    subject: ({ programmeName, period }) =>
      `Monatsabschluss ${month(period)} von ${programmeName} wurde nicht geöffnet`,
    body: ({ programmeName, period, reason }) => [
      `Der Abschluss für ${month(period)} von ${programmeName} konnte nicht geöffnet werden.`,
      `Grund: ${reason}`,
      'Bitte beheben und den Abschluss dann von Hand starten.',
    ],
  },
  completenessGate: {
    subject: ({ period, silent, expected }) =>
      `Entscheidung nötig: ${silent} von ${expected} Standorten schweigen im ${month(period)}`,
    body: ({ programmeName, period, silent, expected, lastBilled }) => [
      `${silent} von ${expected} Standorten von ${programmeName} haben für ${month(period)} keinen Nutzungsbericht gesandt. Das sind zu viele, um ungefragt zu schätzen: Der Abschluss wartet.`,
      ...paragraphIf(
        lastBilled.length > 0,
        `Zuletzt für diese Standorte abgerechnet:\n${totalsList(lastBilled, 'de')}`,
      ),
      'Verlängern Sie die Sammlung, oder lassen Sie den Abschluss mit Schätzungen weiterlaufen. Er läuft von selbst weiter, sobald genug Standorte gehört sind.',
    ],
  },
  orderPlaced: {
    subject: ({ mspName, productName }) => `Entscheidung nötig: Bestellung von ${mspName}, ${productName}`,
    body: ({ mspName, productName, siteName, count: units, price, expiresOn }) => [
      `${mspName} hat bestellt: ${fullStop(ordered(productName, siteName, units))} Preis: ${formatMinor(price.totalMinor, price.currency, 'de')}.`,
      `Bitte genehmigen Sie die Bestellung oder lehnen Sie sie ab. Ohne Entscheidung verfällt sie am ${day(expiresOn)}.`,
    ],
  },
  orderApproved: {
    subject: ({ productName }) => `Ihre Bestellung von ${productName} ist genehmigt`,
    body: ({ productName, siteName, count: units, price, startsOn, endsOn }) => [
      `Ihre Bestellung ist genehmigt: ${fullStop(ordered(productName, siteName, units))} Preis: ${formatMinor(price.totalMinor, price.currency, 'de')}.`,
      startsOn === null || endsOn === null
        ? 'Sie können es ab sofort nutzen.'
        : `Sie gilt ab dem ${day(startsOn)} bis zum Tag vor dem ${day(endsOn)} und steht ab dem Monat, in dem sie beginnt, auf Ihrer Abrechnung.`,
    ],
  },
  orderRefused: {
    subject: ({ productName }) => `Ihre Bestellung von ${productName} wurde abgelehnt`,
    body: ({ vendorName, productName, siteName, count: units, reason }) => [
      fullStop(`${vendorName} hat Ihre Bestellung abgelehnt: ${ordered(productName, siteName, units)}`),
      `Begründung: ${reason}`,
    ],
  },
  orderExpired: {
    subject: ({ productName }) => `Ihre Bestellung von ${productName} ist verfallen`,
    body: ({ productName, siteName, count: units }) => [
      `Über Ihre Bestellung wurde nicht rechtzeitig entschieden; sie ist verfallen: ${fullStop(ordered(productName, siteName, units))}`,
      'Wir bitten um Entschuldigung. Bitte bestellen Sie erneut, falls Sie weiterhin interessiert sind.',
    ],
  },
  orderWithdrawn: {
    subject: ({ mspName, productName }) => `Bestellung zurückgezogen: ${mspName}, ${productName}`,
    body: ({ mspName, productName, siteName, count: units }) => [
      `${mspName} hat die Bestellung zurückgezogen: ${fullStop(ordered(productName, siteName, units))}`,
      'Es ist nichts mehr zu entscheiden.',
    ],
  },
  correctionAsked: {
    subject: ({ number, reminder }) =>
      `${reminder ? 'Erinnerung: eine' : 'Eine'} Korrektur von ${number} wartet auf eine zweite Person`,
    body: ({ mspName, number, period, amount, reason, askedBy, expiresOn }) => [
      `${askedBy} möchte die Nutzungsabrechnung ${number} von ${mspName} für ${month(period)} korrigieren${amount === null ? '; kein Betrag ändert sich' : `: ${formatMinor(amount.totalMinor, amount.currency, 'de')}`}.`,
      `Grund: ${reason}`,
      `Eine andere Person des Partnerteams bestätigt oder lehnt ab. Ohne Entscheidung verfällt die Korrektur am ${day(expiresOn)} und nichts ändert sich.`,
    ],
  },
  correctionDecided: {
    subject: ({ number, state }) =>
      state === 'confirmed'
        ? `Die Korrektur von ${number} ist bestätigt`
        : `Die Korrektur von ${number} wurde abgelehnt`,
    body: ({ mspName, number, period, amount, state, decidedBy, reason, document }) => [
      `${state === 'confirmed' ? `${decidedBy} hat Ihre Korrektur der Nutzungsabrechnung ${number} von ${mspName} für ${month(period)} bestätigt` : `${decidedBy} hat Ihre Korrektur der Nutzungsabrechnung ${number} von ${mspName} für ${month(period)} abgelehnt`}${amount === null ? '' : `: ${formatMinor(amount.totalMinor, amount.currency, 'de')}`}.`,
      state === 'refused'
        ? 'Es wurde nichts geändert.'
        : document === null
          ? 'Sie kommt mit der nächsten Abrechnung.'
          : `Daraus wurde ${document}.`,
      ...paragraphIf(reason !== null, `Grund: ${reason ?? ''}`),
    ],
  },
  correctionExpired: {
    subject: ({ number }) => `Die Korrektur von ${number} ist verfallen`,
    body: ({ mspName, number, period, reason }) => [
      `Niemand hat die Korrektur der Nutzungsabrechnung ${number} von ${mspName} für ${month(period)} rechtzeitig bestätigt. Es wurde nichts geändert.`,
      `Grund der Anfrage: ${reason}`,
      'Falls sie noch gebraucht wird, fragen Sie sie bitte neu an.',
    ],
  },
  creditIssued: {
    subject: ({ number, statementNumber }) => `Gutschrift ${number} zur Nutzungsabrechnung ${statementNumber}`,
    body: ({ mspName, number, period, statementNumber, total, distributorName }) => [
      `Anbei die Gutschrift ${number} zur Nutzungsabrechnung ${statementNumber} von ${mspName} für ${month(period)}. Summe: ${formatMinor(total.totalMinor, total.currency, 'de')}.`,
      fullStop(`Diese Gutschrift ist kein Rechnungsdokument. Sie wird verrechnet von ${distributorName}`),
    ],
  },
  statementReissued: {
    subject: ({ number, revision }) => `Nutzungsabrechnung ${number}, Fassung ${revision}`,
    body: ({ mspName, number, period, reason, revision }) => [
      `Anbei die Fassung ${revision} der Nutzungsabrechnung ${number} von ${mspName} für ${month(period)}. Sie ersetzt das bisherige Dokument; Beträge und Zeilen sind dieselben.`,
      `Grund: ${reason}`,
    ],
  },
  licenceEnds: {
    subject: ({ productName, siteName, lastDay, daysLeft }) =>
      daysLeft > 0
        ? `Lizenz für ${productName} am Standort ${siteName} endet am ${day(lastDay)}`
        : `Lizenz für ${productName} am Standort ${siteName} ist abgelaufen`,
    body: ({ mspName, licenceId, productName, siteName, tenantName, count: units, lastDay, daysLeft }) => [
      daysLeft > 0
        ? `Die Laufzeitlizenz von ${mspName} endet in ${count(daysLeft, DAYS_DATIVE)}.`
        : `Die Laufzeitlizenz von ${mspName} ist abgelaufen.`,
      bulleted([
        fullStop(ordered(productName, siteName, units)),
        ...(tenantName === null ? [] : [`Mandant: ${tenantName}`]),
        `Letzter Tag: ${day(lastDay)}`,
        `Nummer der Lizenz: ${licenceId}`,
      ]),
      daysLeft > 0
        ? 'Danach wird die Nutzung gezählt und monatlich abgerechnet.'
        : 'Von nun an wird die Nutzung gezählt und monatlich abgerechnet.',
      daysLeft > 0
        ? 'Soll eine Lizenz folgen, bestellen Sie die Verlängerung: Ihr Preis steht fest, bevor Sie bestätigen, und sie beginnt, wenn diese endet.'
        : 'Eine Verlängerung kann noch bestellt werden: Ihr Preis steht fest, bevor bestätigt wird, und sie beginnt am Tag ihrer Genehmigung.',
    ],
  },
  waitingConfirmation: {
    subject: ({ programmeName }) => `Möchten Sie von ${programmeName} hören?`,
    body: ({ programmeName, country, link, expiresOn }) => [
      `Jemand hat darum gebeten, dass diese Adresse erfährt, wann ${programmeName} Anmeldungen aus ${country} annimmt.`,
      `Wenn das stimmt, bestätigen Sie es hier: ${link}`,
      `Bestätigen können Sie es bis zum ${day(expiresOn)}. Über denselben Link nehmen Sie Ihre Adresse jederzeit wieder von der Liste.`,
      'Wenn Sie nicht wissen, worum es geht, ignorieren Sie diese E-Mail: Sie erfahren dann nichts.',
    ],
  },
  territoryOpened: {
    subject: ({ programmeName, country }) => `${programmeName} ist in ${country} offen`,
    body: ({ programmeName, country }) => [
      `Sie wollten es erfahren: ${programmeName} nimmt jetzt Anmeldungen aus ${country} an.`,
      'Dies ist die einzige E-Mail dazu.',
    ],
  },
  personInvited: {
    subject: ({ companyName }) => `Ihr Zugang zu Kontor für ${companyName}`,
    body: ({ personName, companyName, invitedBy, link, expiresOn }) => [
      `Guten Tag ${personName},`,
      fullStop(`${invitedBy} hat Sie eingeladen, in Kontor zu handeln für ${companyName}`),
      `Nehmen Sie hier an, und wählen Sie ein Passwort, wenn Sie noch keines haben: ${link}`,
      `Der Link gilt einmal, bis zum ${day(expiresOn)}. Wenn Sie nicht wissen, worum es geht, ignorieren Sie diese E-Mail: Dann geschieht nichts.`,
    ],
  },
  passwordReset: {
    subject: () => 'Wählen Sie ein neues Passwort für Kontor',
    body: ({ personName, link, minutes }) => [
      `Guten Tag ${personName},`,
      `Wählen Sie hier ein neues Passwort: ${link}`,
      `Der Link gilt einmal und ${count(minutes, MINUTES)} lang. Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese E-Mail: Ihr Passwort bleibt, wie es ist.`,
    ],
  },
  loginChanged: {
    subject: () => 'Ihre Anmeldung bei Kontor wurde geändert',
    body: ({ personName, change, byAdministrator }) => [
      `Guten Tag ${personName},`,
      LOGIN_CHANGES[change],
      byAdministrator
        ? 'Das hat jemand von der Administration des Partnerteams getan. Ihre Sitzungen sind beendet. Richten Sie nach der Anmeldung eine neue Authenticator-App ein.'
        : 'Wenn Sie es waren, ist nichts zu tun.',
      'Wenn Sie nichts davon wissen, wählen Sie sofort ein neues Passwort und sagen Sie es Ihrer Administration: Vielleicht benutzt jemand Ihren Zugang.',
    ],
  },
  signInLocked: {
    subject: () => 'Anmeldungen mit Ihrer Adresse sind fehlgeschlagen',
    body: ({ personName, failures }) => [
      `Guten Tag ${personName},`,
      `${count(failures, TRIES)}, sich mit Ihrer Adresse anzumelden, sind nacheinander fehlgeschlagen. Die nächsten müssen warten, jedes Mal länger.`,
      'Wenn Sie es nicht waren, errät vielleicht jemand Ihr Passwort: Richten Sie eine Authenticator-App ein, wenn Sie keine haben. Wenn Sie Ihr Passwort vergessen haben, fordern Sie ein neues an.',
    ],
  },
};

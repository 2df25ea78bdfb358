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

const count = (n: number, forms: PluralForms) => counted(n, forms, 'it');
const day = (text: string) => formatDay(text, 'it');
const month = (period: Parameters<typeof formatPeriod>[0]) => formatPeriod(period, 'it');

const YEARS: PluralForms = { one: 'anno', other: 'anni' };
const DAYS: PluralForms = { one: 'giorno', other: 'giorni' };
const STATEMENTS: PluralForms = { one: 'estratto', other: 'estratti' };
const CREDITS: PluralForms = { one: 'nota di accredito', other: 'note di accredito' };
const LINES: PluralForms = { one: 'riga', other: 'righe' };
const CORRECTIONS: PluralForms = { one: 'rettifica', other: 'rettifiche' };
const SITES: PluralForms = { one: 'sede', other: 'sedi' };
const MINUTES: PluralForms = { one: 'minuto', other: 'minuti' };
const TRIES: PluralForms = { one: 'tentativo', other: 'tentativi' };

/** What a billing pack holds. */
function documents(statements: number, credits: number): string {
  return [count(statements, STATEMENTS), ...(credits === 0 ? [] : [count(credits, CREDITS)])].join(' e ');
}

/** What an order is about: units at a site, or the use of a product. */
function ordered(productName: string, siteName: string | null, units: number | null): string {
  return siteName === null || units === null
    ? `l’uso di ${productName}`
    : `${formatQuantity(units, 'it')} × ${productName} presso la sede ${siteName}`;
}

const LOGIN_CHANGES: Record<LoginChange, string> = {
  password: 'La sua password è stata cambiata.',
  passwordSet:
    'È stata impostata una password: d’ora in poi si può accedere anche con essa, oltre che con il provider di identità.',
  authenticatorSetUp: 'È stata configurata un’app di autenticazione: d’ora in poi l’accesso ne chiede i codici.',
  authenticatorRemoved: 'La sua app di autenticazione è stata rimossa: d’ora in poi l’accesso chiede solo la password.',
  recoveryCodes: 'Sono stati creati nuovi codici di recupero: quelli precedenti non valgono più.',
};

export const mail: NonNullable<Translation['mail']> = {
  contactConfirmation: {
    subject: () => 'Confermate il vostro indirizzo e-mail',
    body: ({ link, expiresOn }) => [
      'Questo indirizzo è stato indicato come quello al quale un’azienda desidera ricevere la posta di Kontor: rendiconti, avvisi tecnici o legali.',
      `Se è corretto, confermatelo qui: ${link}`,
      `Il link vale una volta sola, fino al ${day(expiresOn)}. Se non sapete di che cosa si tratta, ignorate questa e-mail: non ne riceverete altre.`,
    ],
  },
  contactReplaced: {
    subject: () => 'La posta di Kontor va d’ora in poi a un altro indirizzo',
    body: ({ companyName }) => [
      `Per ${companyName} è stato indicato e confermato un altro indirizzo; la posta che arrivava qui va d’ora in poi lì.`,
      'Se non è stato nessuno della vostra azienda, avvisate subito il team partner.',
    ],
  },
  registrationReceived: {
    subject: ({ vendorName }) => `La vostra registrazione al programma di ${vendorName}`,
    body: ({ vendorName, decideBy, link }) => [
      `Grazie per la vostra registrazione. Il team partner di ${vendorName} la esamina e vi scriverà non appena avrà deciso, entro il ${day(decideBy)}. Fino ad allora non occorre fare nulla.`,
      `Qui vedete a che punto è, e potete ritirarla: ${link}`,
    ],
  },
  registrationApplied: {
    subject: ({ mspName }) => `Nuova registrazione: ${mspName}`,
    body: ({ mspName, registrationNumber, distributorName, duplicates, expiresOn }) => [
      `${mspName} (numero di registrazione ${registrationNumber}, distributore ${distributorName}) si è registrata.`,
      ...paragraphIf(duplicates > 0, `Partecipanti che potrebbero essere la stessa azienda: ${duplicates}.`),
      `Vi preghiamo di approvarla o di rifiutarla. Senza decisione scade il ${day(expiresOn)}.`,
    ],
  },
  registrationWithdrawn: {
    subject: ({ mspName }) => `Registrazione ritirata: ${mspName}`,
    body: ({ mspName, registrationNumber, reason }) => [
      `${mspName} (numero di registrazione ${registrationNumber}) ha ritirato la registrazione.`,
      ...paragraphIf(reason !== null, `Motivo: ${reason ?? ''}`),
      'Non resta nulla da decidere.',
    ],
  },
  registrationReminder: {
    subject: ({ mspName }) => `La registrazione di ${mspName} attende una decisione`,
    body: ({ mspName, registrationNumber, distributorName, waitingDays, expiresOn, duplicateOf }) => [
      `La registrazione di ${mspName} (numero di registrazione ${registrationNumber}, distributore ${distributorName}) è in attesa da ${count(waitingDays, DAYS)}.`,
      ...paragraphIf(duplicateOf !== null, fullStop(`Potrebbe essere un duplicato di ${duplicateOf ?? ''}`)),
      `Vi preghiamo di approvarla o respingerla. Senza decisione scade in data ${day(expiresOn)}.`,
    ],
  },
  registrationWelcome: {
    subject: ({ vendorName }) => `Benvenuti nel programma di ${vendorName}`,
    body: ({ vendorName, mspName, distributorName, portalUrl }) => [
      fullStop(`${vendorName} ha approvato la registrazione di ${mspName}`),
      'Ora potete creare clienti e sedi e generare una chiave a consumo per ogni installazione. I consumi si contano a posteriori: non si ordinano quantità in anticipo.',
      `Ogni mese riceverete un estratto dei vostri consumi. ${distributorName} lo fattura nella vostra valuta locale.`,
      ...(portalUrl === null ? [] : [`L’indirizzo di Kontor: ${portalUrl}`]),
      'Si accede con un invito personale: lo invia, con un’e-mail a parte, il team partner o chi amministra la vostra azienda in Kontor, con un link per scegliere una password.',
    ],
  },
  registrationRejected: {
    subject: ({ vendorName }) => `La vostra registrazione al programma di ${vendorName} non è stata accettata`,
    body: ({ vendorName, reason }) => [
      fullStop(`${vendorName} non ha potuto accettare la vostra registrazione`),
      `Motivo: ${reason}`,
      'Se le circostanze dovessero cambiare, potete registrarvi di nuovo.',
    ],
  },
  registrationExpired: {
    subject: ({ vendorName }) => `La vostra registrazione al programma di ${vendorName} è scaduta`,
    body: ({ days }) => [
      `La vostra registrazione non è stata decisa entro ${count(days, DAYS)} ed è scaduta.`,
      'Ce ne scusiamo. Se siete ancora interessati, vi preghiamo di registrarvi di nuovo.',
    ],
  },
  siteActivationReminder: {
    subject: ({ siteName }) => `La sede ${siteName} non è ancora attivata`,
    body: ({ siteName, keyCreatedOn }) => [
      `La chiave della sede ${siteName} è stata creata in data ${day(keyCreatedOn)} e da allora nessuna installazione l’ha usata.`,
      'Vi preghiamo di inserire la chiave presso la sede. Se la sede non serve più, distruggete la chiave.',
    ],
  },
  contactWarning: {
    subject: ({ siteName }) => `Nessun contatto con la sede ${siteName}`,
    body: ({ siteName, lastContactOn, silentDays, blockOn }) => [
      `La sede ${siteName} non dà notizie da ${count(silentDays, DAYS)}. Ultimo contatto: ${dayOr(lastContactOn, 'mai', 'it')}.`,
      `Vi preghiamo di verificare che la sede raggiunga Internet. Senza un check-in, le nuove installazioni saranno rifiutate con decorrenza ${day(blockOn)}. Un check-in annulla subito il blocco.`,
    ],
  },
  contactBlocked: {
    subject: ({ siteName }) => `Nuove installazioni rifiutate presso la sede ${siteName}`,
    body: ({ siteName, lastContactOn, silentDays, disableOn }) => [
      `La sede ${siteName} non dà notizie da ${count(silentDays, DAYS)}; le nuove installazioni sono rifiutate. Ultimo contatto: ${dayOr(lastContactOn, 'mai', 'it')}.`,
      `Senza un check-in la chiave sarà disabilitata in data ${day(disableOn)}. Un check-in annulla subito entrambi i blocchi.`,
    ],
  },
  keyDisabled: {
    subject: ({ siteName }) => `La chiave della sede ${siteName} è disabilitata`,
    body: ({ siteName, lastContactOn, silentDays }) => [
      `La sede ${siteName} non dà notizie da ${count(silentDays, DAYS)}; la sua chiave è disabilitata. Ultimo contatto: ${dayOr(lastContactOn, 'mai', 'it')}.`,
      'Il prossimo check-in della sede riabilita la chiave.',
    ],
  },
  reportMissing: {
    subject: ({ period, siteNames }) =>
      `Rapporti d’uso mancanti per ${month(period)}: ${count(siteNames.length, SITES)}`,
    body: ({ period, siteNames, collectUntil }) => [
      `Per ${month(period)} non abbiamo ricevuto il rapporto d’uso da:`,
      bulleted(siteNames),
      `I rapporti valgono fino alla fine del giorno ${day(collectUntil)}. Per le sedi ancora mancanti la quantità viene stimata e rettificata in un periodo successivo.`,
    ],
  },
  statementIssued: {
    subject: ({ number, period }) => `Estratto dei consumi ${number} di ${month(period)}`,
    body: ({ mspName, number, period, total, distributorName, estimatedLines, correctionLines }) => [
      `In allegato l’estratto dei consumi ${number} di ${mspName} per ${month(period)}. Totale: ${formatMinor(total.totalMinor, total.currency, 'it')}.`,
      ...paragraphIf(
        estimatedLines > 0,
        `Contiene stime (${count(estimatedLines, LINES)}), perché alcune sedi non hanno inviato il rapporto in tempo. Saranno rettificate in un periodo successivo.`,
      ),
      ...paragraphIf(correctionLines > 0, `Contiene ${count(correctionLines, CORRECTIONS)} di periodi precedenti.`),
      fullStop(`Questo estratto non è una fattura. La fattura è emessa da ${distributorName}`),
    ],
  },
  billingPack: {
    subject: ({ vendorName, period, supplement }) =>
      supplement === 0
        ? `${vendorName}: pacchetto di fatturazione di ${month(period)}`
        : `${vendorName}: pacchetto di fatturazione di ${month(period)}, supplemento ${supplement}`,
    body: ({ vendorName, distributorName, period, supplement, statements, credits, totals, parked, download }) => [
      supplement === 0
        ? `In allegato il pacchetto di fatturazione di ${vendorName} per ${distributorName} e ${month(period)}: ${documents(statements, credits)}, un riepilogo e le righe in forma leggibile da macchina.`
        : `In allegato il supplemento ${supplement} al pacchetto di fatturazione di ${vendorName} per ${distributorName} e ${month(period)}: ${documents(statements, credits)} nel frattempo, un riepilogo e le righe in forma leggibile da macchina.`,
      ...paragraphIf(
        download !== null,
        `Insieme gli estratti sono troppo grandi per un’e-mail. Il riepilogo e le righe sono allegati, gli estratti si possono scaricare: ${download ?? ''}`,
      ),
      ...paragraphIf(totals.length > 0, `Totale:\n${totalsList(totals, 'it')}`),
      ...paragraphIf(parked.length > 0, `Ancora aperti; seguiranno in un supplemento:\n${parkedList(parked)}`),
      'Gli estratti non sono fatture. Vi preghiamo di fatturarli ai managed service provider.',
    ],
  },
  packQuestioned: {
    subject: ({ distributorName, period }) =>
      `${distributorName} chiede chiarimenti sul pacchetto di fatturazione di ${month(period)}`,
    body: ({ programmeName, distributorName, period, supplement, question, askedBy }) => [
      `${askedBy} di ${distributorName} chiede chiarimenti ${supplement === 0 ? 'sul pacchetto di fatturazione' : `sul supplemento ${supplement} al pacchetto di fatturazione`} di ${programmeName} per ${month(period)}:`,
      question,
      'Vi preghiamo di rispondere in Kontor; il distributore riceve la risposta per e-mail.',
    ],
  },
  packAnswered: {
    subject: ({ vendorName, period }) =>
      `${vendorName}: la vostra domanda sul pacchetto di fatturazione di ${month(period)}`,
    body: ({ vendorName, period, supplement, question, answer }) => [
      `Avete chiesto chiarimenti ${supplement === 0 ? 'sul pacchetto di fatturazione' : `sul supplemento ${supplement} al pacchetto di fatturazione`} per ${month(period)}:`,
      question,
      `${vendorName} risponde:`,
      answer,
    ],
  },
  quoteAsked: {
    subject: ({ companyName, productName }) => `Richiesta di preventivo: ${companyName}, ${productName}`,
    body: ({ companyName, programmeName, productName, quantity, years, wish, askedBy }) => [
      `${askedBy} di ${companyName} chiede un preventivo in ${programmeName}: ${formatQuantity(quantity, 'it')} × ${productName}${years === null ? '' : `, durata ${count(years, YEARS)}`}.`,
      wish,
      'Rispondete con le voci e l’ultimo giorno di validità, oppure ritiratelo.',
    ],
  },
  quoteAnswered: {
    subject: ({ vendorName, number, reminder }) =>
      reminder
        ? `${vendorName}: il vostro preventivo ${number} sta per scadere`
        : `${vendorName}: il vostro preventivo ${number}`,
    body: ({ vendorName, number, productName, total, validUntil, reminder }) => [
      reminder
        ? `Il preventivo ${number} per ${productName} è ancora aperto. L’importo è di ${formatMinor(total.totalMinor, total.currency, 'it')}.`
        : `${vendorName} ha risposto alla vostra richiesta: il preventivo ${number} per ${productName} è di ${formatMinor(total.totalMinor, total.currency, 'it')}.`,
      `Non vincola nessuno. Potete accettarlo o rifiutarlo fino al ${day(validUntil)}; il documento è nel portale.`,
    ],
  },
  parkedReminder: {
    subject: ({ mspName, period }) => `Serve una decisione: ${mspName}, ${month(period)}`,
    body: ({ mspName, period, reason, waitingDays, decideBy }) => [
      `L’estratto di ${mspName} per ${month(period)} attende una decisione da ${count(waitingDays, DAYS)}.`,
      `Motivo: ${reason}`,
      decideBy === null
        ? 'Sarà emesso non appena sarà deciso.'
        : `Vi preghiamo di decidere entro il giorno ${day(decideBy)}.`,
    ],
  },
  runSummary: {
    subject: ({ programmeName, period, parked }) =>
      parked.length === 0
        ? `${programmeName}: Chiusura di ${month(period)} completata`
        : `${programmeName}: Chiusura di ${month(period)}: ancora in sospeso ${count(parked.length, STATEMENTS)}`,
    body: ({ period, issued, zeroStatements, estimatedLines, totals, mailed, mailProblems, parked }) => [
      `Emessi con la chiusura di ${month(period)}: ${count(issued, STATEMENTS)}, di cui senza consumi: ${formatQuantity(zeroStatements, 'it')}. Righe stimate: ${formatQuantity(estimatedLines, 'it')}.`,
      ...paragraphIf(totals.length > 0, `Totali:\n${totalsList(totals, 'it')}`),
      `E-mail inviate: ${mailed}. E-mail che richiedono attenzione: ${mailProblems}.`,
      ...paragraphIf(parked.length > 0, `In attesa di decisione:\n${parkedList(parked)}`),
    ],
  },
  runFailed: {
    subject: ({ programmeName, period }) => `La chiusura di ${month(period)} di ${programmeName} non è riuscita`,
    body: ({ programmeName, period, reason }) => [
      `La chiusura di ${month(period)} di ${programmeName} non è riuscita; quanto poteva essere emesso è stato emesso e inviato.`,
      `Motivo: ${reason}`,
      'Correggere, poi avviare di nuovo la chiusura a mano: riprende da dove era.',
    ],
  },
  databaseRestored: {
    subject: () => 'La banca dati di Kontor è stata ripristinata da un backup',
    body: ({ uncertain, runs }) => [
      'La banca dati contiene meno di quanto è stato inviato: è stata ripristinata da un backup.',
      `E-mail che potrebbero essere state inviate dopo il backup e che non vengono inviate di nuovo da sole: ${String(uncertain)}.`,
      `Chiusure mensili che ricominciano da ciò che contiene la banca dati: ${String(runs)}.`,
      'Verificare le e-mail con il registro del server di posta: kontor outbox reconcile. Quanto è stato inserito dopo il backup va inserito di nuovo.',
    ],
  },
  runNotOpened: {
    subject: ({ programmeName, period }) => `La chiusura di ${month(period)} di ${programmeName} non è stata aperta`,
    body: ({ programmeName, period, reason }) => [
      fullStop(`Non è stato possibile aprire la chiusura di ${month(period)} di ${programmeName}`),
      `Motivo: ${reason}`,
      'Correggere, poi avviare la chiusura a mano.',
    ],
  },
  completenessGate: {
    subject: ({ period, silent, expected }) =>
      `Decisione necessaria: ${silent} di ${expected} sedi tacciono in ${month(period)}`,
    body: ({ programmeName, period, silent, expected, lastBilled }) => [
      `${silent} di ${expected} sedi di ${programmeName} non hanno inviato il rapporto di utilizzo per ${month(period)}. Sono troppe per stimare senza chiedere: la chiusura attende.`,
      ...paragraphIf(
        lastBilled.length > 0,
        `Importi dell'ultimo estratto per queste sedi:\n${totalsList(lastBilled, 'it')}`,
      ),
      'Prolungare la raccolta oppure far proseguire la chiusura con le stime. Prosegue da sola appena sono arrivati abbastanza rapporti.',
    ],
  },
  orderPlaced: {
    subject: ({ mspName, productName }) => `Decisione necessaria: ordine di ${mspName}, ${productName}`,
    body: ({ mspName, productName, siteName, count: units, price, expiresOn }) => [
      `${mspName} ha ordinato ${fullStop(ordered(productName, siteName, units))} Prezzo: ${formatMinor(price.totalMinor, price.currency, 'it')}.`,
      `Vi preghiamo di approvarlo o rifiutarlo. Senza decisione scade in data ${day(expiresOn)}.`,
    ],
  },
  orderApproved: {
    subject: ({ productName }) => `Il vostro ordine di ${productName} è approvato`,
    body: ({ productName, siteName, count: units, price, startsOn, endsOn }) => [
      `È approvato il vostro ordine: ${fullStop(ordered(productName, siteName, units))} Prezzo: ${formatMinor(price.totalMinor, price.currency, 'it')}.`,
      startsOn === null || endsOn === null
        ? 'Potete usarlo da subito.'
        : `Vale dal giorno ${day(startsOn)} fino al giorno prima di ${day(endsOn)} ed è sul vostro estratto dal mese in cui inizia.`,
    ],
  },
  orderRefused: {
    subject: ({ productName }) => `Il vostro ordine di ${productName} è stato rifiutato`,
    body: ({ vendorName, productName, siteName, count: units, reason }) => [
      fullStop(`${vendorName} ha rifiutato il vostro ordine: ${ordered(productName, siteName, units)}`),
      `Motivo: ${reason}`,
    ],
  },
  orderExpired: {
    subject: ({ productName }) => `Il vostro ordine di ${productName} è scaduto`,
    body: ({ productName, siteName, count: units }) => [
      `Sul vostro ordine non è stato deciso in tempo ed è scaduto: ${fullStop(ordered(productName, siteName, units))}`,
      'Ce ne scusiamo. Se siete ancora interessati, vi preghiamo di ordinare di nuovo.',
    ],
  },
  orderWithdrawn: {
    subject: ({ mspName, productName }) => `Ordine ritirato: ${mspName}, ${productName}`,
    body: ({ mspName, productName, siteName, count: units }) => [
      `${mspName} ha ritirato il suo ordine: ${fullStop(ordered(productName, siteName, units))}`,
      'Non resta nulla da decidere.',
    ],
  },
  correctionAsked: {
    subject: ({ number, reminder }) =>
      `${reminder ? 'Promemoria: una' : 'Una'} correzione di ${number} attende una seconda persona`,
    body: ({ mspName, number, period, amount, reason, askedBy, expiresOn }) => [
      `${askedBy} chiede di correggere l’estratto dei consumi ${number} di ${mspName} per ${month(period)}${amount === null ? '; nessun importo cambia' : `: ${formatMinor(amount.totalMinor, amount.currency, 'it')}`}.`,
      `Motivo: ${reason}`,
      `Un’altra persona del team partner la conferma o la rifiuta. Senza decisione scade il ${day(expiresOn)} e nulla cambia.`,
    ],
  },
  correctionDecided: {
    subject: ({ number, state }) =>
      state === 'confirmed'
        ? `La correzione di ${number} è confermata`
        : `La correzione di ${number} è stata rifiutata`,
    body: ({ mspName, number, period, amount, state, decidedBy, reason, document }) => [
      `${state === 'confirmed' ? `${decidedBy} ha confermato la sua correzione dell’estratto dei consumi ${number} di ${mspName} per ${month(period)}` : `${decidedBy} ha rifiutato la sua correzione dell’estratto dei consumi ${number} di ${mspName} per ${month(period)}`}${amount === null ? '' : `: ${formatMinor(amount.totalMinor, amount.currency, 'it')}`}.`,
      state === 'refused'
        ? 'Nulla è cambiato.'
        : document === null
          ? 'Sarà nel prossimo estratto.'
          : `Ne è risultato ${document}.`,
      ...paragraphIf(reason !== null, `Motivo: ${reason ?? ''}`),
    ],
  },
  correctionExpired: {
    subject: ({ number }) => `La correzione di ${number} è scaduta`,
    body: ({ mspName, number, period, reason }) => [
      `Nessuno ha confermato in tempo la correzione dell’estratto dei consumi ${number} di ${mspName} per ${month(period)}. Nulla è cambiato.`,
      `Motivo della richiesta: ${reason}`,
      'Se serve ancora, va richiesta di nuovo.',
    ],
  },
  creditIssued: {
    subject: ({ number, statementNumber }) =>
      `Nota di accredito ${number} sull’estratto dei consumi ${statementNumber}`,
    body: ({ mspName, number, period, statementNumber, total, distributorName }) => [
      `In allegato la nota di accredito ${number} sull’estratto dei consumi ${statementNumber} di ${mspName} per ${month(period)}. Totale: ${formatMinor(total.totalMinor, total.currency, 'it')}.`,
      fullStop(`Questa nota di accredito non è un documento di fatturazione. Viene regolata da ${distributorName}`),
    ],
  },
  statementReissued: {
    subject: ({ number, revision }) => `Estratto dei consumi ${number}, revisione ${revision}`,
    body: ({ mspName, number, period, reason, revision }) => [
      `In allegato la revisione ${revision} dell’estratto dei consumi ${number} di ${mspName} per ${month(period)}. Sostituisce il documento precedente; importi e righe sono gli stessi.`,
      `Motivo: ${reason}`,
    ],
  },
  licenceEnds: {
    subject: ({ productName, siteName, lastDay, daysLeft }) =>
      daysLeft > 0
        ? `La licenza di ${productName} presso la sede ${siteName} termina in data ${day(lastDay)}`
        : `La licenza di ${productName} presso la sede ${siteName} è terminata`,
    body: ({ mspName, licenceId, productName, siteName, tenantName, count: units, lastDay, daysLeft }) => [
      daysLeft > 0
        ? `La licenza a termine di ${mspName} termina tra ${count(daysLeft, DAYS)}.`
        : `La licenza a termine di ${mspName} è terminata.`,
      bulleted([
        fullStop(ordered(productName, siteName, units)),
        ...(tenantName === null ? [] : [`Cliente: ${tenantName}`]),
        `Ultimo giorno: ${day(lastDay)}`,
        `Numero della licenza: ${licenceId}`,
      ]),
      daysLeft > 0
        ? 'In seguito i consumi si contano e si addebitano ogni mese.'
        : 'Da ora i consumi si contano e si addebitano ogni mese.',
      daysLeft > 0
        ? 'Per continuare con una licenza, ordinatene il rinnovo: il prezzo è noto prima della conferma, e inizia quando questa termina.'
        : 'Un rinnovo si può ancora ordinare: il prezzo è noto prima della conferma, e inizia il giorno dell’approvazione.',
    ],
  },
  waitingConfirmation: {
    subject: ({ programmeName }) => `Volete essere avvisati di ${programmeName}?`,
    body: ({ programmeName, country, link, expiresOn }) => [
      `Qualcuno ha chiesto che questo indirizzo venga avvisato quando ${programmeName} accetterà registrazioni da questo Paese: ${country}.`,
      `Se è corretto, confermatelo qui: ${link}`,
      `Si può confermare fino al ${day(expiresOn)}. Con lo stesso link potete togliere il vostro indirizzo dalla lista in qualsiasi momento.`,
      'Se non sapete di che cosa si tratta, ignorate questa e-mail: non riceverete alcun avviso.',
    ],
  },
  territoryOpened: {
    subject: ({ programmeName, country }) => `${programmeName} è aperto in ${country}`,
    body: ({ programmeName, country }) => [
      `Come richiesto: ${programmeName} accetta ora registrazioni da ${country}.`,
      'Questa è l’unica e-mail al riguardo.',
    ],
  },
  personInvited: {
    subject: ({ companyName }) => `Il suo accesso a Kontor per ${companyName}`,
    body: ({ personName, companyName, invitedBy, link, expiresOn }) => [
      `Gentile ${personName},`,
      fullStop(`${invitedBy} l’ha invitata ad agire in Kontor per ${companyName}`),
      `Accetti qui, e scelga una password se non ne ha ancora una: ${link}`,
      `Il link vale una volta sola, fino al ${day(expiresOn)}. Se non sa di che cosa si tratta, ignori questa e-mail: non succede nulla.`,
    ],
  },
  passwordReset: {
    subject: () => 'Scelga una nuova password per Kontor',
    body: ({ personName, link, minutes }) => [
      `Gentile ${personName},`,
      `Scelga qui una nuova password: ${link}`,
      `Il link vale una volta sola, per ${count(minutes, MINUTES)}. Se non l’ha richiesto, ignori questa e-mail: la sua password resta com’è.`,
    ],
  },
  loginChanged: {
    subject: () => 'Il suo accesso a Kontor è cambiato',
    body: ({ personName, change, byAdministrator }) => [
      `Gentile ${personName},`,
      LOGIN_CHANGES[change],
      byAdministrator
        ? 'Lo ha fatto un amministratore del team partner. Le sue sessioni sono terminate. Dopo l’accesso configuri una nuova app di autenticazione.'
        : 'Se è stata Lei, non deve fare nulla.',
      'Se non ne sa nulla, scelga subito una nuova password e avvisi il suo amministratore: forse qualcuno usa il suo accesso.',
    ],
  },
  signInLocked: {
    subject: () => 'Accessi non riusciti con il suo indirizzo',
    body: ({ personName, failures }) => [
      `Gentile ${personName},`,
      `Con il suo indirizzo non sono riusciti, uno dopo l’altro, ${count(failures, TRIES)} di accesso. I prossimi devono attendere, ogni volta di più.`,
      'Se non è stata Lei, qualcuno forse cerca di indovinare la sua password: configuri un’app di autenticazione se non ne ha una. Se ha dimenticato la password, ne richieda una nuova.',
    ],
  },
};

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
import type { MailMessages } from '../mail.js';
import { bulleted, dayOr, paragraphIf, parkedList, totalsList } from '../mailText.js';

const count = (n: number, forms: PluralForms) => counted(n, forms, 'en');
const day = (text: string) => formatDay(text, 'en');
const month = (period: Parameters<typeof formatPeriod>[0]) => formatPeriod(period, 'en');

const YEARS: PluralForms = { one: 'year', other: 'years' };
const DAYS: PluralForms = { one: 'day', other: 'days' };
const STATEMENTS: PluralForms = { one: 'statement', other: 'statements' };
const CREDITS: PluralForms = { one: 'credit', other: 'credits' };
const LINES: PluralForms = { one: 'line', other: 'lines' };
const CORRECTIONS: PluralForms = { one: 'correction', other: 'corrections' };
const SITES: PluralForms = { one: 'site', other: 'sites' };
const MINUTES: PluralForms = { one: 'minute', other: 'minutes' };
const TRIES: PluralForms = { one: 'attempt', other: 'attempts' };

/** What a billing pack holds. */
function documents(statements: number, credits: number): string {
  return [count(statements, STATEMENTS), ...(credits === 0 ? [] : [count(credits, CREDITS)])].join(' and ');
}

/** What an order is about: units at a site, or the use of a product. */
function ordered(productName: string, siteName: string | null, units: number | null): string {
  return siteName === null || units === null
    ? `the use of ${productName}`
    : `${formatQuantity(units, 'en')} × ${productName} at site ${siteName}`;
}

const LOGIN_CHANGES: Record<LoginChange, string> = {
  password: 'Your password was changed.',
  passwordSet: 'A password was set: from now on one can sign in with it, beside your identity provider.',
  authenticatorSetUp: 'An authenticator was set up: signing in asks for its codes from now on.',
  authenticatorRemoved: 'Your authenticator was removed: signing in asks for the password alone from now on.',
  recoveryCodes: 'New recovery codes were made: those before are worth nothing from now on.',
};

export const mail: MailMessages = {
  contactConfirmation: {
    subject: () => 'Please confirm your mail address',
    body: ({ link, expiresOn }) => [
      'This address was named as the one to which a company wants its mail from Kontor: statements, technical notices or legal notices.',
      `If that is right, confirm it here: ${link}`,
      `The link works once, until ${day(expiresOn)}. If you do not know what this is about, ignore this mail: you get no other one.`,
    ],
  },
  contactReplaced: {
    subject: () => 'Mail from Kontor goes to another address from now on',
    body: ({ companyName }) => [
      `Another address was named for ${companyName} and confirmed; the mail that came here goes there from now on.`,
      'If nobody of your company did this, tell the partner team at once.',
    ],
  },
  registrationReceived: {
    subject: ({ vendorName }) => `Your registration with the ${vendorName} programme`,
    body: ({ vendorName, decideBy, link }) => [
      `Thank you for your registration. The partner team of ${vendorName} reviews it and writes to you as soon as it is decided, by ${day(decideBy)}. You need not do anything until then.`,
      `Where it stands, and how to withdraw it: ${link}`,
    ],
  },
  registrationApplied: {
    subject: ({ mspName }) => `New registration: ${mspName}`,
    body: ({ mspName, registrationNumber, distributorName, duplicates, expiresOn }) => [
      `${mspName} (registration number ${registrationNumber}, distributor ${distributorName}) has applied.`,
      ...paragraphIf(duplicates > 0, `Participants that may be the same company: ${duplicates}.`),
      `Please approve or reject it. Undecided, it expires on ${day(expiresOn)}.`,
    ],
  },
  registrationWithdrawn: {
    subject: ({ mspName }) => `Registration withdrawn: ${mspName}`,
    body: ({ mspName, registrationNumber, reason }) => [
      `${mspName} (registration number ${registrationNumber}) has withdrawn its registration.`,
      ...paragraphIf(reason !== null, `Reason: ${reason ?? ''}`),
      'Nothing is left to decide.',
    ],
  },
  registrationReminder: {
    subject: ({ mspName }) => `Registration of ${mspName} awaits a decision`,
    body: ({ mspName, registrationNumber, distributorName, waitingDays, expiresOn, duplicateOf }) => [
      `The registration of ${mspName} (registration number ${registrationNumber}, distributor ${distributorName}) has been waiting for ${count(waitingDays, DAYS)}.`,
      ...paragraphIf(duplicateOf !== null, fullStop(`It may be a duplicate of ${duplicateOf ?? ''}`)),
      `Please approve or reject it. Undecided, it expires on ${day(expiresOn)}.`,
    ],
  },
  registrationWelcome: {
    subject: ({ vendorName }) => `Welcome to the ${vendorName} programme`,
    body: ({ vendorName, mspName, distributorName, portalUrl }) => [
      fullStop(`${vendorName} has approved the registration of ${mspName}`),
      'You can now set up tenants and sites and create a metered key for each installation. Usage is counted afterwards; you do not order quantities in advance.',
      `Each month you receive a statement of your usage. ${distributorName} invoices it in your local currency.`,
      ...(portalUrl === null ? [] : [`The address of Kontor: ${portalUrl}`]),
      'You get in by an invitation of your own: the partner team, or whoever administers your company in Kontor, sends it in a separate mail, with a link by which you choose a password.',
    ],
  },
  registrationRejected: {
    subject: ({ vendorName }) => `Your registration with the ${vendorName} programme was not accepted`,
    body: ({ vendorName, reason }) => [
      fullStop(`${vendorName} could not accept your registration`),
      `Reason: ${reason}`,
      'If circumstances change, you are welcome to register again.',
    ],
  },
  registrationExpired: {
    subject: ({ vendorName }) => `Your registration with the ${vendorName} programme has expired`,
    body: ({ days }) => [
      `Your registration was not decided within ${count(days, DAYS)} and has expired.`,
      'We apologise. Please register again if you are still interested.',
    ],
  },
  siteActivationReminder: {
    subject: ({ siteName }) => `Site ${siteName} has not been activated yet`,
    body: ({ siteName, keyCreatedOn }) => [
      `The key of site ${siteName} was created on ${day(keyCreatedOn)}, and no installation has used it since.`,
      'Please enter the key at the site. If the site is no longer needed, destroy the key.',
    ],
  },
  contactWarning: {
    subject: ({ siteName }) => `No contact with site ${siteName}`,
    body: ({ siteName, lastContactOn, silentDays, blockOn }) => [
      `Site ${siteName} has not been in contact for ${count(silentDays, DAYS)}. Last contact: ${dayOr(lastContactOn, 'never', 'en')}.`,
      `Please check that the site can reach the Internet. Without a check-in, new deployments are refused from ${day(blockOn)}. A check-in lifts this at once.`,
    ],
  },
  contactBlocked: {
    subject: ({ siteName }) => `New deployments at site ${siteName} are refused`,
    body: ({ siteName, lastContactOn, silentDays, disableOn }) => [
      `Site ${siteName} has not been in contact for ${count(silentDays, DAYS)}; new deployments are refused. Last contact: ${dayOr(lastContactOn, 'never', 'en')}.`,
      `Without a check-in, its key is disabled on ${day(disableOn)}. A check-in lifts both at once.`,
    ],
  },
  keyDisabled: {
    subject: ({ siteName }) => `The key of site ${siteName} is disabled`,
    body: ({ siteName, lastContactOn, silentDays }) => [
      `Site ${siteName} has not been in contact for ${count(silentDays, DAYS)}; its key is disabled. Last contact: ${dayOr(lastContactOn, 'never', 'en')}.`,
      'The next check-in of the site enables the key again.',
    ],
  },
  reportMissing: {
    subject: ({ period, siteNames }) => `Usage reports for ${month(period)} missing: ${count(siteNames.length, SITES)}`,
    body: ({ period, siteNames, collectUntil }) => [
      `We have no usage report for ${month(period)} from:`,
      bulleted(siteNames),
      `Reports count until the end of ${day(collectUntil)}. A site still missing then is estimated, and the estimate is corrected in a later period.`,
    ],
  },
  statementIssued: {
    subject: ({ number, period }) => `Usage statement ${number} for ${month(period)}`,
    body: ({ mspName, number, period, total, distributorName, estimatedLines, correctionLines }) => [
      `Attached is usage statement ${number} of ${mspName} for ${month(period)}. Total: ${formatMinor(total.totalMinor, total.currency, 'en')}.`,
      ...paragraphIf(
        estimatedLines > 0,
        `It contains estimates (${count(estimatedLines, LINES)}), because sites did not report in time. They are corrected in a later period.`,
      ),
      ...paragraphIf(correctionLines > 0, `It contains ${count(correctionLines, CORRECTIONS)} of earlier periods.`),
      fullStop(`This statement is not an invoice. You are invoiced by ${distributorName}`),
    ],
  },
  billingPack: {
    subject: ({ vendorName, period, supplement }) =>
      supplement === 0
        ? `${vendorName}: billing pack for ${month(period)}`
        : `${vendorName}: billing pack for ${month(period)}, supplement ${supplement}`,
    body: ({ vendorName, distributorName, period, supplement, statements, credits, totals, parked, download }) => [
      supplement === 0
        ? `Attached is the billing pack of ${vendorName} for ${distributorName} and ${month(period)}: ${documents(statements, credits)}, a summary and the lines in machine-readable form.`
        : `Attached is supplement ${supplement} to the billing pack of ${vendorName} for ${distributorName} and ${month(period)}: ${documents(statements, credits)} settled since, a summary and the lines in machine-readable form.`,
      ...paragraphIf(
        download !== null,
        `Together the statements are too large for a mail. The summary and the lines are attached; the statements can be downloaded: ${download ?? ''}`,
      ),
      ...paragraphIf(totals.length > 0, `Total:\n${totalsList(totals, 'en')}`),
      ...paragraphIf(parked.length > 0, `Still open; these follow in a supplement:\n${parkedList(parked)}`),
      'The statements are not invoices. Please invoice the managed service providers.',
    ],
  },
  packQuestioned: {
    subject: ({ distributorName, period }) => `${distributorName} asks about its billing pack for ${month(period)}`,
    body: ({ programmeName, distributorName, period, supplement, question, askedBy }) => [
      `${askedBy} of ${distributorName} asks about ${supplement === 0 ? 'the billing pack' : `supplement ${supplement} to the billing pack`} of ${programmeName} for ${month(period)}:`,
      question,
      'Please answer in Kontor; the distributor gets the answer by mail.',
    ],
  },
  packAnswered: {
    subject: ({ vendorName, period }) => `${vendorName}: your question about the billing pack for ${month(period)}`,
    body: ({ vendorName, period, supplement, question, answer }) => [
      `You asked about ${supplement === 0 ? 'the billing pack' : `supplement ${supplement} to the billing pack`} for ${month(period)}:`,
      question,
      `${vendorName} answers:`,
      answer,
    ],
  },
  quoteAsked: {
    subject: ({ companyName, productName }) => `Service quote wanted: ${companyName}, ${productName}`,
    body: ({ companyName, programmeName, productName, quantity, years, wish, askedBy }) => [
      `${askedBy} of ${companyName} asks for a service quote in ${programmeName}: ${formatQuantity(quantity, 'en')} × ${productName}${years === null ? '' : `, term of ${count(years, YEARS)}`}.`,
      wish,
      'Please answer it with lines and a last day, or withdraw it.',
    ],
  },
  quoteAnswered: {
    subject: ({ vendorName, number, reminder }) =>
      reminder ? `${vendorName}: your quote ${number} ends soon` : `${vendorName}: your quote ${number}`,
    body: ({ vendorName, number, productName, total, validUntil, reminder }) => [
      reminder
        ? `Quote ${number} for ${productName} is still open. It comes to ${formatMinor(total.totalMinor, total.currency, 'en')}.`
        : `${vendorName} has answered your request: quote ${number} for ${productName} comes to ${formatMinor(total.totalMinor, total.currency, 'en')}.`,
      `It binds nobody. You can accept or decline it until ${day(validUntil)}; the document is with it in the portal.`,
    ],
  },
  parkedReminder: {
    subject: ({ mspName, period }) => `Decision needed: ${mspName}, ${month(period)}`,
    body: ({ mspName, period, reason, waitingDays, decideBy }) => [
      `The statement of ${mspName} for ${month(period)} has been waiting for a decision for ${count(waitingDays, DAYS)}.`,
      `Reason: ${reason}`,
      decideBy === null ? 'It is issued once it is decided.' : `Please decide by ${day(decideBy)}.`,
    ],
  },
  runSummary: {
    subject: ({ programmeName, period, parked }) =>
      parked.length === 0
        ? `${programmeName}: Month-end close ${month(period)} completed`
        : `${programmeName}: Month-end close ${month(period)}: ${count(parked.length, STATEMENTS)} still open`,
    body: ({ period, issued, zeroStatements, estimatedLines, totals, mailed, mailProblems, parked }) => [
      `The close of ${month(period)} has issued ${count(issued, STATEMENTS)}, of them without usage: ${formatQuantity(zeroStatements, 'en')}. Estimated lines: ${formatQuantity(estimatedLines, 'en')}.`,
      ...paragraphIf(totals.length > 0, `Totals:\n${totalsList(totals, 'en')}`),
      `Mails sent: ${mailed}. Mails that need attention: ${mailProblems}.`,
      ...paragraphIf(parked.length > 0, `Waiting for a decision:\n${parkedList(parked)}`),
    ],
  },
  runFailed: {
    subject: ({ programmeName, period }) => `Month-end close ${month(period)} of ${programmeName} failed`,
    body: ({ programmeName, period, reason }) => [
      `The close of ${month(period)} of ${programmeName} failed; what could be issued has been issued and mailed.`,
      `Reason: ${reason}`,
      'Mend it, then start the close again by hand: it goes on where it was.',
    ],
  },
  databaseRestored: {
    subject: () => 'Kontor’s database was restored from a backup',
    body: ({ uncertain, runs }) => [
      'The database knows less than has been sent: it was restored from a backup.',
      `Mails that may have been sent since the backup, and are not sent again by themselves: ${String(uncertain)}.`,
      `Closes of months that begin again from what the database holds: ${String(runs)}.`,
      'Settle the mails by the log of the relay: kontor outbox reconcile. Whatever else was entered since the backup has to be entered again.',
    ],
  },
  runNotOpened: {
    subject: ({ programmeName, period }) => `Month-end close ${month(period)} of ${programmeName} was not opened`,
    body: ({ programmeName, period, reason }) => [
      `The close of ${month(period)} of ${programmeName} could not be opened.`,
      `Reason: ${reason}`,
      'Mend it, then start the close again by hand.',
    ],
  },
  completenessGate: {
    subject: ({ period, silent, expected }) =>
      `Decision needed: ${silent} of ${expected} sites are silent in ${month(period)}`,
    body: ({ programmeName, period, silent, expected, lastBilled }) => [
      `${silent} of ${expected} sites of ${programmeName} have sent no usage report for ${month(period)}. That is too many to estimate without asking: the run waits.`,
      ...paragraphIf(
        lastBilled.length > 0,
        `What the silent sites were billed last time:\n${totalsList(lastBilled, 'en')}`,
      ),
      'Extend the collection, or let the run go on with estimates. It goes on by itself once enough sites are heard.',
    ],
  },
  orderPlaced: {
    subject: ({ mspName, productName }) => `Decision needed: order of ${mspName}, ${productName}`,
    body: ({ mspName, productName, siteName, count: units, price, expiresOn }) => [
      `${mspName} has ordered ${fullStop(ordered(productName, siteName, units))} Price: ${formatMinor(price.totalMinor, price.currency, 'en')}.`,
      `Please approve or refuse it. Undecided, it expires on ${day(expiresOn)}.`,
    ],
  },
  orderApproved: {
    subject: ({ productName }) => `Your order of ${productName} is approved`,
    body: ({ productName, siteName, count: units, price, startsOn, endsOn }) => [
      `Your order of ${ordered(productName, siteName, units)} is approved. Price: ${formatMinor(price.totalMinor, price.currency, 'en')}.`,
      startsOn === null || endsOn === null
        ? 'You can use it from now on.'
        : `It holds from ${day(startsOn)} until the day before ${day(endsOn)}, and is on your statement from the month in which it starts.`,
    ],
  },
  orderRefused: {
    subject: ({ productName }) => `Your order of ${productName} was refused`,
    body: ({ vendorName, productName, siteName, count: units, reason }) => [
      fullStop(`${vendorName} has refused your order of ${ordered(productName, siteName, units)}`),
      `Reason: ${reason}`,
    ],
  },
  orderExpired: {
    subject: ({ productName }) => `Your order of ${productName} has expired`,
    body: ({ productName, siteName, count: units }) => [
      `Your order of ${ordered(productName, siteName, units)} was not decided in time and has expired.`,
      'We apologise. Please order again if you still want it.',
    ],
  },
  orderWithdrawn: {
    subject: ({ mspName, productName }) => `Order withdrawn: ${mspName}, ${productName}`,
    body: ({ mspName, productName, siteName, count: units }) => [
      fullStop(`${mspName} has withdrawn its order of ${ordered(productName, siteName, units)}`),
      'Nothing is left to decide.',
    ],
  },
  correctionAsked: {
    subject: ({ number, reminder }) =>
      `${reminder ? 'Reminder: a' : 'A'} correction of ${number} waits for a second person`,
    body: ({ mspName, number, period, amount, reason, askedBy, expiresOn }) => [
      `${askedBy} asks to correct usage statement ${number} of ${mspName} for ${month(period)}${amount === null ? '; no amount changes' : `: ${formatMinor(amount.totalMinor, amount.currency, 'en')}`}.`,
      `Reason: ${reason}`,
      `Another person of the partner team confirms or refuses it. Undecided, it expires on ${day(expiresOn)} and nothing changes.`,
    ],
  },
  correctionDecided: {
    subject: ({ number, state }) =>
      state === 'confirmed' ? `The correction of ${number} is confirmed` : `The correction of ${number} was refused`,
    body: ({ mspName, number, period, amount, state, decidedBy, reason, document }) => [
      `${state === 'confirmed' ? `${decidedBy} has confirmed your correction of usage statement ${number} of ${mspName} for ${month(period)}` : `${decidedBy} has refused your correction of usage statement ${number} of ${mspName} for ${month(period)}`}${amount === null ? '' : `: ${formatMinor(amount.totalMinor, amount.currency, 'en')}`}.`,
      state === 'refused'
        ? 'Nothing was changed.'
        : document === null
          ? 'It comes with the next statement.'
          : `It led to ${document}.`,
      ...paragraphIf(reason !== null, `Reason: ${reason ?? ''}`),
    ],
  },
  correctionExpired: {
    subject: ({ number }) => `The correction of ${number} has expired`,
    body: ({ mspName, number, period, reason }) => [
      `Nobody confirmed the correction of usage statement ${number} of ${mspName} for ${month(period)} in time. Nothing was changed.`,
      `Reason it was asked for: ${reason}`,
      'If it is still needed, ask for it again.',
    ],
  },
  creditIssued: {
    subject: ({ number, statementNumber }) => `Credit ${number} to usage statement ${statementNumber}`,
    body: ({ mspName, number, period, statementNumber, total, distributorName }) => [
      `Attached is credit ${number} to usage statement ${statementNumber} of ${mspName} for ${month(period)}. Total: ${formatMinor(total.totalMinor, total.currency, 'en')}.`,
      fullStop(`This credit is not an invoice document. It is settled by ${distributorName}`),
    ],
  },
  statementReissued: {
    subject: ({ number, revision }) => `Usage statement ${number}, revision ${revision}`,
    body: ({ mspName, number, period, reason, revision }) => [
      `Attached is revision ${revision} of usage statement ${number} of ${mspName} for ${month(period)}. It replaces the document you have; amounts and lines are the same.`,
      `Reason: ${reason}`,
    ],
  },
  licenceEnds: {
    subject: ({ productName, siteName, lastDay, daysLeft }) =>
      daysLeft > 0
        ? `Licence of ${productName} at site ${siteName} ends on ${day(lastDay)}`
        : `Licence of ${productName} at site ${siteName} has ended`,
    body: ({ mspName, licenceId, productName, siteName, tenantName, count: units, lastDay, daysLeft }) => [
      daysLeft > 0
        ? `The term licence of ${mspName} ends in ${count(daysLeft, DAYS)}.`
        : `The term licence of ${mspName} has ended.`,
      bulleted([
        fullStop(ordered(productName, siteName, units)),
        ...(tenantName === null ? [] : [`Tenant: ${tenantName}`]),
        `Last day: ${day(lastDay)}`,
        `Number of the licence: ${licenceId}`,
      ]),
      daysLeft > 0
        ? 'Afterwards use is metered and billed each month.'
        : 'From now on use is metered and billed each month.',
      daysLeft > 0
        ? 'To go on with a licence, order its renewal: it is priced before you confirm it and starts when this one ends.'
        : 'A renewal can still be ordered: it is priced before it is confirmed and starts on the day of its approval.',
    ],
  },
  waitingConfirmation: {
    subject: ({ programmeName }) => `Do you want to be told about ${programmeName}?`,
    body: ({ programmeName, country, link, expiresOn }) => [
      `Somebody asked that this address be told when ${programmeName} takes registrations from ${country}.`,
      `If that is right, confirm it here: ${link}`,
      `It can be confirmed until ${day(expiresOn)}. By the same link you take your address off the list, at any time.`,
      'If you do not know what this is about, ignore this mail: you are told nothing.',
    ],
  },
  territoryOpened: {
    subject: ({ programmeName, country }) => `${programmeName} is open in ${country}`,
    body: ({ programmeName, country }) => [
      `You asked to be told: ${programmeName} now takes registrations from ${country}.`,
      'This is the one mail you get about it.',
    ],
  },
  personInvited: {
    subject: ({ companyName }) => `Your access to Kontor for ${companyName}`,
    body: ({ personName, companyName, invitedBy, link, expiresOn }) => [
      `Dear ${personName},`,
      fullStop(`${invitedBy} has invited you to act for ${companyName}`),
      `Accept here, and choose a password if you have none yet: ${link}`,
      `The link works once, until ${day(expiresOn)}. If you do not know what this is about, ignore this mail: nothing happens then.`,
    ],
  },
  passwordReset: {
    subject: () => 'Choose a new password for Kontor',
    body: ({ personName, link, minutes }) => [
      `Dear ${personName},`,
      `Choose a new password here: ${link}`,
      `The link works once, for ${count(minutes, MINUTES)}. If you did not ask for it, ignore this mail: your password stays as it is.`,
    ],
  },
  loginChanged: {
    subject: () => 'How you sign in to Kontor has changed',
    body: ({ personName, change, byAdministrator }) => [
      `Dear ${personName},`,
      LOGIN_CHANGES[change],
      byAdministrator
        ? 'An administrator of the partner team did this. Your sessions have ended. Set up a new authenticator when you sign in.'
        : 'If it was you, there is nothing to do.',
      'If you know nothing of it, choose a new password at once and tell your administrator: somebody may be using your login.',
    ],
  },
  signInLocked: {
    subject: () => 'Attempts to sign in with your address have failed',
    body: ({ personName, failures }) => [
      `Dear ${personName},`,
      `${count(failures, TRIES)} to sign in with your address failed, one after the other. The next ones have to wait, longer each time.`,
      'If it was not you, somebody may be guessing your password: set up an authenticator if you have none. If you forgot your password, ask for a new one.',
    ],
  },
};

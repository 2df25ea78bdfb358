/**
 * Every mail Kontor sends, one file each: what it needs to know (checked by zod, since it comes out of the outbox), what
 * is attached, and its words, which `locales` keeps in each language. A kind without a file does not compile.
 */
import type { Locale, MailKind } from '../../locales/index.js';
import { billingPack } from './billingPack.js';
import { completenessGate } from './completenessGate.js';
import { contactBlocked } from './contactBlocked.js';
import { contactConfirmation } from './contactConfirmation.js';
import { contactReplaced } from './contactReplaced.js';
import { contactWarning } from './contactWarning.js';
import { correctionAsked } from './correctionAsked.js';
import { correctionDecided } from './correctionDecided.js';
import { correctionExpired } from './correctionExpired.js';
import { creditIssued } from './creditIssued.js';
import { databaseRestored } from './databaseRestored.js';
import type { AttachmentsWanted, MailDefinition, WrittenMail } from './defineMail.js';
import { keyDisabled } from './keyDisabled.js';
import { licenceEnds } from './licenceEnds.js';
import { loginChanged } from './loginChanged.js';
import { orderApproved } from './orderApproved.js';
import { orderExpired } from './orderExpired.js';
import { orderPlaced } from './orderPlaced.js';
import { orderRefused } from './orderRefused.js';
import { orderWithdrawn } from './orderWithdrawn.js';
import { quoteAnswered } from './quoteAnswered.js';
import { quoteAsked } from './quoteAsked.js';
import { packAnswered } from './packAnswered.js';
import { packQuestioned } from './packQuestioned.js';
import { parkedReminder } from './parkedReminder.js';
import { passwordReset } from './passwordReset.js';
import { personInvited } from './personInvited.js';
import { registrationApplied } from './registrationApplied.js';
import { registrationExpired } from './registrationExpired.js';
import { registrationReceived } from './registrationReceived.js';
import { registrationRejected } from './registrationRejected.js';
import { registrationReminder } from './registrationReminder.js';
import { registrationWelcome } from './registrationWelcome.js';
import { registrationWithdrawn } from './registrationWithdrawn.js';
import { reportMissing } from './reportMissing.js';
import { runFailed } from './runFailed.js';
import { runNotOpened } from './runNotOpened.js';
import { runSummary } from './runSummary.js';
import { signInLocked } from './signInLocked.js';
import { siteActivationReminder } from './siteActivationReminder.js';
import { statementIssued } from './statementIssued.js';
import { statementReissued } from './statementReissued.js';
import { territoryOpened } from './territoryOpened.js';
import { waitingConfirmation } from './waitingConfirmation.js';

export type { AttachmentsWanted, WrittenMail } from './defineMail.js';

const MAILS = {
  contactConfirmation,
  contactReplaced,
  registrationReceived,
  registrationApplied,
  registrationWithdrawn,
  registrationReminder,
  registrationWelcome,
  registrationRejected,
  registrationExpired,
  siteActivationReminder,
  contactWarning,
  contactBlocked,
  keyDisabled,
  reportMissing,
  statementIssued,
  billingPack,
  packQuestioned,
  packAnswered,
  quoteAsked,
  quoteAnswered,
  parkedReminder,
  runSummary,
  runFailed,
  runNotOpened,
  databaseRestored,
  completenessGate,
  waitingConfirmation,
  territoryOpened,
  personInvited,
  passwordReset,
  signInLocked,
  loginChanged,
  orderPlaced,
  orderApproved,
  orderRefused,
  orderExpired,
  orderWithdrawn,
  correctionAsked,
  correctionExpired,
  correctionDecided,
  creditIssued,
  statementReissued,
  licenceEnds,
} satisfies { [Kind in MailKind]: MailDefinition<Kind> };

/** The mails by kind, for whoever reads them from the outbox. */
export const MAIL_TEMPLATES: Record<
  MailKind,
  { attachments: AttachmentsWanted; write(params: unknown, locale: Locale): WrittenMail }
> = MAILS;

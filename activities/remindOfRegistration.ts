import { ALL } from '../db/connect.js';
import { findMsp } from '../db/parties/mspStore.js';
import { findRegistration } from '../db/programmes/participationStore.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { programmeOfMsp } from '../db/readModels/programmeOf.js';
import { wholeDaysBetween } from '../domain/instant.js';
import { messageId } from '../domain/messageId.js';
import { dayOf } from '../domain/period.js';
import type { MailInput } from '../locales/mail.js';
import type { ActivityDeps } from './deps.js';
import { localeOf } from '../locales/index.js';

export interface RemindOfRegistrationInput {
  programme: string;
  mspId: string;
  /** 1 for the first reminder. */
  reminder: number;
  /** ISO instant the reminder was due. */
  at: string;
}

/**
 * Reminds the partner team of an application (rule 14); `waiting` is false where nothing waits for a decision. Idempotent by
 * reminder: its number is part of the mail's identity.
 */
export const remindOfRegistration =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async (input: RemindOfRegistrationInput): Promise<{ waiting: boolean }> =>
    deps.db.transaction(ALL, async (trx) => {
      const found = await findRegistration(trx, input.programme, input.mspId);
      const programme = await programmeOfMsp(trx, input.programme, input.mspId);
      if (found?.state !== 'applied' || programme === undefined) return { waiting: false };
      const { msp } = found;
      const [duplicateId] = found.duplicateOf;
      const duplicate = duplicateId === undefined ? undefined : await findMsp(trx, duplicateId);
      const at = new Date(input.at);
      const params: MailInput<'registrationReminder'> = {
        mspName: msp.name,
        registrationNumber: msp.registrationNumber,
        distributorName: programme.distributorName,
        waitingDays: wholeDaysBetween(found.appliedAt, at),
        expiresOn: dayOf(found.decideUntil, programme.programmeZone),
        duplicateOf: duplicate?.name ?? null,
      };
      const mail = {
        messageId: messageId(
          'registration-reminder',
          input.programme,
          msp.id,
          found.appliedAt.toISOString(),
          input.reminder,
        ),
        kind: 'registrationReminder' as const,
        locale: localeOf(programme.partnerTeamLocale),
        to: { address: programme.partnerTeamEmail },
        params,
        programme: input.programme,
        mspId: msp.id,
        notBefore: at,
      };
      await enqueueMails(trx, [mail], at);
      return { waiting: true };
    });

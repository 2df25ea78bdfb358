import { KONTOR } from '../domain/access/actor.js';
import { Context } from '@temporalio/activity';
import { appendAudits } from '../db/access/auditStore.js';
import { ALL } from '../db/connect.js';
import { CONTACT_ACTIONS, judgeContact, type ContactChange } from '../db/sites/contact.js';
import { enqueueMails, type OutgoingMail } from '../db/outbox/outboxStore.js';
import { contactSettings } from '../db/readModels/programmeOf.js';
import { addDays, wholeDaysBetween } from '../domain/instant.js';
import { messageId } from '../domain/messageId.js';
import { dayOf } from '../domain/period.js';
import type { ContactSettings } from '../domain/settings/contact.js';
import { CONTACT_STATES, contactThresholds } from '../domain/site.js';
import type { MailKind } from '../locales/mail.js';
import type { ActivityDeps } from './deps.js';

/** Sites changed in one transaction: their letters and audit events go with them. */
const CHUNK = 1000;

/** The letter about a change for the worse; a site that is better off gets none. */
function letter(change: ContactChange, contact: ContactSettings, now: Date): OutgoingMail | undefined {
  const { vendorName, siteName, silentSince, lastContactAt, becomes, zone } = change;
  if (CONTACT_STATES.indexOf(becomes) <= CONTACT_STATES.indexOf(change.was)) return undefined;
  const params = {
    vendorName,
    siteName,
    lastContactOn: lastContactAt === null ? null : dayOf(lastContactAt, zone),
    silentDays: wholeDaysBetween(silentSince, now),
  };
  const dayAfter = (days: number) => dayOf(addDays(silentSince, days), zone);
  // One letter per silence and step: the silence is told by when it began.
  const envelope = (kind: MailKind) => ({
    messageId: messageId(kind, change.siteId, silentSince.toISOString()),
    locale: change.locale,
    to: { companyId: change.mspId, purpose: 'technical' as const },
    mspId: change.mspId,
    notBefore: now,
  });
  switch (becomes) {
    case 'warned': {
      const kind = 'contactWarning';
      return { ...envelope(kind), kind, params: { ...params, blockOn: dayAfter(contact.blockAfterDays) } };
    }
    case 'blocked': {
      const kind = 'contactBlocked';
      return { ...envelope(kind), kind, params: { ...params, disableOn: dayAfter(contact.disableAfterDays) } };
    }
    case 'disabled': {
      const kind = 'keyDisabled';
      return { ...envelope(kind), kind, params };
    }
    case 'ok':
      return undefined;
  }
}

/**
 * Rule 6 over all active sites as of `now` (ISO). Doing it twice is safe: each site gets the state its silence has led
 * to, a state it has already is no change, and a letter's identity names the silence. Each chunk is a transaction: a new
 * attempt finds the sites of the chunks before it changed already.
 */
export const watchContact =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async (input: { now: string }): Promise<{ warned: number; blocked: number; disabled: number; lifted: number }> => {
    const now = new Date(input.now);
    const settings = await deps.db.transaction(ALL, contactSettings);
    const thresholds = [...settings].map(([programmeCode, contact]) => ({
      programmeCode,
      ...contactThresholds(now, contact),
    }));
    const counts = { ok: 0, warned: 0, blocked: 0, disabled: 0 };
    let changed: number;
    do {
      changed = await deps.db.transaction(ALL, async (trx) => {
        const changes = await judgeContact(trx, thresholds, { at: now, limit: CHUNK });
        const letters = changes.map((change) => {
          const contact = settings.get(change.programmeCode);
          return contact && letter(change, contact, now);
        });
        await enqueueMails(
          trx,
          letters.filter((mail) => mail !== undefined),
          now,
        );
        appendAudits(
          trx,
          changes.map(({ mspId, siteId, was, becomes }) => ({
            at: now,
            actor: KONTOR,
            action: CONTACT_ACTIONS[becomes],
            subject: `site:${siteId}`,
            mspId,
            before: { contact: was },
            after: { contact: becomes },
            reason: 'Rule 6',
          })),
        );
        for (const { becomes } of changes) counts[becomes] += 1;
        return changes.length;
      });
      Context.current().heartbeat(counts);
    } while (changed === CHUNK);
    return { warned: counts.warned, blocked: counts.blocked, disabled: counts.disabled, lifted: counts.ok };
  };

import { KONTOR } from '../domain/access/actor.js';
import { appendAudits } from '../db/access/auditStore.js';
import { ALL } from '../db/connect.js';
import { enqueueMails, type OutgoingMail } from '../db/outbox/outboxStore.js';
import { activateTenants, openOnboarding, takeDueReminders, type DueReminder } from '../db/sites/onboarding.js';
import { messageId } from '../domain/messageId.js';
import { dayOf } from '../domain/period.js';
import type { MailInput } from '../locales/mail.js';
import type { ActivityDeps } from './deps.js';

export interface AdvanceOnboardingInput {
  mspId: string;
  /** ISO instant: reminders due by then are sent. */
  at: string;
}

/** What is still open for an MSP. */
export interface Onboarding {
  /** Sites that no installation has activated. */
  sites: number;
  /** Tenants that are not active yet. */
  tenants: number;
  /** ISO instant; null: none is left. */
  nextReminderAt: string | null;
}

function reminder(mspId: string, site: DueReminder): OutgoingMail {
  const params: MailInput<'siteActivationReminder'> = {
    vendorName: site.vendorName,
    siteName: site.siteName,
    keyCreatedOn: dayOf(site.createdAt, site.zone),
  };
  return {
    messageId: messageId('site-activation-reminder', site.siteId, site.dueAt.toISOString()),
    kind: 'siteActivationReminder',
    locale: site.locale,
    to: { companyId: mspId, purpose: 'technical' as const },
    params,
    mspId,
    notBefore: site.dueAt,
  };
}

/**
 * Brings an MSP's onboarding up to date: tenants whose sites are all active become active, reminders that are due go into
 * the outbox, and what is open is counted. Repeating it is safe: a tenant moves once, a reminder is taken off its site in
 * the transaction that enqueues it, and the instant it was due is part of the mail's identity.
 */
export const advanceOnboarding =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async ({ mspId, at }: AdvanceOnboardingInput): Promise<Onboarding> =>
    deps.db.transaction(ALL, async (trx) => {
      const now = new Date(at);
      const due = await takeDueReminders(trx, mspId, now);
      await enqueueMails(
        trx,
        due.map((site) => reminder(mspId, site)),
        now,
      );
      const tenantIds = await activateTenants(trx, mspId);
      appendAudits(
        trx,
        tenantIds.map((tenantId) => ({
          at: now,
          actor: KONTOR,
          action: 'tenant.activated',
          subject: `tenant:${tenantId}`,
          mspId,
          before: { state: 'onboarding' },
          after: { state: 'active' },
        })),
      );
      const { sites, tenants, nextReminderAt } = await openOnboarding(trx, mspId);
      return { sites, tenants, nextReminderAt: nextReminderAt?.toISOString() ?? null };
    });

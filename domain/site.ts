import { addDays } from './instant.js';
import type { ContactSettings } from './settings/contact.js';
import type { InstallationSettings } from './settings/installations.js';

/** Managed over a central console, or standalone with its key typed in by hand. */
export const SITE_KINDS = ['managed', 'standalone'] as const;
export type SiteKind = (typeof SITE_KINDS)[number];

/** Under what an installation says that it runs before it is activated: only a metered one, or none, may be. */
export const LICENCES_SAID = ['metered', 'term', 'other'] as const;

export const SITE_STATES = ['created', 'active', 'retired'] as const;
export type SiteState = (typeof SITE_STATES)[number];

/** Characters of what a site calls a tenant or unit: it may be a path. */
export const LONGEST_REFERENCE = 500;

/** From which state a site may move to which. A site is retired when its last key is destroyed. */
const MOVES: Record<SiteState, readonly SiteState[]> = {
  created: ['active', 'retired'],
  active: ['retired'],
  retired: [],
};

/** States from which a site may reach `to`. */
export function siteStatesBefore(to: SiteState): SiteState[] {
  return SITE_STATES.filter((from) => MOVES[from].includes(to));
}

/** Rule 6: how long a site has been silent, in what follows from it. */
export const CONTACT_STATES = ['ok', 'warned', 'blocked', 'disabled'] as const;
export type ContactState = (typeof CONTACT_STATES)[number];

/** Rule 6: who was last heard at that instant, or earlier, is in that state. A check-in makes it `ok` again. */
export interface ContactThresholds {
  warned: Date;
  blocked: Date;
  disabled: Date;
}

export function contactThresholds(now: Date, settings: ContactSettings): ContactThresholds {
  return {
    warned: addDays(now, -settings.warnAfterDays),
    blocked: addDays(now, -settings.blockAfterDays),
    disabled: addDays(now, -settings.disableAfterDays),
  };
}

/** Rule 6: whether a site in that state may get a new key or a new installation. */
export const MAY_DEPLOY: Record<ContactState, boolean> = { ok: true, warned: true, blocked: false, disabled: false };

/** Rule 6: whether the two count as one. `lastContactAt`: of the old one, its activation where it was never heard. */
export function isReplacedForFree(lastContactAt: Date, replacedAt: Date, settings: InstallationSettings): boolean {
  return replacedAt <= addDays(lastContactAt, settings.replaceWithinDays);
}

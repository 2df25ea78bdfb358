/**
 * What sites send, once it has been read and understood: check-ins and usage reports, and the rule that moves what a
 * site with a wrong clock observed. Instants are absolute; counts and peaks are units.
 */
import type { MeterCode } from './catalog/index.js';
import { fieldError, KontorError } from './errors.js';
import { parsePeriod, type Period } from './period.js';

/** Who speaks: one installation of one site. */
export interface Sender {
  mspId: string;
  siteId: string;
  installationId: string;
}

/** How a message reached us. A site has one of them; each message says by which it came. */
export const CHANNELS = ['push', 'pull', 'file'] as const;
export type Channel = (typeof CHANNELS)[number];
/** Those that a site can be given: by the others nothing comes in yet. */
export const SERVED_CHANNELS = ['push', 'file'] as const satisfies readonly Channel[];

/** State of the backups a site looks after, in numbers of jobs. */
export interface Backups {
  passed: number;
  failed: number;
  unknown: number;
}

/** Members of a message that a newer protocol added, by JSON pointer: kept aside, not understood. */
export type Extra = Readonly<Record<string, unknown>>;

export interface Count {
  /** The site's own reference of the tenant; null where it names none. */
  tenant: string | null;
  meter: MeterCode;
  count: number;
}

/** What one installation counted at one instant. Sender and `observedAt` are its identity. */
export interface CheckIn {
  observedAt: Date;
  /** The instant it counts for: `observedAt`, moved where the site's clock is off (rule 3). */
  countedAt: Date;
  counts: readonly Count[];
  backups: Backups | null;
  /** With those of the message itself in its first check-in. */
  extra: Extra | null;
  /** SHA-256 in hex over what was counted: the same identity with another hash is a conflict. */
  contentHash: string;
}

interface Envelope {
  from: Sender;
  channel: Channel;
  /** Of the protocol the sender speaks. */
  version: number;
  /** Null: the message does not say. */
  productVersion: string | null;
  /** By the site's clock. */
  sentAt: Date;
  receivedAt: Date;
  /** `sentAt - receivedAt` in seconds: positive where the site's clock is ahead. */
  clockOffsetSeconds: number;
}

/** A batch of check-ins: all of them are stored, or none. */
export interface CheckInMessage extends Envelope {
  kind: 'checkIns';
  checkIns: readonly CheckIn[];
}

/** A site's own summary of one period. Sender, period and revision are its identity. */
export interface UsageReportMessage extends Envelope {
  kind: 'usageReport';
  period: Period;
  revision: number;
  peaks: readonly Count[];
  extra: Extra | null;
  contentHash: string;
}

export type SiteMessage = CheckInMessage | UsageReportMessage;

/** What became of a message that was stored: how many of its check-ins, or of its one report, were new or known. */
export interface Stored {
  accepted: number;
  repeated: number;
  /** A report that came after its period was reconciled or issued for its MSP (rule 7). */
  late: boolean;
  /** One that came later than rule 7 reaches: it is a case, and not billed unless a person lets it in. */
  beyondReach: boolean;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Beyond it a site's clock is off and the time of receipt counts (rule 3). Also how far ahead a check-in may be. */
export const CLOCK_TOLERANCE_MS = DAY_MS;
/** Beyond it a clock is no basis for anything. */
const CLOCK_UNUSABLE_MS = 7 * DAY_MS;
/** How long a site may have been offline and still hand over its backlog: older check-ins are not kept (rule 15). */
export const OLDEST_CHECK_IN_DAYS = 730;

/**
 * When a site spoke, as far as we know: at receipt. A file is carried for days, and says nothing of a site that has been silent
 * since: it spoke at `sentAt`. How far a clock is behind cannot be told from that, only how far it is ahead.
 */
export function spokenAt({ channel, sentAt, receivedAt }: Pick<Envelope, 'channel' | 'sentAt' | 'receivedAt'>): Date {
  return channel === 'file' && sentAt < receivedAt ? sentAt : receivedAt;
}

/** Deviation of the site's clock in seconds, positive when ahead. Throws CLOCK_UNUSABLE beyond seven days. */
export function clockOffsetSeconds(sentAt: Date, receivedAt: Date): number {
  const offsetMs = sentAt.getTime() - receivedAt.getTime();
  if (Math.abs(offsetMs) > CLOCK_UNUSABLE_MS) {
    throw fieldError(
      'CLOCK_UNUSABLE',
      '/sentAt',
      `The clock of the site is more than seven days off; it is ${receivedAt.toISOString()} here. Set it and send again.`,
    );
  }
  return Math.round(offsetMs / 1000);
}

/**
 * The instant an observation counts for. Rule 3, clock off by more than 24 hours: what was observed is moved by the
 * deviation, so that the newest observation counts at its receipt. Throws OBSERVED_IN_FUTURE and OBSERVED_TOO_OLD.
 */
export function countedAt(observedAt: Date, sentAt: Date, receivedAt: Date, field: string): Date {
  const offsetMs = sentAt.getTime() - receivedAt.getTime();
  const counted = new Date(observedAt.getTime() - (Math.abs(offsetMs) > CLOCK_TOLERANCE_MS ? offsetMs : 0));
  const ageMs = receivedAt.getTime() - counted.getTime();
  if (ageMs < -CLOCK_TOLERANCE_MS) {
    throw fieldError('OBSERVED_IN_FUTURE', field, 'A check-in cannot be observed after it was received.');
  }
  if (ageMs > OLDEST_CHECK_IN_DAYS * DAY_MS) {
    throw fieldError('OBSERVED_TOO_OLD', field, `Check-ins are taken up to ${OLDEST_CHECK_IN_DAYS} days back.`);
  }
  return counted;
}

/** The error of a repeated identity with another content; `fields` name the items. */
export function reusedWithOtherContent(fields: readonly string[]): KontorError {
  return new KontorError(
    'ID_REUSED_WITH_OTHER_CONTENT',
    'The same was sent before with other numbers. Nothing of this message was stored.',
    fields.map((field) => ({
      field,
      code: 'ID_REUSED_WITH_OTHER_CONTENT',
      message: 'Known already, with other content.',
    })),
  );
}

/** Zones are at most so far from UTC, in hours. */
const ZONES_REACH = [-12, 14] as const;

/**
 * The months that an observation may count for, of those that were over in some zone when it was received. Only of these
 * can it be late; which one it counts for in the MSP's own zone is found when it is counted.
 */
export function monthsOverAt(receivedAt: Date, { countedAt: counted }: Pick<CheckIn, 'countedAt'>): Period[] {
  const monthAt = (instant: Date, hours: number) =>
    parsePeriod(new Date(instant.getTime() + hours * HOUR_MS).toISOString().slice(0, 7));
  const months = ZONES_REACH.flatMap((hours) => {
    const month = monthAt(counted, hours);
    return month < monthAt(receivedAt, hours) ? [month] : [];
  });
  return [...new Set(months)];
}

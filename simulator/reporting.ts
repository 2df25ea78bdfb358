import { z } from 'zod';
import { PROTOCOL_VERSION } from '../sites/index.js';
import { UnexpectedAnswer, type Answer } from './apiClient.js';
import type { Simulation } from './simulation.js';
import { speak, type Envelope, type Speaker } from './siteSpeaker.js';
import { countRefusal, type Tally } from './tally.js';
import type { WorldSite } from './world/index.js';
import type { Counted, ObservedCounts } from './world/usage.js';

export const CHECK_INS = '/v1/site/check-ins';
export const USAGE_REPORTS = '/v1/site/usage-reports';

const CHECKED_IN = z.object({ accepted: z.number(), repeated: z.number() });
const REPORTED = z.object({ repeated: z.boolean(), late: z.boolean() });

export interface ReportMessage {
  version: number;
  productVersion: string;
  sentAt: string;
  period: string;
  revision: number;
  lines: { tenant: string | null; meter: string; peak: number }[];
}

/** `offsetMs`: how far the site's own clock is ahead of ours. */
function sentAt({ clock }: Simulation, offsetMs: number): string {
  return new Date(clock.now().getTime() + offsetMs).toISOString();
}

/** What every message of a site says about itself. */
function envelopeOf({ productVersion }: WorldSite, simulation: Simulation, offsetMs: number) {
  return { version: PROTOCOL_VERSION, productVersion, sentAt: sentAt(simulation, offsetMs) };
}

export function checkInMessage(
  simulation: Simulation,
  site: WorldSite,
  observed: readonly ObservedCounts[],
  offsetMs = 0,
) {
  return { ...envelopeOf(site, simulation, offsetMs), checkIns: observed };
}

export function reportMessage(
  simulation: Simulation,
  site: WorldSite,
  period: string,
  peaks: readonly Counted[],
  offsetMs = 0,
): ReportMessage {
  const lines = peaks.map(({ tenant, meter, count }) => ({ tenant, meter, peak: count }));
  return { ...envelopeOf(site, simulation, offsetMs), period, revision: 1, lines };
}

function expectOk(path: string, { status, body }: Answer): void {
  if (status !== 200 && status !== 201) throw new UnexpectedAnswer(`POST ${path}`, status, body);
}

/** Hands over check-ins and counts how they were taken. */
export async function sendCheckIns(
  simulation: Simulation,
  speaker: Speaker,
  message: ReturnType<typeof checkInMessage>,
  tally: Tally,
): Promise<void> {
  const answer = await speak(simulation.client, simulation.clock, speaker, message, { path: CHECK_INS });
  expectOk(CHECK_INS, answer);
  const { accepted, repeated } = CHECKED_IN.parse(answer.body);
  tally.checkIns += accepted;
  tally.repeatedCheckIns += repeated;
}

/** Sends a usage report and counts how it was taken. */
export async function sendReport(
  simulation: Simulation,
  speaker: Speaker,
  message: ReportMessage,
  tally: Tally,
): Promise<void> {
  const envelope = { path: USAGE_REPORTS, period: message.period };
  const answer = await speak(simulation.client, simulation.clock, speaker, message, envelope);
  expectOk(USAGE_REPORTS, answer);
  const { repeated, late } = REPORTED.parse(answer.body);
  if (repeated) tally.repeatedReports += 1;
  else tally.reports += 1;
  if (late && !repeated) tally.lateReports += 1;
}

/** Sends something that must be refused with that code; anything else ends the simulation. */
export async function expectRefusal(
  simulation: Simulation,
  speaker: Speaker,
  message: unknown,
  envelope: Envelope,
  code: string,
  tally: Tally,
): Promise<void> {
  const answer = await speak(simulation.client, simulation.clock, speaker, message, envelope);
  if (answer.code !== code) {
    throw new UnexpectedAnswer(`POST ${envelope.path}, which ${code} was expected of,`, answer.status, answer.body);
  }
  countRefusal(tally, code);
}

/**
 * What Temporal has to hold before workers run: search attributes, and schedules. `kontor migrate` sets it, as do `kontor up`
 * and `kontor demo`; workers and `kontor status` look, and say what is not so.
 */
import type { Client } from '@temporalio/client';
import { attributeFaults, registerByHand, registerSearchAttributes, type AttributeFaults } from './searchAttributes.js';
import {
  scheduleFaults,
  setSchedules,
  type MonthEndSchedule,
  type ScheduleFault,
  type ScheduleRefusal,
} from './schedules.js';
import type { Starter } from './starter.js';

/** What is not as it has to be. */
export interface SetupFaults {
  attributes: AttributeFaults;
  schedules: readonly ScheduleFault[];
}

/** A server elsewhere knows a new search attribute at the latest after this. */
const KNOWN_AFTER_MS = 90_000;
const PAUSE_MS = 2_000;

/** Compares Temporal with what it has to hold for these programmes; changes nothing. Throws where it does not answer. */
export async function setupFaults(
  starter: Starter,
  ends: readonly MonthEndSchedule[],
  now: Date,
): Promise<SetupFaults> {
  const attributes = await attributeFaults(starter.temporal);
  return { attributes, schedules: await scheduleFaults(starter, ends, now) };
}

/** A sentence for each search attribute without which workflows cannot run here, with what mends it. */
export function attributeRefusals(attributes: AttributeFaults, { options: { namespace } }: Client): string[] {
  if (attributes === 'unknown') return [];
  const missing = attributes.flatMap(({ name, found }) => (found === null ? [name] : []));
  return [
    ...attributes.flatMap(({ name, found }) =>
      found === null
        ? []
        : [
            `The search attribute ${name} of namespace "${namespace}" is of type ${found}: Kontor needs it as a Keyword.`,
          ],
    ),
    ...missing.map((name) => `The search attribute ${name} is missing in namespace "${namespace}".`),
    ...(missing.length === 0
      ? []
      : [`\`kontor migrate\` registers what is missing. ${registerByHand(namespace, missing)}.`]),
  ];
}

/** A sentence for each thing that does not keep workflows from running, with what mends it. */
export function setupWarnings({ attributes, schedules }: SetupFaults): string[] {
  return [
    ...(attributes === 'unknown'
      ? ['This Temporal does not say which search attributes it has: `kontor migrate` names those that it needs.']
      : []),
    ...schedules.map(({ scheduleId, fault }) =>
      fault === 'missing'
        ? `The schedule ${scheduleId} is missing, so nothing starts by it: \`kontor migrate\` sets it.`
        : `The schedule ${scheduleId} is another one than this version of Kontor sets: \`kontor migrate\` sets it.`,
    ),
  ];
}

export interface SetUp {
  /** Names of the search attributes that are new. */
  registered: readonly string[];
  /** How many schedules are as they have to be now. */
  schedules: number;
  /** A sentence for each thing that could not be set, with what mends it. */
  failed: string[];
}

function refusedSentence({ scheduleId, reason }: ScheduleRefusal): string {
  const programme = /^month-end:(.*)$/s.exec(scheduleId)?.[1];
  return programme === undefined
    ? `The schedule ${scheduleId} was not set (${reason}).`
    : `The month-end schedule of "${programme}" was not set (${reason}): correct its zone and calendar.`;
}

/** Schedules are refused until every part of the server has heard of an attribute that is new. */
async function setOnceKnown(starter: Starter, ends: readonly MonthEndSchedule[], isNew: boolean) {
  const until = Date.now() + (isNew ? KNOWN_AFTER_MS : 0);
  for (;;) {
    const done = await setSchedules(starter, ends);
    const waits = done.refused.some(({ reason }) => /search attribute/i.test(reason));
    if (!waits || Date.now() >= until) return done;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/**
 * Registers the search attributes and sets the schedules that are the same for all programmes and those of these. Idempotent,
 * and safe while workers run: a schedule's pause stays, and what runs is not touched. Throws where Temporal does not answer.
 */
export async function setUpTemporal(starter: Starter, ends: readonly MonthEndSchedule[]): Promise<SetUp> {
  const { temporal } = starter;
  const answer = await registerSearchAttributes(temporal);
  const registered = answer === 'refused' ? [] : answer;
  const faults = await attributeFaults(temporal);
  const { set, refused } = await setOnceKnown(starter, ends, registered.length > 0);
  const unknown =
    faults === 'unknown'
      ? [
          'This Temporal neither registers search attributes nor says which it has; make sure of them. ' +
            `${registerByHand(temporal.options.namespace)}.`,
        ]
      : [];
  return {
    registered,
    schedules: set,
    failed: [...attributeRefusals(faults, temporal), ...unknown, ...refused.map(refusedSentence)],
  };
}

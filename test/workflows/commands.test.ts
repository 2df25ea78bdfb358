import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import * as workflows from '../../workflows/index.js';
import { recordedHistories } from '../support/histories.js';

const COMMITTED = new URL('../../../test/workflows/histories/commands.txt', import.meta.url);
/** They end within seconds: none is on its way while a new build is rolled out, or its few steps are tried again. */
const SHORT = ['deliverMail', 'monthEnd'];

type Attributes = Record<string, { name?: string } | string | number | undefined>;
interface Event {
  eventType: string;
  [attributes: string]: unknown;
}

/** What a workflow asked of the server: these events answer its commands, and are what a replay compares. */
const COMMANDS: Readonly<Record<string, (attributes: Attributes) => string>> = {
  ACTIVITY_TASK_SCHEDULED: ({ activityType, taskQueue }) => `activity ${nameOf(activityType)} on ${nameOf(taskQueue)}`,
  TIMER_STARTED: () => 'timer',
  TIMER_CANCELED: () => 'timer cancelled',
  START_CHILD_WORKFLOW_EXECUTION_INITIATED: ({ workflowType }) => `child ${nameOf(workflowType)}`,
  SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: ({ signalName }) => `signal ${nameOf(signalName)}`,
  UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: () => 'search attributes',
  WORKFLOW_PROPERTIES_MODIFIED: () => 'memo',
  MARKER_RECORDED: ({ markerName }) => `marker ${nameOf(markerName)}`,
  WORKFLOW_EXECUTION_UPDATE_ACCEPTED: () => 'update accepted',
  WORKFLOW_EXECUTION_UPDATE_COMPLETED: () => 'update completed',
  WORKFLOW_EXECUTION_CONTINUED_AS_NEW: () => 'continued as new',
  WORKFLOW_EXECUTION_COMPLETED: () => 'completed',
  WORKFLOW_EXECUTION_FAILED: () => 'failed',
};

function nameOf(value: Attributes[string]): string {
  const name = typeof value === 'object' ? (value.name ?? '') : String(value);
  // A suite's queue has its database's name; a role's queue adds the role.
  return name.replace(/^kontor_[0-9a-f]+/, 'kontor');
}

function attributesOf(event: Event): Attributes {
  const found = Object.entries(event).find(([name]) => name.endsWith('Attributes'));
  return (found?.[1] ?? {}) as Attributes;
}

const eventsOf = (history: unknown) => (history as { events: Event[] }).events;
const typeOf = ([started]: Event[]) => (started === undefined ? '' : nameOf(attributesOf(started).workflowType));

/** Commands of one history, one a line; what stands several times in a row with its number. */
function commandsOf(events: Event[]): string[] {
  const lines: { text: string; times: number }[] = [];
  for (const event of events) {
    const text = COMMANDS[event.eventType.replace('EVENT_TYPE_', '')]?.(attributesOf(event));
    if (text === undefined) continue;
    const last = lines.at(-1);
    if (last?.text === text) last.times += 1;
    else lines.push({ text, times: 1 });
  }
  return lines.map(({ text, times }) => (times === 1 ? `  ${text}` : `  ${text} × ${times}`));
}

describe('the commands of workflows that may be on their way while a new build is rolled out', () => {
  it('stand in histories/commands.txt as they were recorded; RECORD_HISTORIES=1 writes it anew', async () => {
    const histories = await recordedHistories();
    const text = histories
      .map(({ name, history }) =>
        [`${name} (${typeOf(eventsOf(history))})`, ...commandsOf(eventsOf(history)), ''].join('\n'),
      )
      .join('\n');
    if (process.env.RECORD_HISTORIES !== undefined) await writeFile(COMMITTED, text);
    expect(text).toBe(await readFile(COMMITTED, 'utf8'));
  });

  it('are recorded for every workflow that lives longer than a moment', async () => {
    const recorded = new Set((await recordedHistories()).map(({ history }) => typeOf(eventsOf(history))));
    expect(Object.keys(workflows).filter((name) => !recorded.has(name))).toEqual(SHORT);
  });
});

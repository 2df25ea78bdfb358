import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Runtime, Worker } from '@temporalio/worker';
import { recordedHistories } from '../support/histories.js';

describe('workflows that were started by an earlier version', () => {
  let code: string;
  let histories: { name: string; history: unknown }[];
  beforeAll(async () => {
    const logger = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
    // A history that does not fit is what one of the tests wants; the server's core would print it.
    Runtime.install({ logger, telemetryOptions: { logging: { filter: 'OFF' } } });
    code = await readFile(new URL('../../workflow-bundle.js', import.meta.url), 'utf8');
    histories = await recordedHistories();
  });
  // Its threads would keep the test run alive.
  afterAll(() => Runtime.instance().shutdown());

  const replay = async (history: unknown): Promise<string> => {
    try {
      await Worker.runReplayHistory({ workflowBundle: { code }, replayName: 'recorded' }, history);
      return 'fits';
    } catch (error) {
      return String(error);
    }
  };

  it('go on with this one: every recorded history replays', async () => {
    const results = await Promise.all(histories.map(async ({ name, history }) => `${name}: ${await replay(history)}`));
    expect(results.filter((result) => !result.endsWith(': fits'))).toEqual([]);
    expect(results.length).toBeGreaterThan(0);
  });

  it('would not go on with a changed one: another activity in the history is noticed', async () => {
    const expired = histories.find(({ name }) => name === 'registerMsp-expired');
    const changed: unknown = JSON.parse(JSON.stringify(expired?.history).replaceAll('"expireMsp"', '"otherActivity"'));
    expect(await replay(changed)).toMatch(/determinism/i);
  });
});

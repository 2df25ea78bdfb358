import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { startSimulator } from '../../cli/demo/simulate.js';
import { Parts } from '../../cli/services/parts.js';
import { createTerminal } from '../../cli/terminal.js';
import { parsePeriod } from '../../domain/period.js';

describe('the simulator of a demo', () => {
  it('case 63, a relative: is heard also where it ended before anything was asked of it', async () => {
    const alongside = new Parts();
    const stage = {
      services: { apiUrl: 'http://127.0.0.1:1', alongside },
      inboxUrl: 'http://127.0.0.1:1',
      // Fewer sites than MSPs: there is no such world.
      world: { period: parsePeriod('2026-03'), seed: 1, msps: 6, sites: 5 },
      terminal: createTerminal({ json: true }),
    };
    const tokens = sleep(4_000).then(() => ({ first: 'a', second: 'b' }));
    const simulator = await startSimulator(stage, tokens);
    await expect(simulator.play({ phase: 'setup' })).rejects.toThrow('as many sites as MSPs');
    await alongside.stop();
  }, 30_000);
});

/**
 * The property behind every correction: whatever order and time usage arrives in, what was billed in the end equals, line by
 * line and to the cent, what the final knowledge comes to. `npm run worlds` plays more of them.
 */
import { describe, expect, it } from '@jest/globals';
import { playWorlds } from './playWorlds.js';

describe('rule 7: in whatever order and however late usage arrives', () => {
  it('what was billed in the end is what the final knowledge comes to', async () => {
    const failures: string[] = [];
    await playWorlds({ seed: 7, worlds: 12 }, (failure) => failures.push(failure));
    expect(failures).toEqual([]);
  }, 180_000);
});

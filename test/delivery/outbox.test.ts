import { describe, expect, it } from '@jest/globals';
import { afterTry } from '../../delivery/index.js';

const deferred = { kind: 'deferred', response: '451 later', relayDown: false, silent: false } as const;

describe('what becomes of a mail after a try', () => {
  it('accepted: sent, with what the relay said', () => {
    expect(afterTry({ kind: 'sent', response: '250 kept' }, 2)).toEqual({
      state: 'sent',
      attempts: 3,
      waitMs: null,
      response: '250 kept',
    });
  });

  it('refused: bounced', () => {
    expect(afterTry({ kind: 'bounced', response: '550 unknown' }, 0).state).toBe('bounced');
  });

  it('nobody can tell: uncertain, and never due again', () => {
    const step = afterTry({ kind: 'uncertain', detail: 'cut' }, 0);
    expect(step).toMatchObject({ state: 'uncertain', waitMs: null });
  });

  it('deferred: due again after 15 seconds, 3, 5, 15 and 60 minutes, then hours, parked a day after the first try', () => {
    const waits: number[] = [];
    let elapsed = 0;
    for (let attempts = 0; ; attempts += 1) {
      const step = afterTry(deferred, attempts);
      if (step.state !== 'pending') {
        expect(step.state).toBe('parked');
        break;
      }
      const minutes = (step.waitMs ?? 0) / 60_000;
      waits.push(minutes);
      elapsed += minutes;
    }
    expect(waits.slice(0, 5)).toEqual([0.25, 2.75, 5, 15, 60]);
    expect(elapsed).toBe(24 * 60);
  });

  it('a relay that is down costs the mail none of its tries', () => {
    expect(afterTry({ ...deferred, relayDown: true }, 3)).toMatchObject({
      state: 'pending',
      attempts: 3,
      waitMs: 0,
    });
  });

  it('a relay cannot write control characters into the record', () => {
    expect(afterTry({ kind: 'bounced', response: '550 a\r\nb\u0000' }, 0).response).toBe('550 a b ');
  });

  it('case 44: a long answer is not cut in the middle of a character, which no record could keep', () => {
    expect(afterTry({ kind: 'sent', response: `${'x'.repeat(499)}😀` }, 0).response).toBe('x'.repeat(499));
    expect(afterTry({ kind: 'sent', response: `${'x'.repeat(498)}😀 and` }, 0).response).toBe(`${'x'.repeat(498)}😀`);
  });
});

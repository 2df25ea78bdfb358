import { describe, expect, it } from '@jest/globals';
import { afterTry } from '../../delivery/index.js';

const NOW = new Date('2026-04-06T06:00:00Z');
const deferred = { kind: 'deferred', response: '451 later', relayDown: false } as const;

describe('what becomes of a mail after a try', () => {
  it('accepted: sent, with the time and what the relay said', () => {
    expect(afterTry({ kind: 'sent', response: '250 kept' }, 2, NOW)).toEqual({
      state: 'sent',
      attempts: 3,
      notBefore: null,
      sentAt: NOW,
      response: '250 kept',
    });
  });

  it('refused: bounced', () => {
    expect(afterTry({ kind: 'bounced', response: '550 unknown' }, 0, NOW).state).toBe('bounced');
  });

  it('nobody can tell: uncertain, and never due again', () => {
    const step = afterTry({ kind: 'uncertain', detail: 'cut' }, 0, NOW);
    expect(step).toMatchObject({ state: 'uncertain', notBefore: null });
  });

  it('deferred: due again after 1, 2, 5, 15 and 60 minutes, then hours, parked a day after the first try', () => {
    const waits: number[] = [];
    let elapsed = 0;
    for (let attempts = 0; ; attempts += 1) {
      const step = afterTry(deferred, attempts, NOW);
      if (step.state !== 'pending') {
        expect(step.state).toBe('parked');
        break;
      }
      const minutes = ((step.notBefore?.getTime() ?? 0) - NOW.getTime()) / 60_000;
      waits.push(minutes);
      elapsed += minutes;
    }
    expect(waits.slice(0, 5)).toEqual([1, 2, 5, 15, 60]);
    expect(elapsed).toBe(24 * 60);
  });

  it('a relay that is down costs the mail none of its tries', () => {
    expect(afterTry({ ...deferred, relayDown: true }, 3, NOW)).toMatchObject({
      state: 'pending',
      attempts: 3,
      notBefore: NOW,
    });
  });

  it('a relay cannot write control characters into the record', () => {
    expect(afterTry({ kind: 'bounced', response: '550 a\r\nb\u0000' }, 0, NOW).response).toBe('550 a b ');
  });
});

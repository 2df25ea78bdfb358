import { afterEach, describe, expect, it } from '@jest/globals';
import { ALL } from '../../db/connect.js';
import { markRestored, settleByLog } from '../../db/outbox/restored.js';
import { readRelayLog } from '../../delivery/index.js';
import { TERMINAL } from '../../domain/access/actor.js';
import { monthFixture } from '../support/month.js';
import { mailHouse, NOTHING, PERIOD, type MailHouse } from './fixture.js';

const AT = new Date('2026-04-07T10:00:00Z');
let house: MailHouse;
afterEach(() => house.close());

const states = async () => (await house.outbox()).map(({ state }) => state);
const restored = () =>
  house.database.db.transaction(ALL, (trx) => markRestored(trx, { at: AT, actor: TERMINAL, reason: 'Disk lost' }));

describe('a database that was restored from a backup', () => {
  it('sends by itself neither what was due then nor what an open run makes anew', async () => {
    house = await mailHouse();
    await monthFixture(house.database.db).open(PERIOD);
    await house.enqueue([
      { messageId: 'due.1@kontor.example' },
      { messageId: 'later.1@kontor.example', notBefore: new Date(Date.now() + 3_600_000) },
    ]);
    expect(await restored()).toEqual({ uncertain: 1, runs: [{ programme: 'msp', period: PERIOD, shards: [] }] });
    await house.enqueue([
      { messageId: 'anew.1@kontor.example', programme: 'msp', period: PERIOD },
      { messageId: 'other.1@kontor.example' },
    ]);
    expect(await house.drain()).toEqual({ ...NOTHING, sent: 1 });
    expect(await states()).toEqual(['uncertain', 'pending', 'uncertain', 'sent']);
  });

  it('learns from the relay’s log what was accepted, and sends the rest where the log is complete', async () => {
    house = await mailHouse();
    await house.enqueue(
      ['queued', 'bounced', 'begun', 'unknown'].map((name) => ({ messageId: `${name}@kontor.example` })),
    );
    await restored();
    const log = readRelayLog(
      [
        'Apr  6 06:00:01 relay postfix/cleanup[11]: 4ABCDEF012: message-id=<queued@kontor.example>',
        'Apr  6 06:00:01 relay postfix/qmgr[12]: 4ABCDEF012: from=<kontor@kontor.example>, size=4711, nrcpt=1 (queue active)',
        'Apr  6 06:00:02 relay postfix/smtp[13]: 4ABCDEF012: to=<a@alpha.example>, relay=mx, status=sent (250 ok)',
        'Apr  6 06:00:03 relay postfix/cleanup[11]: 4ABCDEF013: message-id=<bounced@kontor.example>',
        'Apr  6 06:00:04 relay postfix/smtp[13]: 4ABCDEF013: to=<b@alpha.example>, relay=mx, status=bounced (550 no)',
        'Apr  6 06:00:05 relay postfix/cleanup[11]: 4ABCDEF014: message-id=<begun@kontor.example>',
      ].join('\n'),
    );
    const settle = (complete: boolean) =>
      house.database.db.transaction(ALL, (trx) => settleByLog(trx, { ...log, complete }, { at: AT, actor: TERMINAL }));
    expect(await settle(false)).toEqual({ sent: 1, bounced: 1, pending: 0, uncertain: 2 });
    expect(await states()).toEqual(['sent', 'bounced', 'uncertain', 'uncertain']);
    expect(await settle(true)).toEqual({ sent: 0, bounced: 0, pending: 2, uncertain: 0 });
    expect(await house.drain()).toEqual({ ...NOTHING, sent: 2 });
  });
});

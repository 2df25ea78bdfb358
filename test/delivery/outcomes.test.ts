import { afterEach, describe, expect, it } from '@jest/globals';
import { createMailer, type Mailer, type PreparedMail, type SendOutcome } from '../../delivery/index.js';
import { scriptedRelay, type Script, type ScriptedRelay } from './scriptedRelay.js';

const FROM = 'kontor@kontor.example';
const always = () => Promise.resolve(true);
let relay: ScriptedRelay | undefined;
let mailer: Mailer | undefined;

function mailOf(bytes: number, n = 1): PreparedMail {
  return {
    messageId: `statement.${n}@kontor.example`,
    envelopeId: `envelope-${n}`,
    to: `msp-${n}@alpha.example`,
    locale: 'en',
    date: new Date('2026-04-06T06:00:00Z'),
    subject: 'Usage statement',
    text: 'Attached.\n',
    html: '<p>Attached.</p>\n',
    attachments: [{ filename: 's.pdf', contentType: 'application/pdf', content: Buffer.alloc(bytes, 7) }],
  };
}

async function tryOnce(script: Script, bytes = 40_000): Promise<SendOutcome> {
  relay = await scriptedRelay(() => script);
  mailer = createMailer({ smtpUrl: relay.url, from: FROM, silence: { commandsMs: 300, replyMs: 600 } });
  return mailer.send(mailOf(bytes), always);
}

afterEach(async () => {
  await mailer?.close();
  await relay?.close();
});

describe('what became of one try', () => {
  it.each<[string, Script, string]>([
    ['a 250 after the body: sent', {}, 'sent'],
    ['a 4xx for the recipient: deferred', { rcptTo: '451 later' }, 'deferred'],
    ['a 4xx for DATA: deferred', { data: '451 later' }, 'deferred'],
    [
      'a 4xx after the body: deferred, because the relay has said that it does not keep it',
      { end: '452 full' },
      'deferred',
    ],
    ['a 421 after the body: deferred', { end: '421 closing' }, 'deferred'],
    ['a 5xx for the recipient: bounced', { rcptTo: '550 no such mailbox' }, 'bounced'],
    ['a 5xx after the body: bounced', { end: '554 refused' }, 'bounced'],
    ['cut at the recipient: deferred', { rcptTo: 'cut' }, 'deferred'],
    ['cut at DATA: deferred', { data: 'cut' }, 'deferred'],
    ['silence at DATA: deferred', { data: 'silence' }, 'deferred'],
    ['cut after the final dot: uncertain', { end: 'cut' }, 'uncertain'],
    ['silence after the final dot: uncertain', { end: 'silence' }, 'uncertain'],
    ['an unfinished reply after the final dot, then the end: uncertain', { end: '25' }, 'uncertain'],
  ])('%s', async (_name, script, kind) => {
    const outcome = await tryOnce(script);
    expect(outcome.kind).toBe(kind);
  });

  it('cut in the middle of a long body: deferred, because the final dot was never written', async () => {
    const outcome = await tryOnce({ body: 'cut' }, 12_000_000);
    expect(outcome).toMatchObject({ kind: 'deferred', relayDown: false });
    expect(relay?.bodies).toEqual([]);
  });

  it.each<[string, Script]>([
    ['a relay that refuses us at the greeting', { greeting: '554 not you' }],
    ['a relay that refuses the sender', { mailFrom: '550 sender unknown' }],
    ['a relay that is about to close', { mailFrom: '421 too busy' }],
  ])('%s is down for every mail, not for this one', async (_name, script) => {
    expect(await tryOnce(script)).toMatchObject({ kind: 'deferred', relayDown: true });
  });

  it.each<[string, () => Promise<boolean>]>([
    ['is not the sender’s any more', () => Promise.resolve(false)],
    ['nobody can tell whose it is', () => Promise.reject(new Error('database away'))],
  ])('a mail of which %s is withheld once the relay asks for its body', async (_name, mayHandOver) => {
    relay = await scriptedRelay(() => ({}));
    mailer = createMailer({ smtpUrl: relay.url, from: FROM });
    expect(await mailer.send(mailOf(10), mayHandOver)).toMatchObject({ kind: 'withheld' });
    expect((await mailer.send(mailOf(10, 2), always)).kind).toBe('sent');
    expect(relay.bodies.map((body) => /^Message-ID: (.*)$/im.exec(body)?.[1])).toEqual([
      '<statement.2@kontor.example>',
    ]);
  });

  it('nobody asks before the relay has asked for the body', async () => {
    let asked = 0;
    relay = await scriptedRelay(() => ({ data: 'silence' }));
    mailer = createMailer({ smtpUrl: relay.url, from: FROM, silence: { commandsMs: 300 } });
    const mayHandOver = () => Promise.resolve((asked += 1) > 0);
    expect(await mailer.send(mailOf(10), mayHandOver)).toMatchObject({ kind: 'deferred', silent: true });
    expect(asked).toBe(0);
  });

  it('a relay without TLS gets nothing where TLS is required, and the reason says what to set', async () => {
    relay = await scriptedRelay(() => ({}));
    mailer = createMailer({ smtpUrl: relay.url, from: FROM, requireTls: true });
    const outcome = await mailer.send(mailOf(10), always);
    expect(outcome).toMatchObject({ kind: 'deferred', relayDown: true });
    expect(JSON.stringify(outcome)).toContain('SMTP_TLS');
    expect(relay.bodies).toEqual([]);
  });

  it('nobody listening is a relay that is down', async () => {
    const gone = await scriptedRelay(() => ({}));
    await gone.close();
    mailer = createMailer({ smtpUrl: gone.url, from: FROM });
    expect(await mailer.send(mailOf(10), always)).toMatchObject({ kind: 'deferred', relayDown: true });
  });

  it('a mail cut off after the final dot is not handed over a second time on another connection', async () => {
    relay = await scriptedRelay((mail) => (mail % 2 === 0 ? { end: 'cut' } : {}));
    const here = createMailer({ smtpUrl: relay.url, from: FROM });
    mailer = here;
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, n) => here.send(mailOf(2_000, n), always)));
    expect(relay.bodies).toHaveLength(40);
    expect(new Set(relay.bodies.map((body) => /^Message-ID: (.*)$/im.exec(body)?.[1])).size).toBe(40);
    expect(outcomes.filter(({ kind }) => kind === 'uncertain')).toHaveLength(20);
    expect(outcomes.filter(({ kind }) => kind === 'sent')).toHaveLength(20);
  });

  it('a relay that ends the connection with a 421 between two mails loses neither', async () => {
    relay = await scriptedRelay((mail) => (mail === 2 ? { mailFrom: '421 restarting' } : {}));
    mailer = createMailer({ smtpUrl: relay.url, from: FROM });
    expect((await mailer.send(mailOf(10, 1), always)).kind).toBe('sent');
    expect((await mailer.send(mailOf(10, 2), always)).kind).toBe('deferred');
    expect((await mailer.send(mailOf(10, 2), always)).kind).toBe('sent');
  });

  it('at most six connections are open, and they are kept', async () => {
    relay = await scriptedRelay(() => ({}));
    const here = createMailer({ smtpUrl: relay.url, from: FROM });
    mailer = here;
    await Promise.all(Array.from({ length: 200 }, (_, n) => here.send(mailOf(10, n), always)));
    expect(relay.bodies).toHaveLength(200);
    expect(relay.connections()).toBeLessThanOrEqual(6);
  });
});

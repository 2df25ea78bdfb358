import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { ALL } from '../../db/connect.js';
import { claimMails } from '../../db/outbox/claimMails.js';
import { handOverMails } from '../../db/outbox/recordOutcome.js';
import { createMailer } from '../../delivery/index.js';
import { NO_RESTORE } from '../support/noRestore.js';
import { FROM, mailHouse, NOTHING, PERIOD, type MailHouse } from './fixture.js';
import { scriptedRelay } from './scriptedRelay.js';

let house: MailHouse;

afterEach(async () => {
  await house.close();
});

const states = async () => (await house.outbox()).map(({ state }) => state);

describe('draining the outbox', () => {
  it('sends a thousand mails, each once, with at most 1.2 SQL statements a mail: one asks whether it is still ours', async () => {
    house = await mailHouse();
    await house.enqueue(Array.from({ length: 1_000 }, (_, n) => ({ messageId: `many.${n}@kontor.example` })));
    const before = house.database.db.statementCount();
    expect(await house.drain()).toEqual({ ...NOTHING, sent: 1_000 });
    expect((house.database.db.statementCount() - before) / 1_000).toBeLessThanOrEqual(1.2);
    const ids = house.inbox.messages().map(({ messageId }) => messageId);
    expect(ids).toHaveLength(1_000);
    expect(new Set(ids).size).toBe(1_000);
  });

  it('run again, or by several at once, sends nothing twice', async () => {
    house = await mailHouse();
    await house.enqueue(
      Array.from({ length: 200 }, () => ({})).map((_, n) => ({ messageId: `m.${n}@kontor.example` })),
    );
    const results = await Promise.all([house.drain(), house.drain(), house.drain(), house.drain()]);
    expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBe(200);
    expect(await house.drain()).toEqual(NOTHING);
    expect(house.inbox.messages()).toHaveLength(200);
  });

  it('a 4xx is due again later, with what the relay said', async () => {
    house = await mailHouse({ fault: ({ count }) => (count === 1 ? 'reject-4xx' : 'accept') });
    await house.enqueue([{}]);
    expect(await house.drain()).toEqual({ ...NOTHING, deferred: 1 });
    const [row] = await house.outbox();
    expect(row).toMatchObject({ state: 'pending', attempts: 1 });
    expect(row?.not_before.getTime()).toBeGreaterThan(Date.now() + 10_000);
    expect(row?.last_response).toContain('451');
    expect(await house.drain()).toEqual(NOTHING);

    await house.database.asOwner(`update outbox set not_before = now() + interval '300 milliseconds'`);
    expect(await house.drain({ untilEmpty: true })).toEqual({ ...NOTHING, sent: 1 });
    expect(house.inbox.messages()).toHaveLength(1);
  });

  it('a mail that is deferred for a day is parked, not dropped', async () => {
    house = await mailHouse({ fault: () => 'reject-4xx' });
    await house.enqueue([{}]);
    await house.database.asOwner('update outbox set attempts = 9');
    expect(await house.drain()).toEqual({ ...NOTHING, parked: 1 });
    expect(await states()).toEqual(['parked']);
  });

  it('a 5xx for one recipient bounces that mail, and the others go out', async () => {
    house = await mailHouse({ fault: ({ recipient }) => (recipient.startsWith('msp-1@') ? 'reject-5xx' : 'accept') });
    await house.enqueue([{}, {}, {}].map((_, n) => ({ messageId: `m.${n}@kontor.example` })));
    expect(await house.drain()).toEqual({ ...NOTHING, sent: 2, bounced: 1 });
    expect(await states()).toEqual(['sent', 'bounced', 'sent']);
    expect((await house.outbox())[1]?.last_response).toContain('550');
  });

  it.each([true, false])(
    'a connection cut after the final dot leaves the mail uncertain and is never resent (kept by the relay: %s)',
    async (storeCutMail) => {
      house = await mailHouse({
        storeCutMail,
        fault: ({ recipient }) => (recipient.startsWith('msp-0@') ? 'cut-after-data' : 'accept'),
      });
      await house.enqueue([{ messageId: 'a@kontor.example' }, { messageId: 'b@kontor.example' }]);
      expect(await house.drain()).toEqual({ ...NOTHING, sent: 1, uncertain: 1 });
      expect(await house.drain()).toEqual(NOTHING);
      expect(await states()).toEqual(['uncertain', 'sent']);
      expect(house.inbox.messages()).toHaveLength(storeCutMail ? 2 : 1);
    },
  );

  const claim = (claimedBy: string, limit: number) =>
    house.database.db.transaction(ALL, (trx) => claimMails(trx, { claimedBy, run: null, packs: false, limit }));

  it('of a killed worker’s mails those that it had begun become uncertain when the activity is tried again; the rest goes out once', async () => {
    house = await mailHouse();
    await house.enqueue(Array.from({ length: 10 }, (_, n) => ({ messageId: `m.${n}@kontor.example` })));
    const claimed = await claim('run/1#first', 4);
    const begun = await handOverMails(house.database.db, 'run/1#first', [claimed[0]?.id ?? '']);
    expect([...begun]).toEqual([claimed[0]?.id]);
    expect(await house.drain({}, { claimant: 'another/1' })).toEqual({ ...NOTHING, sent: 6 });
    expect((await states()).filter((state) => state === 'sending')).toHaveLength(4);
    expect(await house.drain({}, { claimant: 'run/1' })).toEqual({ ...NOTHING, sent: 3 });
    expect((await states()).filter((state) => state === 'uncertain')).toHaveLength(1);
    expect(house.inbox.messages()).toHaveLength(9);
  });

  it('a claim of which nobody has heard for a while is taken over by whoever drains next, packs and all', async () => {
    house = await mailHouse();
    await house.enqueue([{}, {}].map((_, n) => ({ messageId: `m.${n}@kontor.example` })));
    const [first] = await claim('gone/1#a', 4);
    await handOverMails(house.database.db, 'gone/1#a', [first?.id ?? '']);
    await house.drain();
    expect(await states()).toEqual(['sending', 'sending']);
    await house.database.asOwner(`update outbox set claimed_at = now() - interval '1 minute'`);
    await house.drain();
    expect(await states()).toEqual(['uncertain', 'sent']);
    expect(house.inbox.messages()).toHaveLength(1);
  });

  it('cancelled, it gives back at once what it has not begun', async () => {
    house = await mailHouse();
    await house.enqueue(Array.from({ length: 30 }, (_, n) => ({ messageId: `m.${n}@kontor.example` })));
    const cancel = new AbortController();
    const { mailer } = house;
    const slow: typeof mailer = {
      ...mailer,
      send: (mail, mayHandOver) => {
        cancel.abort(new Error('cancelled'));
        return mailer.send(mail, mayHandOver);
      },
    };
    await expect(house.drain({}, { mailer: slow, signal: cancel.signal })).rejects.toThrow('cancelled');
    const now = await states();
    expect(now.filter((state) => state === 'sent')).toHaveLength(house.inbox.messages().length);
    expect(new Set(now)).toEqual(new Set(['sent', 'pending']));
    expect(now.filter((state) => state === 'sent').length).toBeLessThanOrEqual(mailer.atOnce);
  });

  it('of a worker that ends, it waits for no answer of Temporal, which may be its own to give, and gives all back', async () => {
    house = await mailHouse();
    await house.enqueue([{}]);
    const ends = new AbortController();
    const restores = {
      ...NO_RESTORE,
      mayBeSent: () => {
        ends.abort(new Error('ends'));
        return new Promise<never>(() => undefined);
      },
    };
    await expect(house.drain({}, { restores, signal: ends.signal })).rejects.toThrow('ends');
    expect(await states()).toEqual(['pending']);
  });

  it('who held mails while its process stood still hands over none that was taken over meanwhile', async () => {
    house = await mailHouse();
    await house.enqueue(Array.from({ length: 30 }, (_, n) => ({ messageId: `m.${n}@kontor.example` })));
    const { mailer } = house;
    let stopped = 0;
    const goOn = new AbortController();
    const slow: typeof mailer = {
      ...mailer,
      send: async (mail, mayHandOver) => {
        stopped += 1;
        if (!goOn.signal.aborted) await once(goOn.signal, 'abort');
        return mailer.send(mail, mayHandOver);
      },
    };
    const zombie = house.drain({}, { mailer: slow });
    while (stopped < mailer.atOnce) await new Promise((resolve) => setTimeout(resolve, 20));
    await house.database.asOwner(`update outbox set claimed_at = now() - interval '1 minute'`);
    expect(await house.drain()).toEqual({ ...NOTHING, sent: 30 });
    goOn.abort();
    expect(await zombie).toEqual(NOTHING);
    expect(house.inbox.messages()).toHaveLength(30);
    expect(new Set(await states())).toEqual(new Set(['sent']));
  });

  it('a relay that does not answer costs a try of fewer mails than twice its connections; the activity is tried again', async () => {
    house = await mailHouse();
    await house.enqueue(Array.from({ length: 30 }, (_, n) => ({ messageId: `m.${n}@kontor.example` })));
    const relay = await scriptedRelay(() => ({ mailFrom: 'silence' }));
    const mailer = createMailer({ smtpUrl: relay.url, from: FROM, silence: { commandsMs: 300 } });
    await expect(house.drain({}, { mailer })).rejects.toMatchObject({ code: 'MAIL_DEFERRED', retryable: true });
    await mailer.close();
    await relay.close();
    const tried = (await house.outbox()).filter(({ attempts }) => attempts === 1);
    expect(tried.length).toBeLessThan(2 * mailer.atOnce);
    expect(new Set(await states())).toEqual(new Set(['pending']));
  });

  it('a header in a name, a subject or an address is refused and parked, visibly; the others go out', async () => {
    house = await mailHouse();
    const expired = (vendorName: string) => ({ vendorName, days: 30 });
    const site = (siteName: string) => ({ vendorName: 'V', siteName, keyCreatedOn: '2026-03-01' });
    await house.enqueue([
      { messageId: 'm.0@kontor.example', params: expired('Alpha\r\nBcc: other@evil.example') },
      { messageId: 'm.1@kontor.example', kind: 'siteActivationReminder', params: site('Site\nBcc: x@evil.example') },
      { messageId: 'm.2@kontor.example', to: { address: 'a@alpha.example\r\nBcc: other@evil.example' } },
      { messageId: 'm.3@kontor.example', to: { address: 'a@alpha.example, other@evil.example' } },
      { messageId: 'm.4@kontor.example' },
      { messageId: 'm.5@kontor.example', params: { unknown: true } },
    ]);
    expect(await house.drain()).toEqual({ ...NOTHING, sent: 1, parked: 5 });
    expect(await states()).toEqual(['parked', 'parked', 'parked', 'parked', 'sent', 'parked']);
    expect(house.inbox.messages().map(({ recipients }) => recipients)).toEqual([['msp-4@alpha.example']]);
    expect((await house.outbox())[0]?.last_response).toContain('vendorName');
  });

  it('a relay that is down costs no mail a try, and the activity fails so that it is tried again', async () => {
    house = await mailHouse();
    await house.enqueue(Array.from({ length: 50 }, (_, n) => ({ messageId: `m.${n}@kontor.example` })));
    const gone = await scriptedRelay(() => ({}));
    await gone.close();
    const mailer = createMailer({ smtpUrl: gone.url, from: FROM });
    await expect(house.drain({}, { mailer })).rejects.toMatchObject({ code: 'MAIL_DEFERRED', retryable: true });
    await mailer.close();
    expect(new Set((await house.outbox()).map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(
      new Set(['pending 0']),
    );
    expect(await house.drain()).toEqual({ ...NOTHING, sent: 50 });
  });

  it('a statement waits for its document, so that sending may overlap rendering', async () => {
    house = await mailHouse();
    await house.statement(1, Buffer.from('%PDF one'));
    const second = await house.statement(2, null);
    expect(await house.drain({ programme: 'msp', period: PERIOD })).toEqual({ ...NOTHING, sent: 1 });
    expect(await states()).toEqual(['sent', 'pending']);
    await house.document(second, Buffer.from('%PDF two'));
    expect(await house.drain({ programme: 'msp', period: PERIOD })).toEqual({ ...NOTHING, sent: 1 });
    const mail = await PostalMime.parse(await house.source(2));
    expect(mail.attachments.map(({ filename }) => filename)).toEqual(['IT-2026-000002.pdf']);
  });

  it('the welcome mail carries the latest documents of the programme for MSPs, in the language of the reader', async () => {
    house = await mailHouse();
    await house.database.asOwner(
      `with written (name, language, version, audience, content) as (values
         ('terms.pdf', 'en', 1, 'msp', 'old terms'), ('terms.pdf', 'en', 2, 'msp', 'terms'),
         ('guide.pdf', 'de', 1, 'msp', 'Leitfaden'), ('guide.pdf', 'en', 1, 'msp', 'guide'),
         ('prices.pdf', 'en', 1, 'distributor', 'for distributors')),
       kept as (insert into document_content (sha256, content)
         select sha256(content::bytea), content::bytea from written)
       insert into programme_document (programme_code, name, language, version, audience, title, content_type, sha256,
         published_at, published_by)
       select 'msp', name, language, version, audience, name, 'application/pdf', sha256(content::bytea), now(),
         '{"kind": "kontor", "id": "kontor", "name": "test"}'
       from written`,
    );
    const params = { vendorName: 'Vendor', mspName: 'MSP Alpha', distributorName: 'Distributor', portalUrl: null };
    await house.enqueue([
      {
        kind: 'registrationWelcome',
        programme: 'msp',
        mspId: house.mspId,
        params,
      },
    ]);
    await house.drain();
    const mail = await PostalMime.parse(await house.source(1), { attachmentEncoding: 'utf8' });
    expect(mail.attachments.map(({ filename, content }) => [filename, content])).toEqual([
      ['guide.pdf', 'guide'],
      ['terms.pdf', 'terms'],
    ]);
  });

  it('drains one run alone, and stops at the limit', async () => {
    house = await mailHouse();
    await house.enqueue(
      Array.from({ length: 6 }, (_, n) => ({
        messageId: `m.${n}@kontor.example`,
        programme: 'msp',
        period: n < 4 ? PERIOD : '2026-02',
      })),
    );
    expect(await house.drain({ programme: 'msp', period: PERIOD, limit: 3 })).toMatchObject({
      ...NOTHING,
      sent: 3,
      nextDueMs: 0,
    });
    expect(await states()).toEqual(['sent', 'sent', 'sent', 'pending', 'pending', 'pending']);
  });
});

describe('a mail as it arrives', () => {
  it.each([
    ['en', 'has expired'],
    ['de', 'verfallen'],
    ['it', 'scadut'],
    ['pl', 'wygas'],
  ])(
    'has one recipient, text and HTML in its language (%s), and says that a machine wrote it',
    async (locale, word) => {
      house = await mailHouse();
      await house.enqueue([{ locale }]);
      await house.drain();
      const mail = await PostalMime.parse(await house.source(1));
      const header = (key: string) => mail.headers.find((each) => each.key === key)?.value;
      expect(mail.to?.map(({ address }) => address)).toEqual(['msp-0@alpha.example']);
      expect(mail.cc).toBeUndefined();
      expect(header('auto-submitted')).toBe('auto-generated');
      expect(header('content-language')).toBe(locale);
      expect(mail.messageId).toBe('<mail.0@kontor.example>');
      expect(mail.subject).toContain('Vendor');
      expect(mail.html).toContain(`<html lang="${locale}">`);
      expect(mail.html).toContain('Vendor');
      expect(`${mail.subject ?? ''} ${mail.text ?? ''}`).toContain(word);
    },
  );

  it('shows markup and direction overrides in a name as what they are: text', async () => {
    house = await mailHouse();
    const vendorName = '<script>alert(1)</script> & "Łódź" \u202Efdp.exe';
    await house.enqueue([{ kind: 'registrationRejected', params: { vendorName, reason: 'No' } }]);
    await house.drain();
    const mail = await PostalMime.parse(await house.source(1));
    expect(mail.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Łódź&quot; fdp.exe');
    expect(mail.html).not.toContain('<script');
    expect(mail.text).toContain('<script>alert(1)</script> & "Łódź" fdp.exe');
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { startInbox, type Fault, type Inbox, type InboxOptions } from '../../embedded/index.js';

let dataDir: string;
let inbox: Inbox;
const PDF = Buffer.from('%PDF-1.7 statement');

async function start(opts: Partial<InboxOptions> = {}): Promise<void> {
  inbox = await startInbox({ dataDir, ...opts });
}

async function send(recipient: string, messageId = '<one@kontor.example>', more: object = {}): Promise<void> {
  const transport = createTransport({ url: inbox.smtpUrl });
  await transport.sendMail({
    from: 'kontor@kontor.example',
    to: recipient,
    messageId,
    subject: 'Statement',
    text: 'Hi',
    ...more,
  });
}

async function page(path: string): Promise<{ status: number; text: string; headers: Headers }> {
  const answer = await fetch(`${inbox.pageUrl}${path}`);
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kontor-inbox-'));
});

afterEach(async () => {
  await inbox.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe('the inbox', () => {
  it('case 58: answers nobody who came by another name than this machine has', async () => {
    await start();
    const { port } = new URL(inbox.pageUrl);
    const ask = (host: string) =>
      new Promise<number | undefined>((resolve) => {
        get({ port, path: '/api/messages', headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
      });
    expect(await ask(`127.0.0.1:${port}`)).toBe(200);
    expect(await ask(`localhost:${port}`)).toBe(200);
    expect(await ask(`pages.example:${port}`)).toBe(421);
    expect(await ask(`127.0.0.1.pages.example:${port}`)).toBe(421);
  });

  it('takes 500 mails over a pool and lists them, newest first, also after a restart', async () => {
    await start();
    const transport = createTransport({ url: inbox.smtpUrl, pool: true, maxConnections: 5, maxMessages: 1_000 });
    const sent = Array.from({ length: 500 }, (_, i) =>
      transport.sendMail({
        from: 'kontor@kontor.example',
        to: `msp-${i}@example.com`,
        messageId: `<${i}@kontor.example>`,
        subject: `Abrechnung für Łódź ${i}`,
        text: 'Hi',
      }),
    );
    await Promise.all(sent);
    transport.close();
    expect(new Set(inbox.messages().map(({ messageId }) => messageId)).size).toBe(500);
    await inbox.stop();
    await start();
    expect(inbox.messages()).toHaveLength(500);
    expect((await page('/')).text).toMatch(/500 mails.*Page 1 of 10/s);
    expect((await page('/?q=msp-499@')).text).toContain('Abrechnung für Łódź 499');
    const last = JSON.parse((await page('/api/messages?page=10')).text);
    expect(last.messages.at(-1)).toMatchObject({ id: 1, subject: expect.stringContaining('Łódź') });
  });

  it('shows what a mail says without running it', async () => {
    await start();
    await send('a@example.com', '<x@kontor.example>', {
      subject: '<script>alert(1)</script>',
      html: '<p>Total <b>12,00</b></p><script>alert(1)</script>',
      attachments: [
        { filename: 'Übersicht.pdf', content: PDF, contentType: 'application/pdf' },
        { filename: 'page.html', content: '<script>alert(1)</script>', contentType: 'text/html' },
      ],
    });
    const list = await page('/');
    expect(list.text).not.toContain('<script');
    expect(list.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await page('/messages/1')).text).toContain('sandbox=');
    expect((await page('/messages/1/html')).headers.get('content-security-policy')).toContain('sandbox');
    const pdf = await page('/messages/1/attachments/0');
    expect(pdf.text).toBe(PDF.toString());
    expect(pdf.headers.get('content-disposition')).toMatch(/^inline/);
    expect((await page('/messages/1/attachments/1')).headers.get('content-disposition')).toMatch(/^attachment/);
    expect(JSON.parse((await page('/api/messages/1')).text)).toMatchObject({
      text: 'Hi\n',
      recipients: ['a@example.com'],
      attachments: [{ filename: 'Übersicht.pdf', sizeBytes: PDF.length }, { filename: 'page.html' }],
    });
    expect((await page('/api/messages/1/source')).text).toBe((await inbox.source(1)).toString());
    expect((await page('/messages/2')).status).toBe(404);
  });
});

describe('an injected fault', () => {
  const once =
    (outcome: ReturnType<Fault>): Fault =>
    ({ count }) =>
      count === 1 ? outcome : 'accept';

  it.each([
    ['reject-4xx', { responseCode: 451 }],
    ['reject-5xx', { responseCode: 550 }],
    ['cut-before-data', { code: expect.any(String) }],
    ['cut-after-data', { code: expect.any(String) }],
  ] as const)('%s fails the first delivery and keeps nothing of it', async (outcome, error) => {
    await start({ fault: once(outcome) });
    await expect(send('a@example.com')).rejects.toMatchObject(error);
    expect(inbox.messages()).toEqual([]);
    await send('a@example.com');
    expect(inbox.messages()).toHaveLength(1);
  });

  it('can cut the connection after the mail has arrived all the same', async () => {
    await start({ fault: once('cut-after-data'), storeCutMail: true });
    await expect(send('a@example.com')).rejects.toThrow();
    expect(inbox.messages()).toMatchObject([{ recipients: ['a@example.com'] }]);
  });

  it('can single out a mail by its message id', async () => {
    await start({ fault: ({ messageId }) => (messageId === '<bad@kontor.example>' ? 'reject-5xx' : 'accept') });
    await expect(send('a@example.com', '<bad@kontor.example>')).rejects.toMatchObject({ responseCode: 550 });
    await send('a@example.com', '<good@kontor.example>');
    expect(inbox.messages().map(({ messageId }) => messageId)).toEqual(['<good@kontor.example>']);
  });
});

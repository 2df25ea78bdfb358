import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askWithin } from '../../identity/openId/ask.js';
import { isSecure, isWithin, type Reach } from '../../identity/openId/reach.js';

const ALL: Reach[] = ['public', 'private', 'loopback'];

describe('how far a request to a provider may go', () => {
  it.each<[string, Reach[]]>([
    ['93.184.216.34', ALL],
    ['2606:4700::1111', ALL],
    ['10.1.2.3', ['private', 'loopback']],
    ['172.31.255.255', ['private', 'loopback']],
    ['172.32.0.1', ALL],
    ['192.168.1.1', ['private', 'loopback']],
    ['100.64.0.1', ['private', 'loopback']],
    ['fd00::1', ['private', 'loopback']],
    ['127.0.0.1', ['loopback']],
    ['127.9.9.9', ['loopback']],
    ['::1', ['loopback']],
    ['::ffff:127.0.0.1', ['loopback']],
    ['::ffff:10.0.0.1', ['private', 'loopback']],
    ['169.254.169.254', []],
    ['::ffff:169.254.169.254', []],
    ['0.0.0.0', []],
    ['::', []],
    ['::7f00:1', []],
    ['64:ff9b::7f00:1', []],
    ['2002:7f00:1::', []],
    ['fe80::1', []],
    ['224.0.0.1', []],
    ['255.255.255.255', []],
  ])('%s: %j', (address, reaches) => {
    expect(ALL.filter((reach) => isWithin(reach, address))).toEqual(reaches);
  });

  it.each<[string, Reach[]]>([
    ['https://id.example', ALL],
    ['http://id.example', []],
    ['http://127.0.0.1:3000', ['loopback']],
    ['http://localhost', ['loopback']],
    ['http://localhost.evil.example', []],
    ['https://someone@id.example', []],
    ['file:///etc/passwd', []],
    ['javascript:alert(1)', []],
  ])('leads to %s: %j', (url, reaches) => {
    expect(ALL.filter((reach) => isSecure(reach, new URL(url)))).toEqual(reaches);
  });
});

describe('asking a provider', () => {
  let server: Server;
  let here: string;
  let asked: string[];

  beforeAll(async () => {
    asked = [];
    server = createServer((req, res) => {
      asked.push(req.url ?? '');
      switch (req.url) {
        case '/moved':
          res.writeHead(302, { location: '/elsewhere' }).end();
          break;
        case '/large':
          res.end(Buffer.alloc(600 * 1024));
          break;
        case '/broken':
          res.writeHead(502).end();
          break;
        case '/silent':
          break;
        default:
          res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    here = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = (url: string, reach: Reach = 'loopback') =>
    askWithin(reach)(url, { method: 'GET', headers: {}, body: null, redirect: 'manual' });

  it.each(['/moved', '/large', '/broken', '/silent'])('takes %s for no answer, and asks nobody else', async (path) => {
    await expect(ask(`http://${here}${path}`)).rejects.toMatchObject({ code: 'IDENTITY_PROVIDER_UNAVAILABLE' });
    expect(asked).not.toContain('/elsewhere');
  });

  it('hands on what the provider refuses', async () => {
    const answer = await ask(`http://${here}/token`);
    expect([answer.status, await answer.json()]).toEqual([400, { error: 'invalid_grant' }]);
  });

  it.each(['public', 'private'] as const)('connects to nothing that is not within %s', async (reach) => {
    const before = asked.length;
    for (const host of [here, here.replace('127.0.0.1', 'localhost'), here.replace('127.0.0.1', '2130706433')]) {
      const asking = ask(`https://${host}/`, reach);
      await expect(asking).rejects.toMatchObject({
        code: 'IDENTITY_PROVIDER_UNAVAILABLE',
        cause: { message: expect.stringContaining('within reach') },
      });
    }
    expect(asked).toHaveLength(before);
  });
});

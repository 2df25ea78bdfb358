/** I10: one secret is planted in each place where none may stand, and verify has to find each, and nothing else. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { createSecretBox, createSecretOpener } from '../../config/secretBox.js';
import { historyTexts } from '../../starts/historyTexts.js';
import { newSecret, secretHash } from '../../db/access/secret.js';
import { formatMeteredKey } from '../../domain/key.js';
import { createRenderPool } from '../../statements/index.js';
import type { VerifyOptions } from '../../verify/index.js';
import { closedMonths, type ClosedMonths } from '../support/closedMonths.js';
import { services } from '../support/services.js';
import { planting, type Planting } from './planting.js';

const PROVIDER = randomUUID();
const KEYS = [{ id: 'test', key: randomBytes(32) }] as const;
const box = createSecretBox(KEYS);

describe('I10: secrets', () => {
  let months: ClosedMonths;
  let planted: Planting;
  let dir: string;
  // As `issueToken` writes them.
  const token = `kontor_${newSecret()}`;
  const link = newSecret();
  const enrolment = `kontor_enrol_${newSecret()}`;
  const key = formatMeteredKey(randomBytes(32));
  const pem = '-----BEGIN PRIVATE KEY-----';

  beforeAll(async () => {
    const pool = createRenderPool({ threads: 2 });
    months = await closedMonths(pool);
    await pool.close();
    planted = planting(months.database);
    dir = await mkdtemp(join(tmpdir(), 'kontor-secrets-'));
  });

  afterAll(async () => {
    await rm(dir, { recursive: true, force: true });
    await planted.stop();
    await months.database.drop();
  });

  const known = [
    'alter table api_token drop constraint api_token_membership_id_fkey',
    `insert into api_token (id, membership_id, view, name, token_hash, created_at, created_by)
     values (gen_random_uuid(), gen_random_uuid(), 'partner_team', 'x', '\\x${secretHash(token).toString('hex')}', now(), '{}')`,
    `update one_time_link set token_hash = null`,
    'alter table one_time_link drop constraint one_time_link_check2',
    `insert into one_time_link (id, kind, token_hash, made_at, expires_at)
     values (gen_random_uuid(), 'contact', '\\x${secretHash(link).toString('hex')}', now(), now())`,
    `insert into enrolment_token (msp_id, id, programme_code, product, token_hash, uses, made_at, made_by, expires_at)
     select msp_id, gen_random_uuid(), programme_code, 'mail-server', '\\x${secretHash(enrolment).toString('hex')}', 1, now(), '{}',
       now() + interval '1 day' from participation limit 1`,
    `insert into identity_provider (id, company_id, code, name, issuer, client_id, sealed_secret, scopes, levels, makes_people,
       mail_domains, listed, created_at, set_by)
     select '${PROVIDER}', id, 'x', 'x', 'x', 'x', '${box.seal('hunter2-of-the-provider', `identityProvider/${PROVIDER}`)}',
       '{}', '[]', false, '{}', false, now(), '{}'
     from company limit 1`,
  ];
  const said = async (bugs: readonly string[], options: VerifyOptions = {}) => {
    const { shared } = await planted.verifyWith([...known, ...bugs], {
      openSecret: createSecretOpener(KEYS),
      ...options,
    });
    return shared.I10;
  };
  const statement = `(select id from statement where number = 'MSP-DE-2026-000003')`;
  const asSql = (bytes: Buffer) => `'\\x${bytes.toString('hex')}'`;

  it('finds none where there is none, and says what it has searched', async () => {
    const withKeys = { logDirs: [dir], openSecret: createSecretOpener(KEYS) };
    const { shared, searched, secretsOpened } = await planted.verifyWith(known, withKeys);
    expect(shared.I10).toBe('holds');
    expect(secretsOpened).toBe(1);
    expect(searched).toMatchObject({ documents: 10, mails: null, histories: null, logs: 0 });
  });

  it.each<[string, string, string]>([
    [
      'a metered key in the reason of a parked MSP',
      `update run_participant set parked_reason = 'key ${key} was shown' where period = '2026-03'`,
      'run_participant.parked_reason holds a metered key',
    ],
    [
      'an API token in what a relay answered',
      `update outbox set last_response = '550 who is ${token}?'`,
      'outbox.last_response holds an API token',
    ],
    [
      'a one-time link in a mail that waits',
      `update outbox set params = jsonb_build_object('link', 'https://kontor.example/console/link#${link}')`,
      'outbox.params holds a one-time link',
    ],
    [
      'the password of the database in a failure',
      `update billing_run set failed_at = now(), failure = 'connect postgres://kontor:canary@127.0.0.1/kontor' where period = '2026-03'`,
      'billing_run.failure holds a password in an address',
    ],
    [
      'a bearer header in a case',
      `update discrepancy set reason = 'Authorization: Bearer ${randomBytes(24).toString('base64url')}'`,
      'discrepancy.reason holds a bearer token',
    ],
    [
      'an enrolment token in a case',
      `update discrepancy set reason = 'installed with ${enrolment}'`,
      'discrepancy.reason holds an enrolment token',
    ],
    [
      'a private key in the audit trail',
      `update audit_event set reason = '${pem}' where id = 1`,
      'audit_event.reason holds a private key',
    ],
    [
      'the secret of an identity provider in a statement',
      `update statement set content = jsonb_set(content, '{msp,name}', '"hunter2-of-the-provider"') where id = ${statement}`,
      'statement.content holds the secret of an identity provider',
    ],
    [
      'a key in a file inside a PDF',
      `update statement_document set pdf = ${asSql(
        Buffer.concat([Buffer.from('%PDF-1.7\nstream\n'), deflateSync(`site;${key}`), Buffer.from('\nendstream')]),
      )} where statement_id = ${statement}`,
      'the document of MSP-DE-2026-000003 holds a metered key',
    ],
    [
      'a token in the lines of a billing pack',
      `update billing_pack set lines_csv = convert_to('a,${token}', 'UTF8') where period = '2026-03' and distributor_id = (select id from distributor where code = 'PL')`,
      'the document of billing pack 2026-03 of PL holds an API token',
    ],
  ])('finds %s', async (_what, bug, named) => {
    expect(await said([bug])).toEqual([named]);
  });

  it('finds a secret that nobody has encrypted', async () => {
    const [problem] = (await said([`update identity_provider set sealed_secret = 'hunter2-of-the-provider'`])) ?? [];
    expect(problem).toBe(
      `the secret of an identity provider (identityProvider/${PROVIDER}) cannot be opened with SECRET_KEYS`,
    );
  });

  it('says that it knows none of them where it has no keys', async () => {
    const { shared, secretsOpened } = await planted.verifyWith(known, {});
    expect(shared.I10).toBe('holds');
    expect(secretsOpened).toBeNull();
  });

  it('finds a token in a mail that was accepted; a one-time link has its place there', async () => {
    const mail = (id: string, text: string) => `Message-ID: <${id}@kontor.example>\r\nSubject: x\r\n\r\n${text}\r\n`;
    await writeFile(join(dir, '1.eml'), mail('good', `https://kontor.example/console/link#${link}`));
    await writeFile(join(dir, '2.eml'), mail('bad', `your token is ${token}`));
    expect(await said([], { inboxDir: dir })).toEqual(['the mail <bad@kontor.example> holds an API token']);
  });

  it('finds a key in a log', async () => {
    await writeFile(join(dir, 'worker.log'), `{"level":30,"msg":"${key}"}\n`);
    expect(await said([], { logDirs: [dir] })).toEqual(['the log worker.log holds a metered key']);
    await rm(join(dir, 'worker.log'));
  });

  it('finds a token in the history of a workflow', async () => {
    const connection = await Connection.connect({ address: services().temporalAddress });
    const client = new Client({ connection });
    const workflowId = `canary-${randomUUID()}`;
    const handle = await client.workflow.start('canary', { workflowId, taskQueue: workflowId, args: [{ token }] });
    try {
      // What lists runs hears of a new one a moment later.
      let found: unknown;
      for (let tries = 0; tries < 20 && !Array.isArray(found); tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 250));
        found = await said([], { histories: historyTexts(client) });
      }
      expect(found).toContain(`the history of ${workflowId} holds an API token`);
    } finally {
      await handle.terminate();
      await connection.close();
    }
  });
});

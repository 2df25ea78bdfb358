import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

function kontor(words: readonly string[], databaseUrl: string): Promise<{ exit: number; out: string; said: string }> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, LOG_LEVEL: 'info' };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { env }, (error, out, said) => {
      resolve({ exit: typeof error?.code === 'number' ? error.code : 0, out, said });
    });
  });
}

describe('a command whose database is not to be had', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it.each([['status'], ['token list --json'], ['verify'], ['programme list']])(
    '%s says by a code that it does not answer and what to do, and ends with 1',
    async (words) => {
      for (const host of ['127.0.0.1', 'localhost']) {
        const { exit, out, said } = await kontor(words.split(' '), `postgres://kontor_app@${host}:1/kontor`);
        expect([exit, out]).toEqual([1, '']);
        expect(said).toMatch(
          /^kontor: DATABASE_UNAVAILABLE: PostgreSQL: .*ECONNREFUSED.*DATABASE_URL is its address.*\n$/,
        );
      }
    },
  );

  it('says that there is none of that name, and ends with 2', async () => {
    const url = new URL(database.appUrl);
    url.pathname = '/nowhere';
    const { exit, said } = await kontor(['status'], url.toString());
    expect(exit).toBe(2);
    expect(said).toMatch(/^kontor: CONFIGURATION_INVALID: PostgreSQL: .*"nowhere".* in DATABASE_URL/);
  });

  it('prints JSON of what changes, too', async () => {
    const run = async (...words: string[]) => {
      const { out, said } = await kontor([...words, '--json'], database.appUrl);
      return (out === '' ? said : JSON.parse(out)) as Record<string, string>;
    };
    const { id = '' } = await run('token', 'create', '--level', 'administrator', '--name', 'First token');
    expect(await run('token', 'revoke', id)).toEqual({ id, revoked: true });
    const anna = ['--name', 'Anna Example', '--email', 'anna@vendor.example'];
    await run('person', 'invite', '--level', 'administrator', ...anna);
    expect(await run('person', 'unlock', 'anna@vendor.example')).toEqual({
      email: 'anna@vendor.example',
      unlocked: false,
    });
    const hold = await run('retention', 'hold', '--everything', '--reason', 'lawsuit');
    expect(hold).toMatchObject({ reason: 'lawsuit' });
    expect(await run('retention', 'lift', hold.id ?? '', '--reason', 'settled')).toEqual({ id: hold.id, lifted: true });
  });
});

import { describe, expect, it } from '@jest/globals';
import { readEnv } from '../../config/env.js';

describe('the environment', () => {
  it.each(['localhost:3000', 'javascript:alert(1)', 'ftp://kontor.example'])(
    'case 42, a relative: PUBLIC_URL %s, which no link of a mail could begin with, is refused',
    (PUBLIC_URL) => {
      expect(() => readEnv({ PUBLIC_URL })).toThrow('PUBLIC_URL: Invalid URL');
    },
  );

  it.each(['DATABASE_URL', 'DATABASE_OWNER_URL'])('names %s where a % in it begins no character', (name) => {
    const given = (password: string) => readEnv({ [name]: `postgres://kontor_app:${password}@db/kontor` });
    expect(() => given('50%off')).toThrow(`${name}: a % in its name or password is written %25`);
    expect(given('50%25off')).toMatchObject({ [name]: 'postgres://kontor_app:50%25off@db/kontor' });
  });
});

import { describe, expect, it } from '@jest/globals';
import { TOTP, Secret } from 'otpauth';
import { atMost } from '../../identity/atMost.js';
import {
  hashPassword,
  newRecoveryCodes,
  newTotpSecret,
  passwordMatches,
  passwordProblem,
  recoveryCodeHash,
  totpStep,
  totpUri,
} from '../../identity/index.js';

const person = { name: 'Anna Example-Müller', email: 'anna.example@company.example' };

describe('a password', () => {
  it('is kept as scrypt with its parameters, and never the same way twice', async () => {
    const [one, other] = await Promise.all([
      hashPassword('correct horse battery'),
      hashPassword('correct horse battery'),
    ]);
    expect(one).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.toBe(other);
    expect(await passwordMatches('correct horse battery', one)).toBe(true);
    expect(await passwordMatches('correct horse batterY', one)).toBe(false);
  });

  it('is checked by the parameters it was kept with', async () => {
    // RFC 7914, section 12.
    const vector = Buffer.from('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162', 'hex');
    const kept = `scrypt$1024$8$16$${Buffer.from('NaCl').toString('base64url')}$${vector.toString('base64url')}`;
    expect(await passwordMatches('password', kept)).toBe(true);
  });

  it('that nobody set is no password, and takes as long', async () => {
    const kept = await hashPassword('correct horse battery');
    const timed = async (of: string | null) => {
      const start = performance.now();
      expect(await passwordMatches('wrong horse battery', of)).toBe(false);
      return performance.now() - start;
    };
    const [known, unknown] = [await timed(kept), await timed(null)];
    expect(unknown).toBeGreaterThan(known / 3);
  });

  it('is the same however its characters are composed', async () => {
    const kept = await hashPassword('Mu\u0308ller und So\u0308hne');
    expect(await passwordMatches('M\u00fcller und S\u00f6hne', kept)).toBe(true);
  });

  it.each([
    ['12345678901', 'at least 12'],
    ['e\u0301'.repeat(11), 'at least 12'],
    ['x'.repeat(201), 'at most 200'],
    ['ANNA EXAMPLE-MÜLLER', 'name or address'],
    ['annaexamplemüller', 'name or address'],
    ['Anna.Example@Company.example', 'name or address'],
    ['anna_example', 'name or address'],
    ['zzzzzzzzzzzzzz', 'over and over'],
    ['123456789012', 'words such as'],
    ['Kontor-2026-Kontor', 'words such as'],
    ['Passwort123!!', 'words such as'],
    ['Anna1985kontor', 'words such as'],
  ])('%s is refused: %s', (password, reason) => {
    expect(passwordProblem(password, person)).toContain(reason);
  });

  it.each(['correct horse', 'kontor pferd 42', 'пароль-пароль', '密码密码密码密码密码密码', 'x y'.repeat(66)])(
    '%s is taken',
    (password) => {
      expect(passwordProblem(password, person)).toBeNull();
    },
  );
});

describe('works of which so many may run at once', () => {
  it('wait their turn, and are refused where too many wait', async () => {
    const inTurn = atMost(2, 3);
    let running = 0;
    let most = 0;
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
    };
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => inTurn(work)));
    expect(most).toBe(2);
    expect(all.map(({ status }) => status)).toEqual([
      ...Array<string>(5).fill('fulfilled'),
      ...Array<string>(3).fill('rejected'),
    ]);
    expect(all[7]).toMatchObject({ reason: { code: 'RATE_LIMITED' } });
    const failed = inTurn(() => Promise.reject(new Error('x')));
    await expect(failed).rejects.toThrow('x');
    await expect(Promise.all([inTurn(work), inTurn(work), inTurn(work)])).resolves.toHaveLength(3);
  });
});

describe('a code of an authenticator', () => {
  const at = new Date('2026-04-01T12:00:10Z');
  const STEP_MS = 30_000;
  const codeOf = (secret: string, when: Date) =>
    new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({ timestamp: when.getTime() });

  it('is good in its step and the ones next to it, and names its step', () => {
    const secret = newTotpSecret();
    const step = Math.floor(at.getTime() / STEP_MS);
    for (const delta of [-1, 0, 1]) {
      const code = codeOf(secret, new Date(at.getTime() + delta * STEP_MS));
      expect(totpStep(secret, code, at)).toBe(step + delta);
    }
    expect(totpStep(secret, codeOf(secret, new Date(at.getTime() + 3 * STEP_MS)), at)).toBeNull();
    expect(totpStep(newTotpSecret(), codeOf(secret, at), at)).toBeNull();
    for (const nonsense of ['', '12345', 'abcdef', '1234567']) expect(totpStep(secret, nonsense, at)).toBeNull();
  });

  it('is what RFC 6238 says it is', () => {
    const secret = new Secret({ buffer: new TextEncoder().encode('12345678901234567890').buffer }).base32;
    expect(totpStep(secret, '287082', new Date(59_000))).toBe(1);
    expect(totpStep(secret, '081804', new Date(1_111_111_109_000))).toBe(37_037_036);
  });

  it('comes from an address that names Kontor and the person', () => {
    const secret = newTotpSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    const uri = new URL(totpUri(secret, person.email));
    expect(uri.protocol).toBe('otpauth:');
    expect(uri.searchParams.get('secret')).toBe(secret);
    expect(decodeURIComponent(uri.pathname)).toContain('Kontor:anna.example@company.example');
  });
});

describe('recovery codes', () => {
  it('are ten, all different, and the same in capitals and without their hyphens', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([a-hj-km-np-z2-9]{4}-){5}[a-hj-km-np-z2-9]{4}$/);
    const [first = ''] = codes;
    expect(recoveryCodeHash(` ${first.toUpperCase().replaceAll('-', ' ')}`)).toEqual(recoveryCodeHash(first));
    expect(recoveryCodeHash(first)).not.toEqual(recoveryCodeHash(codes[1] ?? ''));
  });
});

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createLinkSigner } from '../../config/linkSigner.js';

const key = (id: string) => ({ id, key: randomBytes(32) });

describe('links that are signed', () => {
  const [older, newer] = [key('2026.1'), key('2026.2')];

  it('are read under the key they were signed with, the newest or an older one, and under no other', () => {
    const before = createLinkSigner([older]).sign('what it is for, ü');
    const signer = createLinkSigner([newer, older]);
    expect(signer.sign('x')).toMatch(/^2026\.2\.[\w-]+\.[\w-]{43}$/);
    expect([signer.read(before), signer.read(signer.sign('x'))]).toEqual(['what it is for, ü', 'x']);
    expect(createLinkSigner([newer]).read(before)).toBeNull();
    // The same name, another key.
    expect(createLinkSigner([{ ...newer, id: older.id }]).read(before)).toBeNull();
  });

  it('are good in one spelling alone', () => {
    const signer = createLinkSigner([newer]);
    const link = signer.sign('x');
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const spellings = Array.from(letters, (letter) => link.slice(0, -1) + letter);
    expect(spellings.filter((one) => signer.read(one) !== null)).toEqual([link]);
    for (const wrong of ['', 'x', '..', `${link}=`, ` ${link}`, `${link}\n`]) expect(signer.read(wrong)).toBeNull();
  });
});

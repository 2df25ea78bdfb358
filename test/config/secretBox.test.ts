import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createSecretBox, createSecretOpener } from '../../config/secretBox.js';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const old = { id: '2025', key: randomBytes(32) };
const now = { id: '2026-11.b', key: randomBytes(32) };
const box = createSecretBox([now, old]);

describe('secrets in the database', () => {
  it('are opened for their own place alone', () => {
    const sealed = box.seal(SECRET, 'totp/1');
    expect(sealed).toMatch(/^2026-11\.b:[A-Za-z0-9_-]+$/);
    expect(sealed).not.toContain(SECRET);
    expect(box.open(sealed, 'totp/1')).toBe(SECRET);
    for (const place of ['totp/2', 'identityProvider/1'] as const) {
      expect(() => box.open(sealed, place)).toThrow('does not fit its key');
    }
  });

  it('differ each time, also of one secret', () => {
    expect(box.seal(SECRET, 'totp/1')).not.toBe(box.seal(SECRET, 'totp/1'));
  });

  it('of an older key are opened while it stands behind the newest, and say which is missing afterwards', () => {
    const sealed = createSecretBox([old]).seal(SECRET, 'totp/1');
    expect(box.open(sealed, 'totp/1')).toBe(SECRET);
    expect(() => createSecretBox([now]).open(sealed, 'totp/1')).toThrow('"2025". Add it to SECRET_KEYS');
  });

  it.each([
    ['another key of the same name', box.seal(SECRET, 'totp/1'), createSecretBox([{ ...now, key: randomBytes(32) }])],
    [
      'a bit that was changed',
      box.seal(SECRET, 'totp/1').replace(/.{4}$/, (end) => (end === 'AAAA' ? 'BBBB' : 'AAAA')),
      box,
    ],
    ['text that nobody has sealed', SECRET, box],
    ['nothing', '', box],
  ])('refuse %s, and repeat none of it', (_what, sealed, its) => {
    const open = () => its.open(sealed, 'totp/1');
    expect(open).toThrow(
      /^A secret in the database \(totp\/1\) (does not fit its key "2026-11.b"|is not encrypted)\.$/,
    );
  });

  it('are looked for by verify as far as it can open them', () => {
    const open = createSecretOpener([now]);
    expect(open(box.seal(SECRET, 'totp/1'), 'totp/1')).toBe(SECRET);
    expect(open(createSecretBox([old]).seal(SECRET, 'totp/1'), 'totp/1')).toBeNull();
    expect(open(SECRET, 'totp/1')).toBeNull();
  });
});

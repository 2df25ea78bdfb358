import { Secret, TOTP } from 'otpauth';

const SECRET_BYTES = 20;
const PERIOD_SECONDS = 30;
/** Clocks differ: a code of the step before or after counts as well. */
const WINDOW = 1;

function totp(secret: string, label: string): TOTP {
  const fixed = { algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS };
  return new TOTP({ issuer: 'Kontor', label, secret: Secret.fromBase32(secret), ...fixed });
}

/** A new secret in base32, as authenticators take it. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** The `otpauth://` address that authenticators read from a QR code. */
export function totpUri(secret: string, email: string): string {
  return totp(secret, email).toString();
}

/**
 * The step of 30 seconds since 1970 that the code is of, if that is the one of `at` or next to it; null: it is wrong.
 * Whoever accepts it keeps the step and accepts none that is not later, so that a code works once.
 */
export function totpStep(secret: string, code: string, at: Date): number | null {
  const timestamp = at.getTime();
  const delta = totp(secret, '').validate({ token: code, timestamp, window: WINDOW });
  return delta === null ? null : TOTP.counter({ period: PERIOD_SECONDS, timestamp }) + delta;
}

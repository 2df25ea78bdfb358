import { ed25519 } from '@noble/curves/ed25519.js';

const BYTES = 32;

/**
 * Whether messages may be signed by that Ed25519 public key (raw, 32 bytes): a point of the curve in its canonical form
 * (RFC 8032, 5.1.3) that is none of the eight of small order, under which a signature can be made that fits without the
 * private key (case 47).
 */
export function isSigningKeyPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== BYTES) return false;
  try {
    return !ed25519.Point.fromBytes(bytes, false).isSmallOrder();
  } catch {
    // No point has these bytes.
    return false;
  }
}

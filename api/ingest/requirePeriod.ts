import { KontorError } from '../../domain/errors.js';
import { periodOf } from '../../domain/period.js';
import type { SiteMessage } from '../../domain/siteMessage.js';
import type { SignatureClaims } from '../../sites/index.js';

/** A report is signed for its period, check-ins for the UTC month of signing. Throws SIGNATURE_INVALID for another one. */
export function requirePeriod({ period: claimed, iat }: SignatureClaims, message: SiteMessage): void {
  const period = message.kind === 'usageReport' ? message.period : periodOf(new Date(iat * 1000), 'UTC');
  if (claimed === period) return;
  throw new KontorError('SIGNATURE_INVALID', `The message was signed for ${claimed}, not for ${period}.`);
}

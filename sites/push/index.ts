/**
 * The push protocol: a site with network contact speaks to us over HTTPS, and signs what it says. This folder knows the
 * shapes, the signature and the meaning of messages; it stores nothing and asks nobody. `api/ingest` receives them.
 */
export { CHECK_IN_SECONDS, jitterSeconds } from './checkInPace.js';
export { createGroupQueue } from './groupQueue.js';
export { parseCheckIns, parseUsageReport, withUsageCodes, type Reading } from './parseMessage.js';
export {
  ACTIVATION,
  CHECK_INS,
  ENROLMENT,
  NEW_SIGNING_KEY,
  USAGE_REPORT,
  type Activation,
  type Enrolment,
} from './schemas.js';
export {
  parseSignature,
  SIGNATURE_HEADER,
  SIGNATURE_WINDOW_SECONDS,
  signMessage,
  verifyMessage,
  type SignatureClaims,
} from './signature.js';
export { signingKeyId } from './signingKeyId.js';

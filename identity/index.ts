/**
 * How a person proves who she is, apart from where that is stored: passwords, one-time codes of an authenticator, recovery
 * codes, OpenID Connect. Nothing here reads the database or the time of day; scrypt's memory and what is known of providers
 * is all that it holds, and both are bounded.
 */
export { isLoopback, isSecure, type Reach } from './openId/reach.js';
export { createRelyingParty, type Claims, type OpenIdProvider, type RelyingParty } from './openId/relyingParty.js';
export { hashPassword, passwordMatches } from './passwordHash.js';
export { passwordProblem } from './passwordRules.js';
export { newRecoveryCodes, recoveryCodeHash } from './recoveryCodes.js';
export { newTotpSecret, totpStep, totpUri } from './totp.js';

/**
 * How a person proves who she is, apart from where that is stored: passwords, one-time codes of an authenticator, recovery
 * codes. Nothing here reads the database or a clock; scrypt's memory is the one thing it holds, and that is bounded.
 */
export { hashPassword, passwordMatches } from './passwordHash.js';
export { passwordProblem } from './passwordRules.js';
export { newRecoveryCodes, recoveryCodeHash } from './recoveryCodes.js';
export { newTotpSecret, totpStep, totpUri } from './totp.js';

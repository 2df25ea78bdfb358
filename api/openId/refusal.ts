import { KontorError } from '../../domain/errors.js';

/** Why a sign-in was refused: for the log and the audit trail. Who is refused is not told. */
export type Refusal =
  /** No attempt of this browser, or not any more: also a replay, and another browser's. */
  | 'attemptUnknown'
  /** The attempt was made at another provider. */
  | 'otherProvider'
  /** What came back does not fit the protocol: issuer, code, nonce, signature, audience, time. */
  | 'protocol'
  | 'personEnded'
  /** No address that is verified, and of a domain for which the provider may vouch. */
  | 'emailNotVouchedFor'
  /** The address is of somebody whom the provider knows by another subject. */
  | 'otherSubject'
  /** The address is of somebody who is nobody of the provider's company. */
  | 'notOfCompany'
  | 'personUnknown'
  /** Her claims give no level. */
  | 'noLevel'
  /** An administrator ended what the provider had made. */
  | 'endedByHand'
  /** Her claims would take away a company's last administrator. */
  | 'lastAdministrator';

/** The one answer to all that could be tried out; the same whatever the reason. */
export function signInRefused(cause?: unknown): KontorError {
  return new KontorError(
    'SIGN_IN_REFUSED',
    'This sign-in was refused: begin it again, or ask your administrator.',
    [],
    {
      cause,
    },
  );
}

import { z } from 'zod';
import { email } from './common.js';
import { anyPassword, code, linkSecret, newPassword } from './signIn.js';

export const forgotten = z.strictObject({ email }).meta({ id: 'PasswordForgotten' });

export const byLink = z
  .strictObject({
    link: linkSecret.meta({ description: 'What stands behind the # of the link' }),
    password: newPassword.optional().meta({ description: 'Needed unless an invited person has one already' }),
  })
  .meta({ id: 'UseLink' });

export const changePassword = z
  .strictObject({ current: anyPassword, code: code.optional(), password: newPassword })
  .meta({ id: 'ChangePassword' });

export const proof = z.strictObject({ password: anyPassword, code: code.optional() }).meta({ id: 'Proof' });

export const totpCode = z.strictObject({ code }).meta({ id: 'TotpCode' });

export const totpSecret = z
  .strictObject({
    secret: z.string().meta({ description: 'Base32; shown now and never again' }),
    uri: z.string().meta({ description: 'The same for an authenticator, to be shown as a QR code' }),
  })
  .meta({ id: 'TotpSecret' });

export const recoveryCodes = z
  .strictObject({
    recoveryCodes: z.array(z.string()).meta({ description: 'Each good once; shown now and never again' }),
  })
  .meta({ id: 'RecoveryCodes' });

export const secondFactor = z
  .strictObject({ authenticator: z.boolean(), recoveryCodesLeft: z.int() })
  .meta({ id: 'SecondFactor' });

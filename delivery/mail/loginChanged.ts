import { z } from 'zod';
import { LOGIN_CHANGES } from '../../domain/access/loginChange.js';
import { defineMail } from './defineMail.js';
import { name } from './fields.js';

/** To a person whose way to sign in has changed: if it was not she, she hears of it. */
export const loginChanged = defineMail(
  'loginChanged',
  'none',
  z.object({ personName: name, change: z.enum(LOGIN_CHANGES), byAdministrator: z.boolean() }),
);

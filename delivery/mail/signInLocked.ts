import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, name } from './fields.js';

/** To a person with whose address somebody tries to sign in, and fails. */
export const signInLocked = defineMail('signInLocked', 'none', z.object({ personName: name, failures: count }));

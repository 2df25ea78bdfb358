import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, link, name } from './fields.js';

/** To a person who forgot her password; in the outbox the link has its id, never its secret. */
export const passwordReset = defineMail('passwordReset', 'none', z.object({ personName: name, link, minutes: count }));

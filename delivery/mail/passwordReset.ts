import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, link, name } from './fields.js';

/** To a person who forgot her password; the outbox keeps the id of the link, never its secret. */
export const passwordReset = defineMail('passwordReset', 'none', z.object({ personName: name, link, minutes: count }));

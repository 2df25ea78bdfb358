import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { name } from './fields.js';

/** To the address whose place another one has taken. */
export const contactReplaced = defineMail('contactReplaced', 'none', z.object({ companyName: name }));

import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { day, link } from './fields.js';

/** To an address that somebody named for a company: it is not written to again unless it is confirmed. */
export const contactConfirmation = defineMail('contactConfirmation', 'none', z.object({ link, expiresOn: day }));

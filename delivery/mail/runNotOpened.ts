import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { name, period, text } from './fields.js';

/** To the partner team: a run could not be opened. */
export const runNotOpened = defineMail('runNotOpened', 'none', z.object({ programmeName: name, period, reason: text }));

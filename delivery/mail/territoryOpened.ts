import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { name } from './fields.js';

/** To somebody on the waiting list: the programme is open in their country. */
export const territoryOpened = defineMail('territoryOpened', 'none', z.object({ programmeName: name, country: name }));

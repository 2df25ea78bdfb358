import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { day, ordered } from './fields.js';

/** To the partner team: an order waits for its decision (rule 21). */
export const orderPlaced = defineMail('orderPlaced', 'none', z.object({ ...ordered, expiresOn: day }));

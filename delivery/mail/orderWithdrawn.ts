import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { ordered } from './fields.js';

/** To the partner team: an order was withdrawn. */
export const orderWithdrawn = defineMail('orderWithdrawn', 'none', z.object(ordered));

import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { ordered, text } from './fields.js';

/** To the MSP: its order was refused, and why. */
export const orderRefused = defineMail('orderRefused', 'none', z.object({ ...ordered, reason: text }));

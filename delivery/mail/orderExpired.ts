import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { ordered } from './fields.js';

/** To the MSP: nobody decided its order in time. */
export const orderExpired = defineMail('orderExpired', 'none', z.object(ordered));

import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { name, period, text } from './fields.js';

/** To the partner team: a close failed, wholly or in part. */
export const runFailed = defineMail('runFailed', 'none', z.object({ programmeName: name, period, reason: text }));

import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { day, link, name } from './fields.js';

/** To an address that somebody put on a waiting list: it is not told of anything unless it is confirmed. */
export const waitingConfirmation = defineMail(
  'waitingConfirmation',
  'none',
  z.object({ programmeName: name, country: name, link, expiresOn: day }),
);

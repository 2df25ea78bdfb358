import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { day, link, name } from './fields.js';

/** To somebody who may act for a company once she accepts; in the outbox the link has its id, never its secret. */
export const personInvited = defineMail(
  'personInvited',
  'none',
  z.object({ personName: name, companyName: name, invitedBy: name, link, expiresOn: day }),
);

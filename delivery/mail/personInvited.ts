import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { day, link, name } from './fields.js';

/** To somebody who may act for a company once she accepts; the outbox keeps the id of the link, never its secret. */
export const personInvited = defineMail(
  'personInvited',
  'none',
  z.object({ personName: name, companyName: name, invitedBy: name, link, expiresOn: day }),
);

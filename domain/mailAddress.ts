import { z } from 'zod';

/** As browsers check it (WHATWG HTML, "valid e-mail address"), with a domain of two labels at least. */
const ADDRESS =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;

/** A mail address of whatever mailbox may exist (case 50), at most 254 characters. */
export const mailAddress = z
  .email({ pattern: ADDRESS, error: 'A mail address, such as name@company.example' })
  .max(254, 'A mail address of at most 254 characters.');

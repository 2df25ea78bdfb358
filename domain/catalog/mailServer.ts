import type { Product } from './product.js';

export const mailServer = {
  code: 'mail-server',
  name: 'Mail server',
  minimumVersion: '8.0.0',
  meters: [{ code: 'mail-server.mailbox', unit: 'mailbox', aggregation: 'peak' }],
} as const satisfies Product;

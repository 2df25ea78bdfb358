import type { Product } from './product.js';

export const pbx = {
  code: 'pbx',
  name: 'Telephone system',
  minimumVersion: '3.0.0',
  meters: [{ code: 'pbx.user', unit: 'user', aggregation: 'peak' }],
} as const satisfies Product;

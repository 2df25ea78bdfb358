import type { Product } from './product.js';

export const firewall = {
  code: 'firewall',
  name: 'Firewall',
  minimumVersion: '6.2.0',
  meters: [{ code: 'firewall.user', unit: 'user', aggregation: 'peak' }],
} as const satisfies Product;

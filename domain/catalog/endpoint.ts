import type { Product } from './product.js';

export const endpoint = {
  code: 'endpoint',
  name: 'Endpoint management',
  minimumVersion: '5.1.0',
  meters: [{ code: 'endpoint.device', unit: 'device', aggregation: 'peak' }],
} as const satisfies Product;

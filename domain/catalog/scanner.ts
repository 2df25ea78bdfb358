import type { Product } from './product.js';

export const scanner = {
  code: 'scanner',
  name: 'Vulnerability scanner',
  minimumVersion: '4.0.0',
  meters: [
    { code: 'scanner.scan', unit: 'scan', aggregation: 'sum' },
    { code: 'scanner.node', unit: 'node', aggregation: 'peak' },
  ],
} as const satisfies Product;

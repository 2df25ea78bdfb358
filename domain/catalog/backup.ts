import type { Product } from './product.js';

export const backup = {
  code: 'backup',
  name: 'Backup',
  minimumVersion: '17.0.0',
  meters: [
    { code: 'backup.server_agent', unit: 'server_agent', aggregation: 'peak' },
    { code: 'backup.workstation_agent', unit: 'workstation_agent', aggregation: 'peak' },
  ],
} as const satisfies Product;

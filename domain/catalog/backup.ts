import type { Product } from './product.js';

export const backup = {
  code: 'backup',
  name: 'Backup',
  minimumVersion: '17.0.0',
  meters: [
    { code: 'backup.server_agent', unit: 'server_agent' },
    { code: 'backup.workstation_agent', unit: 'workstation_agent' },
  ],
} as const satisfies Product;

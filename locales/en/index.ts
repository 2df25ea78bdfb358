import type { EnglishMessages } from '../messages.js';
import { mail } from './mail.js';
import { statement } from './statement.js';
import { summary } from './summary.js';

export const en: EnglishMessages = {
  products: {
    'mail-server': 'Mail server',
    firewall: 'Firewall',
    scanner: 'Vulnerability scanner',
    backup: 'Backup',
    endpoint: 'Endpoint management',
  },
  unitTitles: {
    mailbox: 'mailboxes',
    user: 'users',
    scan: 'scans',
    node: 'nodes',
    server_agent: 'server agents',
    workstation_agent: 'workstation agents',
    device: 'devices',
  },
  discrepancies: {
    unknown_key: {
      name: 'Unknown key',
      byDefault: 'refused and counted nowhere',
      evidence: () => 'A message arrived under a key that was never issued.',
    },
    clock_off: {
      name: 'Clock of the site off',
      byDefault: 'the time of receipt counts',
      evidence: ({ hours }) => `The site’s clock was off by up to ${hours} hours.`,
    },
    missing_report: {
      name: 'Missing report',
      byDefault: 'quantity estimated',
      evidence: ({ silent, installations }) =>
        `No usage report at the deadline; silent installations: ${silent} of ${installations}.`,
    },
    usage_after_revocation: {
      name: 'Usage after revocation',
      byDefault: 'peak up to the revocation counts',
      evidence: ({ revokedOn, usedOn, upToRevocation }) =>
        `Key revoked on ${revokedOn}, in use on ${usedOn}; peak up to the revocation: ${upToRevocation}.`,
    },
    report_mismatch: {
      name: 'Reported and observed differ',
      byDefault: 'the greater of both counts',
      evidence: ({ reported, observed }) => `Reported ${reported}, highest check-in ${observed}.`,
    },
    two_installations: {
      name: 'Two installations on one key',
      byDefault: 'each counted, then summed',
      evidence: ({ installations, sum }) => `${installations} installations used the same key; together ${sum}.`,
    },
    unassigned_tenant: {
      name: 'Unassigned tenant',
      byDefault: 'billed as unassigned',
      evidence: ({ tenantRef, quantity }) =>
        tenantRef === null
          ? `The site reported ${quantity} without naming a tenant.`
          : `The site reported ${quantity} for “${tenantRef}”, which is no tenant of this site.`,
    },
    usage_jump: {
      name: 'Unusual change',
      byDefault: 'accepted',
      evidence: ({ last, quantity }) => `${quantity} after ${last} in the previous period.`,
    },
    licence_exceeded: {
      name: 'Over the term licence',
      byDefault: 'the excess is metered',
      evidence: ({ licensed, quantity, excess }) => `${quantity} in use, ${licensed} licensed: ${excess} over.`,
    },
    total_moved: {
      name: 'Total moved markedly',
      byDefault: 'confirmed',
      evidence: ({ total, lastTotal }) => `${total} after ${lastTotal} in the previous period.`,
    },
  },
  decisions: {
    accept: () => 'accepted',
    accept_reported: () => 'reported quantity accepted',
    accept_observed: () => 'observed quantity accepted',
    set_quantity: (quantity) => `quantity set to ${quantity ?? '0'}`,
    waive: () => 'waived',
    defer: () => 'deferred to the next period',
    confirm: () => 'confirmed',
  },
  bases: {
    reported: 'reported',
    observed: 'observed',
    estimated: 'estimated',
    decided: 'decided',
    waived: 'waived',
    deferred: 'deferred',
  },
  statement,
  summary,
  mail,
};

import type { Messages } from '../messages.js';
import { credit } from './credit.js';
import { linkPage } from './linkPage.js';
import { mail } from './mail.js';
import { statement } from './statement.js';
import { summary } from './summary.js';
import { quote } from './quote.js';
import { tenantDocument } from './tenantDocument.js';
import { usageReport } from './usageReport.js';

export const en: Messages = {
  products: {
    'mail-server': 'Mail server',
    firewall: 'Firewall',
    scanner: 'Vulnerability scanner',
    backup: 'Backup',
    endpoint: 'Endpoint management',
    pbx: 'Telephone system',
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
      byDefault: { refused: 'refused and counted nowhere' },
      evidence: () => 'A message arrived under a key that was never issued.',
    },
    clock_off: {
      name: 'Clock of the site off',
      byDefault: { time_of_receipt: 'the time of receipt counts' },
      evidence: ({ offsetSeconds: hours }) => `The site’s clock was off by up to ${hours} hours.`,
    },
    version_below_minimum: {
      name: 'Version below the minimum',
      byDefault: { noted: 'noted; nothing changes' },
      evidence: ({ version, minimum, installations }) =>
        `Version ${version} in use; the programme takes ${minimum} and later. Installations below it: ${installations}.`,
    },
    missing_report: {
      name: 'Missing report',
      byDefault: { estimated: 'quantity estimated' },
      evidence: ({ silent, installations }) =>
        `No usage report at the deadline; silent installations: ${silent} of ${installations}.`,
    },
    usage_after_revocation: {
      name: 'Usage without a valid key',
      byDefault: {
        up_to_revocation: 'peak while the key was valid counts; all, where the MSP itself ended it',
        billed: 'billed, with a valid key or without',
      },
      evidence: ({ revokedAt: endedOn, usedOn, upToRevocation }) =>
        `Key not valid from ${endedOn}, in use on ${usedOn}; peak while it was valid: ${upToRevocation}.`,
    },
    report_mismatch: {
      name: 'Reported and observed differ',
      byDefault: { greater: 'the greater of both counts', as_reported: 'the report counts' },
      evidence: ({ reported, observed, others }) =>
        `Reported ${reported}, highest check-in ${observed}${others === null ? '' : `; of other installations ${others} more, whichever counts`}.`,
    },
    two_installations: {
      name: 'Two installations on one key',
      byDefault: { summed: 'each counted, then summed' },
      evidence: ({ installations, sum }) => `${installations} installations used the same key; together ${sum}.`,
    },
    unassigned_tenant: {
      name: 'Unassigned tenant',
      byDefault: { billed: 'billed as unassigned', not_billed: 'not billed' },
      evidence: ({ tenantRef, quantity }) =>
        tenantRef === null
          ? `The site reported ${quantity} without naming a tenant.`
          : `The site reported ${quantity} for “${tenantRef}”, which is no tenant of this site.`,
    },
    usage_jump: {
      name: 'Unusual change',
      byDefault: { accepted: 'accepted' },
      evidence: ({ last, quantity }) => `${quantity} after ${last} in the previous period.`,
    },
    first_month_large: {
      name: 'Large first month',
      byDefault: { accepted: 'accepted', not_billed: 'not billed' },
      evidence: ({ quantity }) => `${quantity} in the first month.`,
    },
    licence_exceeded: {
      name: 'Over the term licence',
      byDefault: { excess_metered: 'the excess is metered' },
      evidence: ({ licensed, quantity, excess }) => `${quantity} in use, ${licensed} licensed: ${excess} over.`,
    },
    late_beyond_reach: {
      name: 'Too late for its month',
      byDefault: { not_billed: 'not billed' },
      evidence: ({ forPeriod, receivedOn, quantity }) =>
        `${quantity} for ${forPeriod}, received on ${receivedOn}: later than late usage is booked.`,
    },
    late_unpriced: {
      name: 'Late usage without a price',
      byDefault: { not_billed: 'not billed' },
      evidence: ({ forPeriod, quantity }) => `${quantity} for ${forPeriod}, whose price list has no price for it.`,
    },
    after_last_statement: {
      name: 'After the last statement',
      byDefault: {},
      evidence: ({ forPeriod, number, amount, currency }) =>
        `${amount} ${currency} for ${forPeriod} since ${number}, and no next statement books it: credit it with kontor correct, or have the distributor invoice it, then confirm.`,
    },
    mostly_estimated: {
      name: 'Mostly estimates',
      byDefault: { accepted: 'accepted' },
      evidence: ({ estimated, lines, months }) =>
        `${estimated} of ${lines} lines are estimates; months in a row with more estimates than reports: ${months}.`,
    },
    total_moved: {
      name: 'Total moved markedly',
      byDefault: {},
      evidence: ({ totalMinor, lastTotalMinor, lastPeriod }) =>
        lastTotalMinor === null || lastPeriod === null
          ? `${totalMinor} on the first statement.`
          : `${totalMinor} after ${lastTotalMinor} in ${lastPeriod}.`,
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
  credit,
  summary,
  usageReport,
  tenantDocument,
  quote,
  mail,
  linkPage,
};

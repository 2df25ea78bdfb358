import type { Invariant } from '../../verify/index.js';

/** A fault in the code: one text of one file in place of another. */
export interface Mutation {
  id: string;
  /** What goes wrong. */
  what: string;
  /** Under the root of the repository. */
  file: string;
  /** Stands in the file exactly once. */
  text: string;
  by: string;
  /** The invariant that must break; `refused`: the database or the code refuses before anything is wrong. */
  caughtBy: Invariant | 'refused';
}

const rating: Mutation[] = [
  {
    id: 'graduated-off-by-one',
    what: 'a tier ends a unit early',
    file: 'domain/pricing/graduated.ts',
    text: 'const tierEnd = upTo ?? Number.POSITIVE_INFINITY;',
    by: 'const tierEnd = upTo === undefined ? Number.POSITIVE_INFINITY : upTo - 1;',
    caughtBy: 'I2',
  },
  {
    id: 'graduated-each-line-anew',
    what: 'every line begins in the first tier',
    file: 'domain/pricing/graduated.ts',
    text: 'span(price.tiers, from, from + quantity)',
    by: 'span(price.tiers, 0, quantity)',
    caughtBy: 'I2',
  },
  {
    id: 'volume-off-by-one',
    what: 'a total at the end of a tier falls into the next one',
    file: 'domain/pricing/volume.ts',
    text: 'total <= upTo',
    by: 'total < upTo',
    caughtBy: 'I2',
  },
  {
    id: 'package-rounded-down',
    what: 'a package that was begun is not billed',
    file: 'domain/pricing/package.ts',
    text: 'Math.ceil(units / size)',
    by: 'Math.floor(units / size)',
    caughtBy: 'I2',
  },
  {
    id: 'per-unit-one-more',
    what: 'a unit too many',
    file: 'domain/pricing/perUnit.ts',
    text: 'units: quantity, unitPrice',
    by: 'units: quantity + 1, unitPrice',
    caughtBy: 'I2',
  },
  {
    id: 'rounding-half-even',
    what: 'half a cent goes to the even one',
    file: 'domain/money.ts',
    text: 'round(0, Big.roundHalfUp)',
    by: 'round(0, Big.roundHalfEven)',
    caughtBy: 'I2',
  },
  {
    id: 'rounding-down',
    what: 'fractions of a cent are dropped',
    file: 'domain/money.ts',
    text: 'round(0, Big.roundHalfUp)',
    by: 'round(0, Big.roundDown)',
    caughtBy: 'I2',
  },
  {
    id: 'float-money',
    what: 'amounts are reckoned with floats',
    file: 'domain/money.ts',
    text: 'return BigInt(amount.times(new Big(10).pow(exponent)).round(0, Big.roundHalfUp).toFixed(0));',
    by: 'return BigInt(Math.round(Number(amount.toString()) * 10 ** exponent));',
    caughtBy: 'I2',
  },
  {
    id: 'minimum-on-top',
    what: 'the minimum is billed on top of the usage',
    file: 'domain/rating.ts',
    text: 'const missing = minimumMinor - sumMinor(lines.map(({ amountMinor }) => amountMinor));',
    by: 'const missing = minimumMinor;',
    caughtBy: 'I2',
  },
  {
    id: 'minimum-not-converted',
    what: 'the minimum is not converted',
    file: 'domain/rating.ts',
    text: 'roundToMinor(minimum.times(exchange.rate), currency)',
    by: 'roundToMinor(minimum, currency)',
    caughtBy: 'I2',
  },
  {
    id: 'first-month-billed',
    what: 'a first month is billed that is free',
    file: 'domain/rating.ts',
    text: "item.firstMonth && plan.firstMonth === 'unbilled'",
    by: "item.firstMonth && plan.firstMonth === 'billed'",
    caughtBy: 'I2',
  },
  {
    id: 'older-price-list',
    what: 'the price list before the last one',
    file: 'db/closing/monthInputs.ts',
    text: 'from_period desc, created_at desc',
    by: 'from_period, created_at desc',
    caughtBy: 'I2',
  },
  {
    id: 'older-exchange-rate',
    what: 'the first rate of the last days in place of the last',
    file: 'db/prices/publishedRates.ts',
    text: 'order by base, currency, day desc, source, revision desc',
    by: 'order by base, currency, day, source, revision desc',
    caughtBy: 'I2',
  },
  {
    id: 'extension-days',
    what: 'an extension is priced by a day too many',
    file: 'domain/licences/termPrice.ts',
    text: 'daysLeft: daysBetween(startsOn, term.agreedUntil),',
    by: 'daysLeft: daysBetween(startsOn, term.agreedUntil) + 1,',
    caughtBy: 'I2',
  },
  {
    id: 'instalment-twice',
    what: 'a term is billed in the second month again',
    file: 'domain/licences/termPrice.ts',
    text: 'return held && no >= 1 && no <= instalments ?',
    by: 'return held && no >= 1 && no <= instalments + 1 ?',
    caughtBy: 'I2',
  },
];

const corrections: Mutation[] = [
  {
    id: 'billed-not-subtracted',
    what: 'a correction bills the whole line again',
    file: 'domain/rating.ts',
    text: 'const difference = ratedMinor - billedMinor;',
    by: 'const difference = ratedMinor;',
    caughtBy: 'I2',
  },
  {
    id: 'earlier-correction-forgotten',
    what: 'the second correction does not know the first',
    file: 'db/closing/earlierMonths.ts',
    text: 'const before = lines.get(usageKey(line))?.amountMinor ?? 0n;',
    by: 'const before = 0n;',
    caughtBy: 'I2',
  },
  {
    id: 'minimum-corrected-twice',
    what: 'the correction of a minimum is not counted as billed',
    file: 'db/closing/earlierMonths.ts',
    text: "if (line.kind === 'minimum_correction') minimumMinor += line.ratedMinor - line.billedMinor;",
    by: '',
    caughtBy: 'I2',
  },
  {
    id: 'minimum-never-corrected',
    what: 'a minimum stays although usage came late',
    file: 'domain/corrections.ts',
    text: 'if (ratedMinor !== month.billedMinimumMinor && !standing.minimum) {',
    by: 'if (ratedMinor > month.billedMinimumMinor && !standing.minimum) {',
    caughtBy: 'I6',
  },
  {
    id: 'corrections-dropped',
    what: 'what came late is not booked',
    file: 'domain/corrections.ts',
    text: 'if (ratedMinor === billedMinor && newQuantity === oldQuantity) continue;',
    by: 'if (billed !== undefined) continue;',
    caughtBy: 'I6',
  },
  {
    id: 'reach-ignored',
    what: 'usage is booked however late it came',
    file: 'db/closing/reach.ts',
    text: 'make_interval(days => :reachDays::int)',
    by: 'make_interval(days => :reachDays::int + 365)',
    caughtBy: 'I6',
  },
  {
    id: 'deferred-dropped',
    what: 'a deferred quantity never comes back',
    file: 'db/closing/earlierMonths.ts',
    text: "l.kind = 'usage' and l.basis = 'deferred'",
    by: "l.kind = 'usage' and l.basis = 'never'",
    caughtBy: 'I6',
  },
  {
    id: 'licence-shared-wrong',
    what: 'each tenant gets the whole licence of the site',
    file: 'domain/licences/licensedDays.ts',
    text: 'left -= share;',
    by: '',
    caughtBy: 'I6',
  },
];

const reconciliation: Mutation[] = [
  {
    id: 'peak-is-last',
    what: 'the last count in place of the highest',
    file: 'db/closing/usageOf.ts',
    text: 'then max(newest) & 4294967295 else max(packed) >> 32 end::int as quantity',
    by: 'then max(newest) & 4294967295 else max(newest) & 4294967295 end::int as quantity',
    caughtBy: 'I6',
  },
  {
    id: 'sum-is-peak',
    what: 'the busiest day in place of all days',
    file: 'db/closing/usageOf.ts',
    text: 'then sum(packed >> 32) when',
    by: 'then max(packed >> 32) when',
    caughtBy: 'I6',
  },
  {
    id: 'repeats-added',
    what: 'counts of one day are added up',
    file: 'db/closing/usageOf.ts',
    text: 'max(u.quantity::bigint << 32 | (4294967295 - floor(extract(epoch from c.counted_at))::bigint)) as packed',
    by: 'sum(u.quantity)::bigint << 32 as packed',
    caughtBy: 'I6',
  },
  {
    id: 'first-revision',
    what: 'the first revision of a report counts',
    file: 'db/closing/usageOf.ts',
    text: 'g.installation_id, g.revision desc',
    by: 'g.installation_id, g.revision',
    caughtBy: 'I6',
  },
  {
    id: 'month-in-utc',
    what: 'the month is reckoned in UTC',
    file: 'domain/period.ts',
    text: 'return { start: startOfDay(first, zoneBefore), end: startOfDay(first.add({ months: 1 }), zone) };',
    by: "return { start: startOfDay(first, 'UTC'), end: startOfDay(first.add({ months: 1 }), 'UTC') };",
    caughtBy: 'I6',
  },
  {
    id: 'tenant-dropped',
    what: 'a tenant nobody knows is left out',
    file: 'db/closing/siteFacts.ts',
    text: '  for (const row of used) {',
    by: '  for (const row of used.filter(({ tenantRef }) => context.tenants.has(String(tenantRef)))) {',
    caughtBy: 'I6',
  },
  {
    id: 'estimate-of-wrong-month',
    what: 'a silent site is estimated by its oldest month',
    file: 'db/closing/lastConfirmed.ts',
    text: 'order by site_id, tenant_ref, meter, period desc, rank',
    by: 'order by site_id, tenant_ref, meter, period, rank',
    caughtBy: 'I6',
  },
  {
    id: 'silent-beside-others',
    what: 'a silent installation beside others counts nothing',
    file: 'db/closing/siteFacts.ts',
    text: 'const quantity = known.get(installationId) ?? 0;',
    by: 'const quantity = known.get(installationId) === undefined ? 1 : 0;',
    caughtBy: 'I6',
  },
  {
    id: 'silent-is-zero',
    what: 'a silent site is billed nothing',
    file: 'domain/reconcile/quantities.ts',
    text: '? (lastQuantity ?? 0)',
    by: '? 0',
    caughtBy: 'I2',
  },
  {
    id: 'tolerance-too-small',
    what: 'the smaller of both tolerances',
    file: 'domain/reconcile/reportMismatch.ts',
    text: 'Math.max(tolerance.units * 100,',
    by: 'Math.min(tolerance.units * 100,',
    caughtBy: 'I8',
  },
  {
    id: 'lesser-of-both',
    what: 'what was reported in place of the greater of both',
    file: 'domain/reconcile/reportMismatch.ts',
    text: 'greater: (quantity, usage) => keepEstimated(quantity, greaterQuantity(usage)),',
    by: 'greater: (quantity, usage) => keepEstimated(quantity, reportedQuantity(usage)),',
    caughtBy: 'I2',
  },
  {
    id: 'decision-ignored',
    what: 'what a person decided counts for nothing',
    file: 'domain/reconcile/index.ts',
    text: "resolution.by === 'person'\n        ?",
    by: "resolution.by === 'person' && resolution.decision === 'waive'\n        ?",
    caughtBy: 'I2',
  },
  {
    id: 'revoked-billed-on',
    what: 'what was used after a key was revoked is billed',
    file: 'domain/reconcile/usageAfterRevocation.ts',
    text: 'usage.installations.some(usedAfterVendorsRevocation)',
    by: 'usage.installations.length < 0',
    caughtBy: 'I2',
  },
];

const coverage: Mutation[] = [
  {
    id: 'site-skipped',
    what: 'a site is left out in its first month',
    file: 'db/closing/siteQueries.ts',
    text: 'and s.from_period <= p.period and (:siteIds',
    by: 'and s.from_period < p.period and (:siteIds',
    caughtBy: 'I3',
  },
  {
    id: 'member-skipped',
    what: 'an MSP takes no part in the month in which it joined',
    file: 'db/closing/openRun.ts',
    text: 'and p.joined_period <= :period',
    by: 'and p.joined_period < :period',
    caughtBy: 'I3',
  },
  {
    id: 'case-skipped',
    what: 'what came too late is no case',
    file: 'db/closing/lateCases.ts',
    text: 'from found f where f.beyond group by',
    by: 'from found f where f.beyond and f.unpriced group by',
    caughtBy: 'I6',
  },
];

const numbering: Mutation[] = [
  {
    id: 'number-gap',
    what: 'a number is left out',
    file: 'db/statements/statementStore.ts',
    text: 'sequence += 1;',
    by: 'sequence += sequence === 1 ? 2 : 1;',
    caughtBy: 'I1',
  },
  {
    id: 'number-twice',
    what: 'numbers begin anew with every month',
    file: 'db/statements/statementStore.ts',
    text: 'let sequence = before?.last ?? 0;',
    by: 'let sequence = 0;',
    caughtBy: 'refused',
  },
  {
    id: 'counter-stands-still',
    what: 'the counter is not moved on',
    file: 'db/statements/statementStore.ts',
    text: 'update statement_number set last = :last,',
    by: 'update statement_number set last = :last - 1,',
    caughtBy: 'refused',
  },
  {
    id: 'chain-cut',
    what: 'a hash does not cover the one before it',
    file: 'db/statements/statementStore.ts',
    text: 'chain = chainHash(previousHash, contentHash);',
    by: 'chain = chainHash(contentHash, contentHash);',
    caughtBy: 'I5',
  },
];

const credits: Mutation[] = [
  {
    id: 'credit-not-packed',
    what: 'a credit comes in no billing pack',
    file: 'db/closing/makeBillingPacks.ts',
    text: 'creditIds: row.creditIds ?? [],',
    by: 'creditIds: [],',
    caughtBy: 'I2',
  },
  {
    id: 'credit-not-deducted',
    what: 'the total of a pack does not deduct its credits',
    file: 'statements/billingSummary.ts',
    text: "for (const credit of credits) add(credit, 'credits');",
    by: '',
    caughtBy: 'I2',
  },
  {
    id: 'credit-packed-again',
    what: 'a credit comes in every pack',
    file: 'db/closing/makeBillingPacks.ts',
    text: 'and not exists (select from billing_pack_credit b where b.credit_id = c.id)',
    by: '',
    caughtBy: 'refused',
  },
  {
    id: 'credit-to-todays-distributor',
    what: 'a credit goes to every distributor that gets a pack',
    file: 'db/closing/makeBillingPacks.ts',
    text: 'c where c.distributor_id = :distributorId)',
    by: 'c)',
    caughtBy: 'I7',
  },
];

const mails: Mutation[] = [
  {
    id: 'claimed-without-lock',
    what: 'two workers claim the same mail',
    file: 'db/outbox/claimMails.ts',
    text: 'for update of o skip locked',
    by: '',
    caughtBy: 'I4',
  },
  {
    id: 'claimed-without-fencing',
    what: 'a worker records what has become another’s',
    file: 'db/outbox/recordOutcome.ts',
    text: "where o.id = r.id and o.claimed_by = :claimedBy and o.state in ('sending', 'uncertain')",
    by: "where o.id = r.id and (o.claimed_by = :claimedBy or true) and o.state in ('sending', 'uncertain')",
    caughtBy: 'I4',
  },
  {
    id: 'sent-again',
    what: 'a mail that was sent is due again',
    file: 'db/outbox/recordOutcome.ts',
    text: 'update outbox o set state = r.state, attempts = r.attempts,',
    by: "update outbox o set state = case when r.state = 'sent' and o.attempts = 0 then 'pending' else r.state end, attempts = r.attempts,",
    caughtBy: 'I4',
  },
  {
    id: 'statement-not-mailed',
    what: 'the last statement of a batch is not mailed',
    file: 'activities/issueStatements.ts',
    text: '    issued.map(({ statementId, mspId, statement }) => ({',
    by: '    issued.slice(1).map(({ statementId, mspId, statement }) => ({',
    caughtBy: 'I4',
  },
  {
    id: 'mailed-to-another',
    what: 'a statement goes to another MSP',
    file: 'activities/issueStatements.ts',
    text: "to: { companyId: mspId, purpose: 'statements' as const },",
    by: "to: { companyId: issued[0]?.mspId ?? mspId, purpose: 'statements' as const },",
    caughtBy: 'I7',
  },
];

/** Every fault that `npm run mutants` plants. Each text is looked for, so that none of them dies unseen when code moves. */
export const MUTATIONS: readonly Mutation[] = [
  ...rating,
  ...corrections,
  ...reconciliation,
  ...coverage,
  ...numbering,
  ...credits,
  ...mails,
];

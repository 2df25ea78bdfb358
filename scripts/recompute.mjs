// Recomputes every line of an exported month from the export's files alone, and says where they differ:
//   node scripts/recompute.mjs audit/2026-03
// It shares no code with Kontor on purpose: a second opinion, by integers and fractions. The last line is JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [dir] = process.argv.slice(2);
if (dir === undefined || dir.startsWith('-')) {
  console.error('Usage: node scripts/recompute.mjs <folder of an export>');
  process.exit(2);
}

/** RFC 4180. */
function parseCsv(text) {
  const rows = [];
  let row = [];
  let cell = '';
  let isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (isQuoted && c === '"' && text[i + 1] === '"') {
      cell += c;
      i += 1;
    } else if (c === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (c === ',' || c === '\n')) {
      row.push(cell);
      cell = '';
      if (c === ',') continue;
      rows.push(row);
      row = [];
    } else if (isQuoted || c !== '\r') cell += c;
  }
  const [names, ...records] = rows;
  return records.map((record) => Object.fromEntries(names.map((name, i) => [name, record[i] ?? ''])));
}
const table = (name) => parseCsv(readFileSync(join(dir, name), 'utf8').replace(/^\uFEFF/, ''));

// Exact numbers are fractions of integers.
const frac = (text) => {
  const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(text));
  return { n: BigInt(sign + whole + part), d: 10n ** BigInt(part.length) };
};
const times = (a, b) => ({ n: a.n * b.n, d: a.d * b.d });
const over = (a, b) => ({ n: a.n * b.d, d: a.d * b.n });
const plus = (a, b) => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
const ZERO = frac('0');
/** Minor units with so many digits, half up: away from zero. */
function round({ n, d }, digits) {
  const scaled = (n < 0n ? -n : n) * 10n ** BigInt(digits) * 2n;
  const rounded = (scaled + d) / (2n * d);
  return n < 0n ? -rounded : rounded;
}
const digitsOf = (amount) => (amount.split('.')[1] ?? '').length;
const minor = (amount) => frac(amount).n;
const sum = (list) => list.reduce((a, b) => a + b, 0n);
const max = Math.max;
const number = (text) => (text === '' ? null : Number(text));

const differences = [];
const differ = (line, what, here, there) => {
  const said = `${line.statement_number} line ${line.line_no}: ${what} comes to ${here}, exported is ${there}`;
  if (!differences.includes(said)) differences.push(said);
};

const statements = new Map(table('statements.csv').map((row) => [row.statement_number, row]));
const lines = table('statement_lines.csv');
const settings = JSON.parse(table('settings.csv').at(-1).settings).discrepancies;
const manifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
const { period, skippedPeriods } = manifest;
const priceRows = table('prices.csv');
const prices = new Map(
  priceRows.map((row) => [`${row.statement_period} ${row.distributor} ${row.meter}`, JSON.parse(row.price)]),
);

// Quantities: what each installation said, by the rules of the month and the decisions of people.
const usageKey = (row) => JSON.stringify([row.msp_id, row.site_id, row.tenant_ref, row.meter]);
const facts = groupBy(table('site_facts.csv'), usageKey);
function groupBy(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}
const cases = table('discrepancies.csv');
const decisions = cases.filter(({ resolved_by: by }) => by === 'person');
/** Decisions that are a quantity of their own; the others leave it to the default. */
const QUANTITY_OF = {
  accept_reported: ({ accepted }) => accepted('reported', 'observed'),
  accept_observed: ({ accepted }) => accepted('observed', 'reported'),
  set_quantity: ({ made }) => Number(made.decided_quantity),
  waive: () => 0,
  defer: () => 0,
};

function beyondTolerance({ reported, observed }) {
  const [a, b] = [number(reported), number(observed)];
  if (a === null || b === null) return false;
  const { units, percent } = settings.tolerance;
  return Math.abs(a - b) * 100 > max(units * 100, percent * max(a, b));
}

/** An installation that was used after the vendor had ended its key: it counts up to then. */
const isCut = (one) => one.installation_used_after_revocation_on !== '' && one.revoked_by_msp !== 'yes';

/** The quantity of one site, tenant and meter. */
function quantityOf(rows) {
  const [first] = rows;
  const installations = rows.filter(({ installation_id: id }) => id !== '');
  const add = (pick) => installations.reduce((total, one) => total + (pick(one) ?? 0), 0);
  const reported = add((one) => number(one.reported) ?? (one.expected === 'yes' ? 0 : number(one.observed)));
  const greater = add((one) => max(number(one.reported) ?? 0, number(one.observed) ?? 0));
  const isUnheard = (one) => one.reported === '' && one.observed === '';
  const unheard = add((one) => (isUnheard(one) ? number(one.last_confirmed) : 0));
  const estimated =
    installations.length === 0
      ? (number(first.last_quantity_of_site) ?? 0)
      : add((one) => number(one.reported) ?? number(one.observed) ?? number(one.last_confirmed));
  const upToRevocation = add((one) => {
    if (isCut(one)) return number(one.observed_before_revocation);
    return isUnheard(one) ? number(one.last_confirmed) : max(number(one.reported) ?? 0, number(one.observed) ?? 0);
  });
  const isSilent = Number(first.silent_installations) > 0;
  // A person's source where an installation has both, else the one it has; of a silent one what it is estimated with.
  const accepted = (source, other) =>
    installations.length === 0
      ? isSilent
        ? estimated
        : 0
      : add((one) => number(one[source]) ?? number(one[other]) ?? number(one.last_confirmed));
  const usedAfter = installations.some((one) => one.installation_used_after_revocation_on !== '');
  const isOf = (found, kind) =>
    found.kind === kind &&
    found.msp_id === first.msp_id &&
    found.site_id === first.site_id &&
    (found.meter === '' || (found.meter === first.meter && found.tenant_ref === first.tenant_ref));
  let quantity = reported;
  let isDecided = false;
  // What a person decided is not counted anew by a later kind, which may only leave it unbilled.
  const settle = (kind, byDefault, isWaived = false) => {
    const made = decisions.find((found) => isOf(found, kind));
    isDecided ||= QUANTITY_OF[made?.decision] !== undefined;
    if (made !== undefined) quantity = QUANTITY_OF[made.decision]?.({ accepted, made }) ?? byDefault;
    else if (!isDecided || isWaived) quantity = byDefault;
  };
  const isBilled = (kind) => settings.kinds[kind].default !== 'not_billed';
  if (isSilent) settle('missing_report', estimated);
  if (usedAfter) {
    const isBilledWhole = settings.kinds.usage_after_revocation.default === 'billed' || !installations.some(isCut);
    settle('usage_after_revocation', isBilledWhole ? quantity : upToRevocation);
  } else if (installations.some(beyondTolerance))
    settle(
      'report_mismatch',
      settings.kinds.report_mismatch.default === 'greater'
        ? greater + (isSilent && !isDecided ? unheard : 0)
        : quantity,
    );
  settle('two_installations', quantity);
  if (first.tenant_id === '') settle('unassigned_tenant', isBilled('unassigned_tenant') ? quantity : 0, true);
  settle('usage_jump', quantity);
  // Found by what the defaults come to, whatever is decided.
  if (cases.some((found) => isOf(found, 'first_month_large')))
    settle('first_month_large', isBilled('first_month_large') ? quantity : 0, true);
  settle('licence_exceeded', quantity);
  return quantity;
}

const spansOf = (days) =>
  days === ''
    ? []
    : days.split('; ').map((span) => {
        const [range, counts] = span.split(': ');
        const [first, last] = range.split('/');
        const [count, licensed] = counts.split(' - ').map(Number);
        return { first, last, count, licensed };
      });

/** The counts of spans of days once the use comes to a quantity, which stands for the highest. */
function countsAt(quantity, spans) {
  const highest = max(...spans.map(({ count }) => count));
  return spans.map(({ count }) => (count === highest ? quantity : Math.min(quantity, count)));
}

/** Gives `count` to uses in their order, to each what it still needs, and to the last what is left. */
function give(got, needs, places, count) {
  let left = count;
  for (const place of places) {
    const share = place === places.at(-1) ? left : Math.min(left, max(0, needs[place] - got[place]));
    got[place] += share;
    left -= share;
  }
}

const orderedLicences = table('term_licences.csv');
const termLicences = orderedLicences.filter((one) => one.ends_on > one.starts_on);

/**
 * What licences cover of each use of a site and meter, by what each comes to: a tenant's own first, then those of the site, in the
 * order of site_facts.csv. `total` is what all of them cover; null where the files do not say the share of a tenant's own licence,
 * which holds on some days and is of a meter that is not measured by days.
 */
function shared(uses, needs, total, [first, last]) {
  const [{ site_id: site, meter }] = uses;
  const held = termLicences.filter(
    (one) => one.site_id === site && one.meter === meter && one.starts_on <= last && one.ends_on > first,
  );
  if (held.some((one) => one.tenant_id !== '' && (one.starts_on > first || one.ends_on <= last))) return null;
  const got = uses.map(() => 0);
  const places = uses.map((_, place) => place);
  let left = total;
  for (const { tenant_id: tenant, count } of held.filter((one) => one.tenant_id !== '')) {
    const own = places.filter((place) => uses[place].tenant_id === tenant);
    if (own.length === 0) continue;
    give(got, needs, own, Number(count));
    left -= Number(count);
  }
  give(got, needs, places, left);
  return got;
}

const usesOfSite = groupBy(
  [...facts.values()].map(([row]) => row).filter(({ meter }) => meter !== ''),
  siteMeter,
);
function siteMeter(row) {
  return JSON.stringify([row.msp_id, row.site_id, row.meter]);
}
const monthDays = [`${period}-01`, new Date(Date.UTC(...period.split('-').map(Number), 0)).toISOString().slice(0, 10)];

/** What licences leave of a quantity; where they change in the month, the highest difference of its spans of days. */
function metered(row, peaks) {
  const uses = usesOfSite.get(siteMeter(row));
  const needs = uses.map((use) => peaks.get(usageKey(use)) ?? 0);
  const place = uses.indexOf(row);
  const spans = uses.map((use) => spansOf(use.licensed_days));
  if (spans[place].length === 0) {
    const total = uses.reduce((units, use) => units + Number(use.licensed), 0);
    const got = shared(uses, needs, total, monthDays) ?? uses.map((use) => Number(use.licensed));
    return max(0, needs[place] - got[place]);
  }
  const counts = uses.map((_, use) => countsAt(needs[use], spans[use]));
  const left = spans[place].map(({ first, last }, at) => {
    const total = spans.reduce((units, of) => units + of[at].licensed, 0);
    const onThese = counts.map((of) => of[at]);
    return onThese[place] - shared(uses, onThese, total, [first, last])[place];
  });
  return max(0, ...left);
}

/** The exact price of `units` after the first `from` of `total`. */
function priced(price, from, units, total) {
  const each = (count, unitPrice) => times(frac(count), frac(unitPrice));
  if (units === 0) return ZERO;
  switch (price.model) {
    case 'per_unit':
      return each(units, price.unitPrice);
    case 'volume':
      return each(
        units,
        (price.tiers.find(({ upTo }) => upTo === undefined || total <= upTo) ?? price.tiers.at(-1)).unitPrice,
      );
    case 'package': {
      const opened = (count) => Math.ceil(count / price.size);
      return each(opened(from + units) - opened(from), price.packagePrice);
    }
    case 'graduated': {
      let begin = 0;
      let exact = ZERO;
      for (const { upTo = Infinity, unitPrice } of price.tiers) {
        const inTier = Math.min(from + units, upTo) - max(from, begin);
        if (inTier > 0) exact = plus(exact, each(inTier, unitPrice));
        begin = upTo;
      }
      return exact;
    }
    default:
      throw new Error(`Unknown price model ${price.model}`);
  }
}

const monthNumber = (day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
/** Which instalment of a licence falls into a month: the first with its own first month, none once it has ended; null: none. */
function instalmentOf({ starts_on: startsOn, ends_on: endsOn, instalments }, month) {
  const no = monthNumber(month) - monthNumber(startsOn) + 1;
  const isHeld = endsOn > startsOn && (no === 1 || endsOn > `${month}-01`);
  return isHeld && no >= 1 && no <= Number(instalments) ? no : null;
}

/** Each licence that was ordered is billed with its instalments of the month and of those skipped right before it, each by one line. */
function checkLicencesBilled(number, own) {
  const billed = own
    .filter(({ kind }) => kind === 'term' || kind === 'extension')
    .map((line) => ({ line, ...JSON.parse(line.content).instalment }));
  for (const licence of orderedLicences.filter(({ msp_id: msp }) => msp === statements.get(number).msp_id)) {
    const { licence_id: id, instalments } = licence;
    const its = billed.filter(({ line }) => line.licence_id === id);
    const due = [...skippedPeriods, period].map((month) => instalmentOf(licence, month)).filter((no) => no !== null);
    for (const no of due)
      if (!its.some((one) => one.no === no))
        differences.push(`${number}: instalment ${no}/${instalments} of licence ${id} is due, and no line bills it`);
    for (const { line, no, of } of its) {
      const isOnce = its.filter((one) => one.no === no).length === 1;
      if (!isOnce || !due.includes(no) || of !== Number(instalments))
        differ(line, 'the instalment', due.map((one) => `${one}/${instalments}`).join(', ') || 'none', `${no}/${of}`);
    }
  }
}

/**
 * The rate of a line of this month, of exchange_rates.csv, by the currency of its price: the empty text where that is the statement's.
 * Where a rate was replaced in the month there are several, and the line's is one of them.
 */
const rateRows = table('exchange_rates.csv');
function rateFor(line, priceCurrency) {
  if (priceCurrency === line.currency) {
    if (line.exchange_rate !== '') differ(line, 'the rate', 'none', line.exchange_rate);
    return '';
  }
  const known = rateRows
    .filter((row) => row.statement_period === period && row.base === priceCurrency && row.currency === line.currency)
    .map(({ rate }) => rate);
  if (known.includes(line.exchange_rate)) return line.exchange_rate;
  differ(line, 'the rate', known.join(' or ') || 'nothing that is known', line.exchange_rate || 'none');
  return known[0] ?? line.exchange_rate;
}

const rated = (exact, rate, digits) => round(rate === '' ? exact : times(exact, frac(rate)), digits);

function checkStatement(number, own) {
  const { distributor, total, lines: count } = statements.get(number);
  const usage = own.filter(({ kind }) => kind === 'usage');
  const list = priceRows.find((row) => row.statement_period === period && row.distributor === distributor);
  const rateOfList = (line) => rateFor(line, list?.currency ?? line.price_currency);
  const counted = (line) => (line.first_month_free === 'yes' ? 0 : Number(line.quantity));
  const used = new Map();
  const peaks = new Map(usage.map((line) => [usageKey(line), Number(line.peak)]));
  for (const line of usage) {
    const rows = facts.get(usageKey(line));
    const quantity = rows === undefined ? null : quantityOf(rows);
    if (rows === undefined) differ(line, 'usage without facts', 'nothing', line.quantity);
    else {
      if (quantity !== Number(line.peak)) differ(line, 'the quantity', quantity, line.peak);
      const left = metered(rows[0], peaks);
      if (left !== Number(line.quantity)) differ(line, 'what licences leave', left, line.quantity);
    }
    const price = prices.get(`${period} ${distributor} ${line.meter}`);
    const all = usage.filter(({ meter }) => meter === line.meter).reduce((units, one) => units + counted(one), 0);
    const from = used.get(line.meter) ?? 0;
    used.set(line.meter, from + counted(line));
    const amount = rated(priced(price, from, counted(line), all), rateOfList(line), digitsOf(line.amount));
    if (amount !== minor(line.amount)) differ(line, 'the amount in minor units', amount, line.amount);
  }
  // A site of which nothing was ever known has a row without a meter.
  const { msp_id: msp } = statements.get(number);
  const perUse = [...facts.values()].filter(([row]) => row.msp_id === msp && row.meter !== '').length;
  if (perUse !== usage.length) differences.push(`${number}: ${perUse} usages are known, ${usage.length} are billed`);
  const byList = own.find(({ kind }) => kind === 'usage' || kind === 'minimum');
  const rate = byList === undefined ? '' : rateOfList(byList);
  const due = rated(frac(list?.monthly_minimum || '0'), rate, digitsOf(total));
  const ofMinimum = own.find(({ kind }) => kind === 'minimum');
  const missing = due - sum(usage.map(({ amount }) => minor(amount)));
  if (ofMinimum === undefined && missing > 0n)
    differences.push(`${number}: ${missing} are missing to the minimum, and no line bills them`);
  for (const line of own) {
    const content = JSON.parse(line.content);
    const digits = digitsOf(line.amount);
    if (line.kind === 'minimum') {
      if (due !== minor(line.minimum)) differ(line, 'the minimum', due, line.minimum);
      if (missing !== minor(line.amount)) differ(line, 'what is missing to the minimum', missing, line.amount);
    }
    if (line.kind === 'term' || line.kind === 'extension') {
      const ordered = orderedLicences.find(({ licence_id: id }) => id === line.licence_id);
      const agreed = [ordered?.count, ordered?.years, ordered?.unit_price_per_year, ordered?.currency].join(' x ');
      const billed = [content.count, content.years, content.unitPrice, content.priceCurrency].join(' x ');
      if (agreed !== billed) differ(line, 'what was agreed', agreed, billed);
      const whole = times(frac(content.count * content.years), frac(content.unitPrice));
      const share =
        line.kind === 'term' ? whole : times(whole, { n: BigInt(content.daysLeft), d: BigInt(content.termDays) });
      const { no, of } = content.instalment;
      const rate = rateFor(line, content.priceCurrency);
      const until = (months) => rated(over(times(share, frac(months)), frac(of)), rate, digits);
      const instalment = until(no) - until(no - 1);
      if (instalment !== minor(line.amount)) differ(line, 'the licence', instalment, line.amount);
    }
    if (['correction', 'minimum_correction', 'manual_correction'].includes(line.kind)) {
      const steps = content.steps ?? [];
      const product = (step) => times(frac(step.units ?? step.packages), frac(step.unitPrice ?? step.packagePrice));
      const exact = steps.reduce((total, step) => plus(total, product(step)), ZERO);
      const now = rated(exact, line.exchange_rate, digitsOf(line.rated_amount));
      const hasFormula = line.kind === 'correction' || line.change === 'quantity';
      if (hasFormula && now !== minor(line.rated_amount)) differ(line, 'the corrected line', now, line.rated_amount);
      const withheld = frac(line.withheld_amount || '0');
      const difference = plus(plus(frac(line.rated_amount), times(frac('-1'), frac(line.billed_amount))), withheld);
      const booked = rated(difference, line.correction_rate, digits);
      if (booked !== minor(line.amount)) differ(line, 'the difference', booked, line.amount);
    }
  }
  checkLicencesBilled(number, own);
  const added = sum(own.map(({ amount }) => minor(amount)));
  if (added !== minor(total)) differences.push(`${number}: its lines add up to ${added}, its total is ${total}`);
  if (own.length !== Number(count)) differences.push(`${number}: ${own.length} lines, it says ${count}`);
}

const byStatement = groupBy(lines, (line) => line.statement_number);
for (const [number] of statements) checkStatement(number, byStatement.get(number) ?? []);

// What people corrected of these statements: by two of them, and by no more than was billed. A quantity is priced where its line stands.
const corrections = table('corrections.csv');
const byHand = (what) => differences.push(what);
for (const correction of corrections) {
  const { statement_number: number, correction_id: id, state } = correction;
  const { line: plan } = JSON.parse(correction.content);
  if (state === 'confirmed' && (correction.decided_by_id === '' || correction.decided_by_id === correction.asked_by_id))
    byHand(`${number}: correction ${id} was not confirmed by a second person`);
  if (plan === null) continue;
  const [left, billed] = [BigInt(plan.ratedMinor), BigInt(plan.billedMinor)];
  if (left - billed !== minor(correction.amount))
    byHand(`${number}: correction ${id} comes to ${left - billed}, exported is ${correction.amount}`);
  if (left < billed && left < 0n) byHand(`${number}: correction ${id} takes off more than was billed`);
  if (plan.change !== 'quantity') continue;
  const own = (byStatement.get(number) ?? []).filter(({ kind, meter }) => kind === 'usage' && meter === plan.meter);
  const at = own.findIndex((line) => line.line_no === correction.line_no);
  const units = own.map((line) => (line.first_month_free === 'yes' ? 0 : Number(line.quantity)));
  const add = (counts) => counts.reduce((all, count) => all + count, 0);
  const total = add(units) - units[at] + plan.newQuantity;
  const price = prices.get(`${period} ${statements.get(number).distributor} ${plan.meter}`);
  const exact = priced(price, add(units.slice(0, at)), plan.newQuantity, total);
  const amount = rated(exact, plan.rate === null ? '' : plan.rate.rate, digitsOf(correction.amount));
  if (amount !== left)
    byHand(`${number}: correction ${id}: ${plan.newQuantity} units come to ${amount}, exported is ${left}`);
}
const creditTotals = {};
for (const credit of table('credits.csv')) {
  const of = corrections.find(({ correction_id: id }) => id === credit.correction_id);
  const added = sum(JSON.parse(credit.content).lines.map(({ amountMinor }) => BigInt(amountMinor)));
  if (of?.state !== 'confirmed' || minor(of.amount) !== minor(credit.total))
    byHand(`${credit.credit_number}: it is not what was confirmed`);
  if (added !== minor(credit.total))
    byHand(`${credit.credit_number}: its lines add up to ${added}, its total is ${credit.total}`);
  creditTotals[credit.currency] = (creditTotals[credit.currency] ?? 0n) + minor(credit.total);
}
for (const [currency, total] of Object.entries(manifest.creditTotals)) {
  if (creditTotals[currency] !== minor(total))
    byHand(`${currency}: credits add up to ${creditTotals[currency]}, the manifest says ${total}`);
}
const totals = {};
for (const { currency, total } of statements.values()) totals[currency] = (totals[currency] ?? 0n) + minor(total);
for (const [currency, total] of Object.entries(manifest.totals)) {
  if (totals[currency] !== minor(total))
    differences.push(`${currency}: statements add up to ${totals[currency]}, the manifest says ${total}`);
}
for (const difference of differences) console.error(difference);
console.log(JSON.stringify({ statements: statements.size, lines: lines.length, differences: differences.length }));
process.exitCode = differences.length === 0 ? 0 : 1;

import Big from 'big.js';
import { readPdf } from './readPdf.js';

/** A number as an English document prints it. */
const N = String.raw`[−-]?\d[\d,]*(?:\.\d+)?`;

function value(text: string): Big {
  return new Big(text.replaceAll(',', '').replace('−', '-'));
}

function values(text: string): Big[] {
  return [...text.matchAll(new RegExp(N, 'g'))].map(([one]) => value(one));
}

/** A formula that goes on in the next line is one. */
function unbroken(tokens: readonly string[]): string[] {
  const joined: string[] = [];
  for (const token of tokens) {
    const last = joined.at(-1);
    if (last !== undefined && (/[×/]$/.test(last) || /^[×/] /.test(token)))
      joined[joined.length - 1] = `${last} ${token}`;
    else joined.push(token);
  }
  return joined;
}

const sum = (numbers: readonly Big[]) => numbers.reduce((total, one) => total.plus(one), new Big(0));

export interface Recalculated {
  /** What does not follow from what is printed, as sentences. */
  problems: string[];
  /** How many figures were reckoned again. */
  checked: number;
}

/**
 * Reads an English statement's pages back and types every formula that is printed into a calculator: each figure has to follow from
 * what stands on the same document.
 *
 * @param digits after the decimal point of the statement's currency
 */
export function recalculate(pdf: Uint8Array, digits: number): Recalculated {
  const { pages } = readPdf(pdf);
  // Titles and page numbers that are repeated on further pages are no figures.
  const tokens = unbroken(pages.flat().map((token) => token.replaceAll(/[\u00a0\u202f]/g, ' ').trim()));
  const problems: string[] = [];
  let checked = 0;
  const check = (what: string, printed: Big, reckoned: Big) => {
    checked += 1;
    if (!printed.eq(reckoned)) problems.push(`${what}: printed ${printed.toString()}, reckoned ${reckoned.toString()}`);
  };
  const rounded = (exact: Big) => exact.round(digits, Big.roundHalfUp);

  const text = tokens.join(' ');
  const rateOf = /[A-Z]{3} 1 = [A-Z]{3} ([\d,.]+\d), published/.exec(text)?.[1];
  const rate = rateOf === undefined ? new Big(1) : value(rateOf);

  // Products of lines: `12 × 2.50`, `+ 20 × 2.00`, then the amount; of a licence `10 × 24.00 × 2 × 170 / 730`.
  const amounts: Big[] = [];
  const product = new RegExp(`^(\\+ )?${N}(?: [×/] ${N})+$`);
  for (let i = 0; i < tokens.length; i += 1) {
    if (!product.test(tokens[i] ?? '')) continue;
    let exact = new Big(0);
    let at = i;
    const formula: string[] = [];
    for (; product.test(tokens[at] ?? ''); at += 1) {
      const one = (tokens[at] ?? '').replace(/^\+ /, '');
      formula.push(one);
      const [first = '', ...rest] = one.split(/ (?=[×/])/);
      exact = exact.plus(
        rest.reduce(
          (result, factor) =>
            factor.startsWith('×') ? result.times(value(factor.slice(2))) : result.div(value(factor.slice(2))),
          value(first),
        ),
      );
    }
    const isLicence = formula[0]?.split('×').length !== 2;
    const notes = at;
    while (at < tokens.length && !new RegExp(`^${N}$`).test(tokens[at] ?? '')) at += 1;
    const printed = value(tokens[at] ?? '0');
    amounts.push(printed);
    const [, no = '1', of = '1', due, before = '0'] =
      new RegExp(`instalment (${N}) of (${N})(?: (${N}) due so far less (${N}) due before)?`).exec(
        tokens.slice(notes, at).join(' '),
      ) ?? [];
    const upToNow = rounded(exact.times(rate).times(value(no)).div(value(of)));
    if (!isLicence || rateOf === undefined) {
      check(formula.join(' + '), due === undefined ? printed : value(due), upToNow);
      if (due !== undefined) check(`instalment ${no} of ${of}`, printed, value(due).minus(value(before)));
    }
    i = at;
  }

  // The arithmetic per meter: counts, what is deducted, quantity, and the amount.
  const section = /How the amount comes about (.*?) (?:Exchange rate|Usage No\.)/.exec(text)?.[1] ?? '';
  const rows = section
    .split(/(?:mailboxes|server agents|workstation agents|scans|users|nodes|devices) (?=\d)/)
    .slice(1);
  let ofMeters = new Big(0);
  for (const row of rows) {
    const counts = new RegExp(`^((?:${N} \\+ )*${N})(?: \\(sum of [\\d,]+ counts\\))?`).exec(row);
    let rest = row.slice(counts?.[0].length ?? 0).trim();
    let reckoned = sum(values(counts?.[1] ?? ''));
    for (let taken = /^− ([\d,]+) \([^)]*\)/.exec(rest); taken !== null; taken = /^− ([\d,]+) \([^)]*\)/.exec(rest)) {
      reckoned = reckoned.minus(value(taken[1] ?? '0'));
      rest = rest.slice(taken[0].length).trim();
    }
    const quantity = value(/^[\d,]+/.exec(rest)?.[0] ?? '-1');
    check(`counts of "${row}"`, quantity, reckoned);
    const isSum = /sum of ([\d,]+) lines,\s*each rounded/.exec(rest);
    const upTo = isSum === null ? rest : rest.slice(0, isSum.index);
    const amount = [...upTo.matchAll(new RegExp(`(?:^| )(${N})(?= |$)`, 'g'))].at(-1)?.[1] ?? '0';
    ofMeters = ofMeters.plus(value(amount));
    const unit = /([\d.,]+) per unit/.exec(rest)?.[1];
    if (isSum === null && unit !== undefined) {
      check(`${quantity.toString()} × ${unit}`, value(amount), rounded(quantity.times(value(unit)).times(rate)));
    }
  }

  // What the lines add up to.
  const sums = [...text.matchAll(new RegExp(` Total ([A-Z]{3}) (${N})`, 'g'))].at(-1);
  const total = value(sums?.[2] ?? '0');
  const currency = sums?.[1] ?? '';
  check(
    'the total of the panel',
    value(new RegExp(`Total for \\w+ \\d+ ${currency} (${N})`).exec(text)?.[1] ?? '0'),
    total,
  );
  const part = (label: string) =>
    new RegExp(` ${label} ${currency} (${N})`).exec(text.slice(text.lastIndexOf(' Usage ')))?.[1];
  const usage = part('Usage');
  const licences = part('Term licences');
  const corrections = part('Corrections of earlier periods');
  const minimum = new RegExp(
    `Up to the monthly minimum of (?:[A-Z]{3} (${N}) × (${N}) = )?${currency} (${N}) ${currency} (${N})`,
  ).exec(text);
  if (usage === undefined) {
    check('the total of the lines', total, sum(amounts));
    check('the total of the meters', total, ofMeters);
  } else {
    const parts = [usage, licences, corrections, minimum?.[4]].flatMap((one) =>
      one === undefined ? [] : [value(one)],
    );
    check('the sum of the parts', total, sum(parts));
    check('usage of the meters', value(usage), ofMeters);
    check(
      'lines and licences',
      sum([usage, licences, corrections].flatMap((one) => (one === undefined ? [] : [value(one)]))),
      sum(amounts),
    );
  }
  if (minimum !== null) {
    const [, own, by, due = '0', missing = '0'] = minimum;
    if (own !== undefined && by !== undefined) check('the minimum', value(due), rounded(value(own).times(value(by))));
    check('what is missing to the minimum', value(missing), value(due).minus(value(usage ?? '0')));
  }
  return { problems, checked };
}

import { InvalidArgumentError, Option } from 'commander';
import { KontorError } from '../domain/errors.js';
import { canonicalName, nameProblem } from '../domain/name.js';
import { parsePeriod, type Period } from '../domain/period.js';

/** `--data DIR`: whose services a command talks to when no addresses are configured. */
export function dataOption(description = 'data directory of a running `kontor up` or `kontor demo`'): Option {
  return new Option(
    '--data <dir>',
    `${description} (default: .kontor in the package's folder, or the one folder in it with running services)`,
  );
}

export function jsonOption(description = 'print one JSON object'): Option {
  return new Option('--json', description);
}

export function periodOption(): Option {
  return new Option('--period <YYYY-MM>', 'the month').argParser(toPeriod);
}

/** `--programme CODE`: may be left out where there is one programme. */
export function programmeOption(): Option {
  return new Option('--programme <code>', 'the programme; may be left out where there is only one');
}

export function toPeriod(text: string): Period {
  try {
    return parsePeriod(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof KontorError ? error.message : String(error));
  }
}

/** A parser of whole numbers from `min` to `max`, both inclusive. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`A whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A parser of names and reasons, which the audit trail keeps, of at most so many characters: as the API takes them. */
export function words(longest: number): (text: string) => string {
  return (text) => {
    const problem = nameProblem(text) ?? (text.length > longest ? `At most ${longest} characters.` : null);
    if (problem !== null) throw new InvalidArgumentError(problem);
    return canonicalName(text);
  };
}

/** The help text's last paragraph. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}

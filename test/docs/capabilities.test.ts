import { access, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { ROUTES } from '../../api/routes/index.js';
import { createProgram } from '../../cli/program.js';

const HOME = new URL('../../../', import.meta.url);
const TEST = /^test\/.+\.test\.ts$/;
const STATES = ['whole', 'partly', 'not there'] as const;

const text = await readFile(new URL('docs/capabilities.md', HOME), 'utf8');

/** What stands between backticks. */
function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words);
}

interface Line {
  line: string;
  state: string;
  /** Of what is partly there: what is missing. Else what is nearest, where anything is. */
  missing: string;
  where: string[];
  requests: string[];
  tests: string[];
}

/** The rows of the tables with five columns, in order. */
const lines = text
  .split('\n')
  .filter((row) => row.startsWith('| '))
  .map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .filter((cells) => cells.length === 5 && cells[0] !== 'what it must do' && !/^-+$/.test(cells[0] ?? ''))
  .map(([line = '', said = '', where = '', requests = '', tests = '']): Line => {
    const [, state = said, missing = ''] = /^(partly|not there)[:;] (.*)$/.exec(said) ?? [];
    return { line, state, missing, where: quoted(where), requests: quoted(requests), tests: quoted(tests) };
  });

const inState = (which: string) => lines.filter(({ state }) => state === which);
const linesOf = (found: Line[]) => found.map(({ line }) => line);

describe('docs/capabilities.md', () => {
  it('says of each line once whether it is there, and counts them right', () => {
    expect(new Set(linesOf(lines)).size).toBe(lines.length);
    expect(lines.filter(({ state }) => !STATES.some((known) => known === state))).toEqual([]);
    const [, counts = ''] = /^\| lines .*\n.*\n\| (.*) \|$/m.exec(text) ?? [];
    expect(counts.split('|').map(Number)).toEqual([lines.length, ...STATES.map((state) => inState(state).length)]);
  });

  it('says of what is whole where it stands, how one asks for it, and which test plays it', () => {
    const bare = inState('whole').filter(
      ({ where, requests, tests }) => where.length === 0 || requests.length === 0 || tests.length === 0,
    );
    expect(linesOf(bare)).toEqual([]);
  });

  it('says of what is partly there what is missing, and of what is not there no test', () => {
    expect(linesOf(inState('partly').filter(({ missing }) => missing === ''))).toEqual([]);
    expect(linesOf(inState('not there').filter(({ tests }) => tests.length > 0))).toEqual([]);
  });

  it('names files and tests that there are', async () => {
    const tests = lines.flatMap((line) => line.tests);
    expect(tests.filter((path) => !TEST.test(path))).toEqual([]);
    const elsewhere = quoted(text).filter((words) => /^[\w./-]+\.(?:ts|md|html)$/.test(words));
    const paths = new Set([...elsewhere, ...tests, ...lines.flatMap(({ where }) => where)]);
    expect(paths.size).toBeGreaterThan(150);
    const there = await Promise.all(
      [...paths].map((path) =>
        access(new URL(path, HOME)).then(
          () => [],
          () => [path],
        ),
      ),
    );
    expect(there.flat()).toEqual([]);
  });

  it('names requests that the API takes, and commands that there are', async () => {
    const commands = (await createProgram([])).commands.map((command) => `kontor ${command.name()}`);
    const known = new Set([...commands, ...ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path}`)]);
    const asked = [
      ...lines.flatMap(({ requests }) => requests),
      ...quoted(text).filter((word) => /^[A-Z]+ \//.test(word)),
    ];
    expect(asked.length).toBeGreaterThan(100);
    expect(asked.filter((one) => !known.has(one))).toEqual([]);
  });
});

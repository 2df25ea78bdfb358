import { describe, expect, it } from '@jest/globals';
import { CommanderError, type Command } from 'commander';
import { describeFailure } from '../../cli/failure.js';
import { createProgram } from '../../cli/program.js';
import { EmbeddedError } from '../../embedded/index.js';
import { KontorError } from '../../domain/errors.js';

/** Every command with its words, `token create` as two. */
function commandsOf(command: Command, path: string[] = []): { path: string[]; command: Command }[] {
  const own = command.commands.flatMap((child) => commandsOf(child, [...path, child.name()]));
  return path.length === 0 ? own : [{ path, command }, ...own];
}

/** The words of every command there is; each is loaded as it is called. */
async function everyPath(): Promise<string[][]> {
  const paths: string[][] = [];
  for (const listed of (await createProgram([])).commands) {
    const called = commandsOf(await createProgram([listed.name()])).map(({ path }) => path);
    paths.push(...called.filter(([first]) => first === listed.name()));
  }
  return paths;
}

const PATHS = await everyPath();

async function run(...words: string[]): Promise<{ out: string; error: unknown }> {
  const program = await createProgram(words);
  let out = '';
  const output = { writeOut: (text: string) => (out += text), writeErr: (text: string) => (out += text) };
  program.configureOutput(output);
  for (const { command } of commandsOf(program)) command.configureOutput(output);
  try {
    await program.parseAsync(['node', 'kontor', ...words]);
    return { out, error: null };
  } catch (error) {
    return { out, error };
  }
}

describe('the help of kontor', () => {
  it('names every command', async () => {
    const { out } = await run('--help');
    for (const name of [
      'up',
      'demo',
      'close',
      'correct',
      'status',
      'verify',
      'export',
      'person',
      'token',
      'programme',
      'rates',
      'migrate',
    ]) {
      expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    }
  });

  it('of every command that does something names --json', async () => {
    for (const path of PATHS) {
      const { out } = await run(...path, '--help');
      expect([path.join(' '), out.includes('--json') || /^Commands:/m.test(out)]).toEqual([path.join(' '), true]);
    }
  });

  it.each(PATHS.map((path) => [path.join(' '), path] as const))(
    'of %s says what it does and ends well',
    async (_name, path) => {
      const { out, error } = await run(...path, '--help');
      expect(out).toContain(`Usage: kontor ${path.join(' ')}`);
      expect(describeFailure(error).exit).toBe(0);
    },
  );

  it.each([
    'up',
    'demo',
    'close',
    'status',
    'verify',
    'export',
    'migrate',
    'person invite',
    'person list',
    'person unlock',
    'token create',
    'token list',
    'token revoke',
    'programme list',
    'programme show',
    'programme set',
  ])('of %s shows an example', async (name) => {
    expect((await run(...name.split(' '), '--help')).out).toMatch(/Examples?:\n\s+\$ .*kontor/);
  });
});

describe('the exit status', () => {
  it.each([
    ['an unknown command', ['nonsense']],
    ['an unknown option', ['up', '--nonsense']],
    ['a period that is none', ['close', '--period', '2026-13']],
    ['a missing period', ['close']],
    ['an instant without a zone', ['close', '--period', '2026-03', '--review-until', '2026-04-06']],
    [
      'deadlines beside zero waits',
      ['close', '--period', '2026-03', '--zero-waits', '--review-until', '2026-04-06T00:00:00Z'],
    ],
    ['an unknown level', ['token', 'create', '--level', 'king', '--name', 'x']],
    ['a person without a usable address', ['person', 'invite', '--name', 'x', '--email', 'x']],
    ['case 49, a relative: a token for nobody', ['token', 'create', '--name', ' ']],
    ['case 49, a relative: a name that reads otherwise', ['token', 'create', '--name', 'Anna \u202e']],
    ['a restore without a reason', ['restored', '--reason', '']],
    ['rates replaced for no reason', ['rates', 'load', 'x', '--replace', '--reason', ' ']],
    ['months left out for no reason', ['close', '--period', '2026-03', '--skip-reason', '']],
    ['a hold without a reason', ['retention', 'hold', '--everything', '--reason', ' ']],
    [
      'a refusal with an empty reason',
      ['correct', 'refuse', '0d3c9a52-8a0f-4d0e-9f0e-3f5f6d2f7a10', '--token-file', 'x', '--reason', ''],
    ],
    ['fewer MSPs than a world has', ['demo', '--msps', '4']],
  ])('is 2 for %s', async (_what, words) => {
    const { error } = await run(...words);
    expect(error).toBeInstanceOf(CommanderError);
    expect(describeFailure(error).exit).toBe(2);
  });

  it('is 2 where the configuration has to change, and 1 where something failed', () => {
    expect(describeFailure(new KontorError('CONFIGURATION_INVALID', 'x')).exit).toBe(2);
    expect(describeFailure(new EmbeddedError('EMBEDDED_IN_USE', 'x')).exit).toBe(2);
    expect(describeFailure(new KontorError('PERIOD_NOT_OVER', 'x')).exit).toBe(1);
    expect(describeFailure(new Error('x'))).toEqual({ code: null, message: 'x', exit: 1 });
  });
});

import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { examples } from './options.js';
import { PACKAGE_FILE } from './paths.js';

/** One command: its line in the list of all, and where it stands. */
interface Listed {
  summary: string;
  load: () => Promise<Command>;
}

/**
 * In the order of the help text. A new command is one file and one entry here. Only the one that is called is loaded:
 * loading all of them takes two seconds.
 */
const COMMANDS: Record<string, Listed> = {
  up: {
    summary: 'start the services and keep them running',
    load: async () => (await import('./up.js')).upCommand(),
  },
  demo: {
    summary: 'play a month of two programmes on real parts',
    load: async () => (await import('./demo.js')).demoCommand(),
  },
  close: {
    summary: 'close a month, or join the close that is going on',
    load: async () => (await import('./close.js')).closeCommand(),
  },
  correct: {
    summary: 'ask for a correction of an issued statement, or decide one',
    load: async () => (await import('./correct.js')).correctCommand(),
  },
  status: {
    summary: 'show the runs and what waits for a person',
    load: async () => (await import('./status.js')).statusCommand(),
  },
  verify: {
    summary: 'check the invariants over what is stored',
    load: async () => (await import('./verify.js')).verifyCommand(),
  },
  export: {
    summary: 'write a month for auditors',
    load: async () => (await import('./export.js')).exportCommand(),
  },
  person: {
    summary: 'invite, list and unlock people',
    load: async () => (await import('./person.js')).personCommand(),
  },
  token: {
    summary: 'create, list and revoke API tokens',
    load: async () => (await import('./token.js')).tokenCommand(),
  },
  programme: {
    summary: 'list, show and set programmes',
    load: async () => (await import('./programme.js')).programmeCommand(),
  },
  rates: {
    summary: 'load reference rates of exchange',
    load: async () => (await import('./rates.js')).ratesCommand(),
  },
  bounces: {
    summary: 'load reports of mails that were not delivered',
    load: async () => (await import('./bounces.js')).bouncesCommand(),
  },
  outbox: {
    summary: 'settle mails of which nobody knows whether they were accepted',
    load: async () => (await import('./outbox.js')).outboxCommand(),
  },
  restored: {
    summary: 'say that the database was restored from a backup, before workers start',
    load: async () => (await import('./restored.js')).restoredCommand(),
  },
  retention: {
    summary: 'show, remove or hold what is kept no longer',
    load: async () => (await import('./retention.js')).retentionCommand(),
  },
  migrate: {
    summary: 'bring the database and Temporal up to date',
    load: async () => (await import('./migrate.js')).migrateCommand(),
  },
  codec: {
    summary: 'encryption of what Temporal keeps',
    load: async () => (await import('./codec.js')).codecCommand(),
  },
};

/**
 * The `kontor` command, as `args` call it: the words after its name. Parsing throws a CommanderError where commander would
 * end the process.
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const called = args.find((word) => !word.startsWith('-') && word !== 'help');
  const kontor = new Command('kontor')
    .description('Back office of a software vendor’s programme for managed service providers.')
    .version(version())
    // What stands after a command below another is that one's, also where both have an option of that name.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nExit status: 0 done, 1 failed or something is broken, 2 the call or the configuration is wrong, 130 interrupted.\n' +
        examples('kontor up', 'kontor demo', 'kontor close --period 2026-03'),
    )
    .showHelpAfterError('(add --help for what it takes)');
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = name === called ? await load() : new Command(name);
    kontor.addCommand(command.summary(summary));
  }
  exitByThrowing(kontor);
  return kontor;
}

function version(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(PACKAGE_FILE, 'utf8'))).version;
}

/** Commander would end the process itself, with 1 for a misspelt option. */
function exitByThrowing(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    exitByThrowing(child);
  }
}

import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { bouncesCommand } from './bounces.js';
import { closeCommand } from './close.js';
import { codecCommand } from './codec.js';
import { correctCommand } from './correct.js';
import { demoCommand } from './demo.js';
import { exportCommand } from './export.js';
import { migrateCommand } from './migrate.js';
import { examples } from './options.js';
import { PACKAGE_FILE } from './paths.js';
import { outboxCommand } from './outbox.js';
import { personCommand } from './person.js';
import { programmeCommand } from './programme.js';
import { ratesCommand } from './rates.js';
import { restoredCommand } from './restored.js';
import { retentionCommand } from './retention.js';
import { statusCommand } from './status.js';
import { tokenCommand } from './token.js';
import { upCommand } from './up.js';
import { verifyCommand } from './verify.js';

/** In the order of the help text. A new command is one file and one line here. */
const COMMANDS = [
  upCommand,
  demoCommand,
  closeCommand,
  correctCommand,
  statusCommand,
  verifyCommand,
  exportCommand,
  personCommand,
  tokenCommand,
  programmeCommand,
  ratesCommand,
  bouncesCommand,
  outboxCommand,
  restoredCommand,
  retentionCommand,
  migrateCommand,
  codecCommand,
];

/** The `kontor` command. Parsing throws a CommanderError where commander would end the process. */
export function createProgram(): Command {
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
  for (const command of COMMANDS) kontor.addCommand(command());
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

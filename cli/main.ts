#!/usr/bin/env node
/** The `kontor` command. Exit status: 0 done, 1 failed or something is broken, 2 the call or configuration is wrong. */
import { Command, CommanderError } from 'commander';
import { readEnv } from '../config/env.js';
import { closeCommand } from './close.js';
import { demoCommand } from './demo.js';
import { describeFailure, failureText } from './failure.js';
import { examples } from './options.js';
import { migrateCommand } from './migrate.js';
import { statusCommand } from './status.js';
import { tokenCommand } from './token.js';
import { upCommand } from './up.js';

const COMMANDS = [upCommand, demoCommand, closeCommand, statusCommand, tokenCommand, migrateCommand];

function program(): Command {
  const kontor = new Command('kontor')
    .description('Back office of a software vendor’s programme for managed service providers.')
    .addHelpText('after', examples('kontor up', 'kontor demo', 'kontor close --period 2026-03'))
    .showHelpAfterError('(add --help for what it takes)');
  for (const command of COMMANDS) kontor.addCommand(command());
  exitByThrowing(kontor);
  return kontor;
}

/** Commander would end the process itself, with 1 for a misspelt option. */
function exitByThrowing(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    exitByThrowing(child);
  }
}

function debugging(): boolean {
  try {
    return readEnv().LOG_LEVEL === 'debug';
  } catch {
    return false;
  }
}

try {
  await program().parseAsync();
} catch (error) {
  const failure = describeFailure(error);
  // Commander has said already what is wrong with the call.
  if (!(error instanceof CommanderError)) console.error(failureText(failure));
  if (debugging()) console.error(error);
  process.exitCode = failure.exit;
}

#!/usr/bin/env node
/** The process behind `kontor`. */
import { CommanderError } from 'commander';
import { readEnv } from '../config/env.js';
import { describeFailure, failureText } from './failure.js';
import { createProgram } from './program.js';

function debugging(): boolean {
  try {
    return readEnv().LOG_LEVEL === 'debug';
  } catch {
    return false;
  }
}

// What a command writes is for whoever runs it: documents, mails, logs, exports (case 58).
process.umask(0o077);

// Whoever reads a few lines and closes the pipe, as `head` does, has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await createProgram().parseAsync();
} catch (error) {
  const failure = describeFailure(error);
  // Commander has said already what is wrong with the call.
  if (!(error instanceof CommanderError)) console.error(failureText(failure));
  if (debugging()) console.error(error);
  process.exitCode = failure.exit;
}

#!/usr/bin/env node
/** The process behind `kontor`. */
import { CommanderError } from 'commander';
import { readEnv } from '../config/env.js';
import { exitOfCall } from './exit.js';
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
  await (await createProgram(process.argv.slice(2))).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said already what is wrong with the call.
    process.exitCode = exitOfCall(error);
  } else {
    const { describeFailure, failureText } = await import('./failure.js');
    const failure = describeFailure(error);
    console.error(failureText(failure));
    process.exitCode = failure.exit;
  }
  if (debugging()) console.error(error);
}

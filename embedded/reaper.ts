import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ProcessIdentity } from './process.js';

/** Written before the pipe closes: the guarded process was stopped in order, nothing is left to do. */
export const RELEASED = 'released';

const program = fileURLToPath(new URL('./reaperMain.js', import.meta.url));

/**
 * Makes sure that a server does not outlive us, however we end: a small process of its own holds a pipe to us, and when
 * that closes (a crash and `kill -9` close it too) it ends the server. Call the returned function after an orderly stop.
 */
export function guard(server: ProcessIdentity, signal: NodeJS.Signals): () => void {
  const reaper = spawn(process.execPath, [program, String(server.pid), server.startedAt, signal], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of our process group, or Ctrl-C at the terminal would end the guard before its work.
    detached: true,
    cwd: '/',
    // Nothing of our environment is needed, and NODE_OPTIONS meant for us (a debugger) would break it.
    env: {},
  });
  // Without a reaper a killed run leaves its server behind; the next start of the same directory still ends it.
  reaper.on('error', () => undefined);
  reaper.stdin.on('error', () => undefined);
  reaper.unref();
  // A pipe to a child is a socket, whatever its declared type.
  if (reaper.stdin instanceof Socket) reaper.stdin.unref();
  return () => {
    reaper.stdin.end(RELEASED);
  };
}

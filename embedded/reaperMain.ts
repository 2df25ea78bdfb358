// The program behind guard(): waits until its parent's end of the pipe closes, then ends the process it was given.
import { text } from 'node:stream/consumers';
import { endProcess } from './process.js';
import { RELEASED } from './reaper.js';

const GRACE_MS = 10_000;

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);

const [pid, startedAt = '', signal] = process.argv.slice(2);
if ((await text(process.stdin).catch(() => '')) !== RELEASED) {
  await endProcess({ pid: Number(pid), startedAt }, signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM', GRACE_MS);
}

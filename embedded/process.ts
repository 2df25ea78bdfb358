import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './errors.js';

/** A process and the moment it started, which tells it from a later one that got the same pid. */
export type ProcessIdentity = { pid: number; startedAt: string };

const POLL_MS = 20;
/** After SIGKILL a process only lingers while the kernel frees its memory. */
const KILL_GRACE_MS = 5_000;

/** Whether a process with this pid exists, also one of another user. Zombies count as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  return procStat(pid)?.state !== 'Z';
}

/** The identity of a running process; null if there is none. Its start time is opaque, compare it as text. */
export function identify(pid: number): ProcessIdentity | null {
  if (!isAlive(pid)) return null;
  const startedAt = procStat(pid)?.startedAt ?? ps(pid, 'lstart=');
  return startedAt === '' ? null : { pid, startedAt };
}

/** Whether exactly this process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

/** The command line of a process, words separated by spaces; empty if it cannot be read. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ps(pid, 'args=');
  }
}

/** Sends `signal`, waits up to `graceMs`, then kills. Returns once the process is gone; never touches another one. */
export async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  send(identity, signal);
  if (await isGoneWithin(identity, graceMs)) return;
  send(identity, 'SIGKILL');
  await isGoneWithin(identity, KILL_GRACE_MS);
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

async function isGoneWithin(identity: ProcessIdentity, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (isRunning(identity)) {
    if (Date.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Linux only. The command's name is in brackets and may contain spaces and brackets, so count from the last one. */
function procStat(pid: number): { state: string; startedAt: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return null;
  }
}

function ps(pid: number, column: string): string {
  const { stdout } = spawnSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' });
  return typeof stdout === 'string' ? stdout.trim() : '';
}

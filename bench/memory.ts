/** Memory of other processes, where the system says (Linux); elsewhere null. In MiB. */
import { readdir, readFile } from 'node:fs/promises';

const KIB_A_MIB = 1_024;
const SAMPLE_MS = 1_000;

async function kibOf(file: string, field: string): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** The largest resident memory that a process has had since it started. */
export async function peakMbOf(pid: number): Promise<number | null> {
  const kib = await kibOf(`/proc/${pid}/status`, 'VmHWM');
  return kib === null ? null : Math.round(kib / KIB_A_MIB);
}

async function childrenOf(pid: number): Promise<number[]> {
  const processes = await readdir('/proc').catch(() => []);
  const parents = await Promise.all(
    processes
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => ({ pid: Number(name), parent: await parentOf(Number(name)) })),
  );
  return parents.flatMap((one) => (one.parent === pid ? [one.pid] : []));
}

/** Null: there is no such process, or nobody says. */
export async function parentOf(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const found = /^PPid:\s+(\d+)$/m.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** Of a process and its children: what they share is counted once. */
async function treeMb(pid: number): Promise<number | null> {
  const pids = [pid, ...(await childrenOf(pid))];
  const found = await Promise.all(pids.map((each) => kibOf(`/proc/${each}/smaps_rollup`, 'Pss')));
  const known = found.filter((kib) => kib !== null);
  return known.length === 0 ? null : Math.round(known.reduce((sum, kib) => sum + kib, 0) / KIB_A_MIB);
}

/** Looks at a process and its children once a second while `work` goes on; the largest of these. */
export async function watchTree<T>(
  pid: number | null,
  work: () => Promise<T>,
): Promise<{ result: T; peakMb: number | null }> {
  let peakMb: number | null = null;
  const sample = async () => {
    const mb = pid === null ? null : await treeMb(pid);
    if (mb !== null) peakMb = Math.max(peakMb ?? 0, mb);
  };
  const timer = setInterval(() => void sample(), SAMPLE_MS);
  try {
    const result = await work();
    await sample();
    return { result, peakMb };
  } finally {
    clearInterval(timer);
  }
}

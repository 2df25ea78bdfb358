import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Node writes a report of a few hundred kilobytes. */
const REPORT_MS = 10_000;

/**
 * A reporter that ends what hangs. Jest's own time limits are timers of the process that hangs: one that is stuck while it loads
 * modules, or in a loop, is waited for without end. Where no suite has ended for some minutes, it prints which ones run and,
 * where Node was started with `--report-on-signal`, where their processes are; then it kills them. Their suites fail; all others
 * keep their results.
 */
export default class EndSilence {
  private readonly running = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    _config: unknown,
    private readonly options: { minutes: number },
  ) {}

  onTestFileStart({ path }: { path: string }): void {
    this.running.add(path);
    this.wait();
  }

  onTestFileResult({ path }: { path: string }): void {
    this.running.delete(path);
    this.wait();
  }

  onRunComplete(): void {
    clearTimeout(this.timer);
  }

  private wait(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.end(), this.options.minutes * 60_000).unref();
  }

  private async end(): Promise<void> {
    console.error(`No suite ended for ${this.options.minutes} minutes. Killed: ${[...this.running].join(', ')}`);
    const workers = workersOf(process.pid);
    for (const pid of workers) process.kill(pid, 'SIGUSR2');
    await sleep(REPORT_MS);
    for (const pid of workers) printReport(pid);
    for (const pid of workersOf(process.pid)) process.kill(pid, 'SIGKILL');
  }
}

/** Of Jest; none where there is no /proc. */
function workersOf(parent: number): number[] {
  try {
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
    return children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('processChild'));
  } catch {
    return [];
  }
}

interface NodeReport {
  javascriptStack?: unknown;
  libuv?: { type: string; is_active?: boolean }[];
}

function printReport(pid: number): void {
  const directory = process.report.directory || '.';
  const name = readdirSync(directory).find((file) => file.startsWith('report.') && file.includes(`.${pid}.`));
  if (name === undefined) {
    console.error(`Process ${pid} does not answer: it is in a loop.`);
    return;
  }
  const report = JSON.parse(readFileSync(`${directory}/${name}`, 'utf8')) as NodeReport;
  const handles = report.libuv?.filter((handle) => handle.is_active).map(({ type }) => type);
  console.error(
    `Process ${pid}: ${JSON.stringify(report.javascriptStack, null, 2)}\nIts handles: ${handles?.join(' ')}`,
  );
}

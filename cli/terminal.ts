import { MultiBar, Presets, type SingleBar } from 'cli-progress';

/** Where a command writes: results on stdout, progress beside them. */
export interface Terminal {
  /** One line for the person who watches. On stderr when stdout is for a machine. */
  say: (line: string) => void;
  complain: (line: string) => void;
  /** Bars on a terminal, else a line whenever the numbers have moved, at most every few seconds. */
  progress: () => Progress;
}

export interface Progress {
  /** Sets one bar; `note` says in a few words what is going on. */
  set: (name: string, value: number, total: number, note?: string) => void;
  /** Leaves the last state on the screen. Lines said in between stand above the bars. */
  stop: () => void;
}

const LINE_INTERVAL_MS = 5_000;
const NAME_WIDTH = 12;

/** `json` keeps stdout for the result alone. */
export function createTerminal({ json = false }: { json?: boolean | undefined }): Terminal {
  const out = json ? process.stderr : process.stdout;
  const bars: MultiBar[] = [];
  // Interrupted, the terminal gets its cursor back.
  process.once('exit', () => {
    for (const multi of bars) multi.stop();
  });
  const say = (line: string) => {
    const shown = bars.at(-1);
    if (shown === undefined) out.write(`${line}\n`);
    else shown.log(`${line}\n`);
  };
  return {
    say,
    complain: (line) => {
      process.stderr.write(`${line}\n`);
    },
    progress: () => {
      if (!out.isTTY) return plainProgress(say);
      const multi = new MultiBar(
        { format: '  {name} {bar} {value}/{total} {note}', hideCursor: true, clearOnComplete: false, stream: out },
        Presets.shades_classic,
      );
      bars.push(multi);
      return barProgress(multi, () => bars.splice(bars.indexOf(multi), 1));
    },
  };
}

function barProgress(multi: MultiBar, stopped: () => void): Progress {
  const bars = new Map<string, SingleBar>();
  return {
    set: (name, value, total, note = '') => {
      const bar = bars.get(name) ?? multi.create(total, value, { name: name.padEnd(NAME_WIDTH), note });
      bars.set(name, bar);
      bar.setTotal(total);
      bar.update(value, { note });
    },
    stop: () => {
      multi.stop();
      stopped();
    },
  };
}

function plainProgress(say: (line: string) => void): Progress {
  const current = new Map<string, string>();
  let printed = '';
  let printedAt = Date.now();
  const text = () => [...current].map(([name, state]) => `${name} ${state}`).join(', ');
  const print = () => {
    if (text() === printed) return;
    printed = text();
    printedAt = Date.now();
    say(`  ${printed}`);
  };
  return {
    set: (name, value, total, note = '') => {
      current.set(name, `${value}/${total}${note === '' ? '' : ` (${note})`}`);
      if (Date.now() - printedAt >= LINE_INTERVAL_MS) print();
    },
    stop: print,
  };
}

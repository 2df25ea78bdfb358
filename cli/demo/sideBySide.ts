import type { RunKey } from '../../domain/run.js';
import type { Progress } from '../terminal.js';
import type { Scene } from './scene.js';

/** Works on all runs at once; each shows its progress under its programme's code. Throws what fails first. */
export async function sideBySide(
  { terminal }: Pick<Scene, 'terminal'>,
  runs: readonly RunKey[],
  work: (run: RunKey, progress: Pick<Progress, 'set'>) => Promise<void>,
): Promise<void> {
  const progress = terminal.progress();
  const named = ({ programme }: RunKey): Pick<Progress, 'set'> => ({
    set: (name, ...state) => {
      progress.set(`${programme} ${name}`, ...state);
    },
  });
  try {
    await Promise.all(runs.map((run) => work(run, named(run))));
  } finally {
    progress.stop();
  }
}

import { FAILPOINTS, onFailpoint, type Failpoint } from '../domain/failpoint.js';

const ACTIONS = { kill: 'SIGKILL', stop: 'SIGSTOP', end: 'SIGTERM', throw: null } as const;
type Action = keyof typeof ACTIONS;

/** Where, at which time past it, what: `commit.before:7:kill`. */
export const FAILPOINT_SPEC = new RegExp(
  `^(${FAILPOINTS.join('|').replaceAll('.', '\\.')}):([1-9]\\d{0,5}):(${Object.keys(ACTIONS).join('|')})$`,
);

/** Has this process fail as told, once; undefined: never. */
export function installFailpoint(spec: string | undefined): void {
  const [, name, nth, action] = FAILPOINT_SPEC.exec(spec ?? '') ?? [];
  if (name === undefined) return;
  let times = 0;
  onFailpoint((reached: Failpoint) => {
    if (reached !== name) return;
    times += 1;
    if (times !== Number(nth)) return;
    const signal = ACTIONS[action as Action];
    if (signal === null) throw new Error(`Failpoint ${reached} was told to fail here.`);
    process.kill(process.pid, signal);
  });
}

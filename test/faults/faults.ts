import { FAILPOINTS } from '../../domain/failpoint.js';
import { createRandom, type Random } from '../../simulator/random.js';
import type { Script } from '../delivery/scriptedRelay.js';
import type { DatabaseCut } from './databaseProxy.js';
import { SQL_STATES, WRITTEN } from './refusedWrites.js';
import type { RoundHands } from './round.js';

/** One fault of one round. */
export interface Fault {
  /** Kind and particulars, for people. */
  name: string;
  /** The run was opened before its deadlines had passed, and so has a shard for each zone; else the close opens it, as one. */
  onTime?: boolean;
  /** Of the first worker. */
  failpoint?: string;
  /** So far is its clock off. */
  clockOffMs?: number;
  relay?: (mail: number) => Script;
  cut?: DatabaseCut;
  /** What is done while the month goes on. */
  during?: (hands: RoundHands) => Promise<void>;
  /** At most so many mails of which nobody knows whether they were accepted: as many as connections. */
  uncertain: number;
  /** A mail that a recipient's server refused. */
  bounced?: number;
  /** Whether the run may fail by it, and the partner team be told so. */
  mayFail?: boolean;
}

const CONNECTIONS = 6;
/** Of a month of this size, roughly: later ones never come, and the round is one without a fault. */
const MONTH_MS = 5_000;
const MESSAGES = 900;
const MAILS = 9;
const TIMES: Record<(typeof FAILPOINTS)[number], number> = {
  'commit.before': 60,
  'commit.after': 60,
  'mail.begun': MAILS,
  'mail.written': MAILS,
  'mail.accepted': MAILS,
  'heartbeat.before': 4,
  'heartbeat.after': 4,
};

type Draw = (random: Random) => Fault;

const later = (random: Random) => random.int(0, MONTH_MS);

function atFailpoint(action: 'kill' | 'stop' | 'end' | 'throw'): Draw {
  return (random) => {
    const point = random.pick(FAILPOINTS);
    const failpoint = `${point}:${random.int(1, TIMES[point])}:${action}`;
    const stopped = async (hands: RoundHands) => {
      await hands.anotherWorker();
      await hands.wait(20_000);
      hands.goOn();
    };
    return {
      name: `failpoint ${failpoint}`,
      failpoint,
      uncertain: action === 'throw' ? 1 : CONNECTIONS,
      ...(action === 'stop' ? { during: stopped } : {}),
    };
  };
}

function onRelay(script: Partial<Record<keyof Script, string>>): Draw {
  return (random) => {
    const [verb, answer] = random.pick(Object.entries(script));
    const nth = random.int(1, MAILS);
    // A body cut short may have been written to its end before anybody notices: then too nobody knows.
    const unknown = (verb === 'end' || verb === 'body') && /^(cut|silence|2\d?)$/.test(answer);
    return {
      name: `relay answers ${answer} to ${verb} of mail ${nth}`,
      relay: (mail) => (mail === nth ? { [verb]: answer } : {}),
      uncertain: unknown ? 1 : 0,
    };
  };
}

function onDatabase(how: DatabaseCut['how']): Draw {
  return (random) => {
    const cut = { nth: random.int(1, MESSAGES), how };
    return { name: `database, message ${cut.nth}: ${how}`, cut, uncertain: CONNECTIONS };
  };
}

const signalled =
  (signal: 'SIGKILL' | 'SIGTERM'): Draw =>
  (random) => {
    const ms = later(random);
    return {
      name: `worker ${signal} after ${ms} ms`,
      during: async (hands) => {
        await hands.wait(ms);
        hands.signal(signal);
      },
      uncertain: CONNECTIONS,
    };
  };

const stopped: Draw = (random) => {
  const ms = later(random);
  const forMs = random.int(12_000, 60_000);
  return {
    name: `worker SIGSTOP after ${ms} ms for ${forMs} ms, what became uncertain is sent again`,
    during: async (hands) => {
      await hands.wait(ms);
      hands.signal('SIGSTOP');
      await hands.anotherWorker();
      await hands.wait(forMs);
      await hands.resendUncertain();
      hands.goOn();
    },
    uncertain: CONNECTIONS,
  };
};

const interrupted: Draw = (random) => {
  const ms = later(random);
  const how = random.pick(['terminate', 'cancel', 'reset'] as const);
  const which = random.pick(['close', 'shard'] as const);
  return {
    name: `${which} ${how} after ${ms} ms, started again`,
    during: async (hands) => {
      await hands.wait(ms);
      await hands.interrupt(which, how);
      await hands.startUntilItGoesOn();
    },
    uncertain: CONNECTIONS,
    mayFail: true,
  };
};

const restoredFromBackup: Draw = (random) => {
  const ms = later(random);
  const said = random.chance(0.5);
  return {
    name: `backup after ${ms} ms, restored once the month is over, ${said ? 'as a person says' : 'without a word'}`,
    during: async (hands) => {
      await hands.wait(ms);
      await hands.restoreBackup({ said });
    },
    // Whatever was made anew after the backup.
    uncertain: 100,
  };
};

const clockOff: Draw = (random) => {
  const hours = random.int(1, 72) * (random.chance(0.5) ? 1 : -1);
  return { name: `worker's clock off by ${hours} h`, clockOffMs: hours * 3_600_000, uncertain: 0 };
};

const apiKilled: Draw = (random) => {
  const ms = random.int(0, 400);
  return {
    name: `API killed ${ms} ms after it was asked for decisions`,
    during: (hands) => hands.killApiWhileDeciding(ms),
    uncertain: 0,
  };
};

const deployed: Draw = (random) => {
  const ms = later(random);
  const besideMs = random.int(0, 5_000);
  return {
    name: `the next build's worker after ${ms} ms, this one's told to end ${besideMs} ms later`,
    during: async (hands) => {
      await hands.wait(ms);
      await hands.deploy(besideMs);
    },
    uncertain: 0,
  };
};

const writesRefused: Draw = (random) => {
  const ms = later(random);
  const forMs = random.int(200, 8_000);
  const table = random.pick(WRITTEN);
  const [what] = random.pick(Object.entries(SQL_STATES)) as [keyof typeof SQL_STATES, string];
  return {
    name: `database refuses ${table} after ${ms} ms for ${forMs} ms: ${what}`,
    during: async (hands) => {
      await hands.wait(ms);
      await hands.refuseWrites(table, what, forMs);
    },
    // Outcomes that could not be recorded.
    uncertain: CONNECTIONS,
  };
};

const startedOften: Draw = () => ({
  name: 'started three times at once, by hand and by schedule',
  during: async (hands) => {
    await Promise.all([hands.start(), hands.start(), hands.start()]);
  },
  uncertain: 0,
});

const notGreeted: Draw = (random) => {
  let left = random.int(1, 12);
  return {
    name: `relay cuts the first ${left} connections at the greeting`,
    relay: () => (left-- > 0 ? { greeting: 'cut' } : {}),
    uncertain: 0,
  };
};

const refused: Draw = (random) => {
  const nth = random.int(0, 5);
  return {
    name: `relay refuses recipient ${nth} for good`,
    relay: () => ({
      rcptTo: (command) => (command.includes('BILLING@') && hashOf(command) % 6 === nth ? '550 unknown' : undefined),
    }),
    uncertain: 0,
    bounced: MAILS,
  };
};

function hashOf(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => sum + byte, 0);
}

const service =
  (which: 'temporal' | 'postgres'): Draw =>
  (random) => {
    const ms = later(random);
    const awayMs = random.int(0, 8_000);
    return {
      name: `${which} killed after ${ms} ms, back after ${awayMs} ms`,
      during: async (hands) => {
        await hands.wait(ms);
        await hands.restart(which, awayMs);
      },
      uncertain: CONNECTIONS,
    };
  };

const LATER = { mailFrom: '451 later', rcptTo: '451 later', data: '451 later', end: '452 full' };
const CLOSING = { mailFrom: '421 closing', rcptTo: '421 closing', data: '421 closing', end: '421 closing' };

/** Those that cost a round little more than one without a fault. */
const FAST: readonly Draw[] = [
  signalled('SIGKILL'),
  atFailpoint('kill'),
  atFailpoint('throw'),
  onDatabase('before'),
  onDatabase('after'),
  onDatabase('lost reply'),
  interrupted,
  startedOften,
  refused,
  onRelay({ end: 'cut', body: 'cut', mailFrom: 'cut' }),
];
const SLOW: readonly Draw[] = [
  ...FAST,
  signalled('SIGTERM'),
  atFailpoint('kill'),
  atFailpoint('end'),
  atFailpoint('stop'),
  stopped,
  onDatabase('silence'),
  onRelay(LATER),
  onRelay(CLOSING),
  notGreeted,
  onRelay({ mailFrom: 'silence', data: 'silence', end: 'silence' }),
  restoredFromBackup,
  service('temporal'),
  service('postgres'),
  clockOff,
  apiKilled,
  deployed,
  writesRefused,
  writesRefused,
];

export const FAST_KINDS = FAST.length;

/** The fault of that round; `fast`: of the kinds that take seconds, each in turn. */
export function faultOf(seed: number, round: number, fast: boolean): Fault {
  const random = createRandom(seed, 'fault', round);
  const draws = fast ? FAST : SLOW;
  const draw = draws[(round - 1) % draws.length] ?? random.pick(draws);
  return { ...draw(random), onTime: random.chance(0.5) };
}

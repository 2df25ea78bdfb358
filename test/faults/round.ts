/** One round: a month on real parts with one fault, and what came of it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { TERMINAL } from '../../domain/access/actor.js';
import { ALL, connect } from '../../db/connect.js';
import { resendMail } from '../../db/outbox/resendMail.js';
import { startClose } from '../../starts/closePeriod.js';
import { setUpTemporal } from '../../starts/temporalSetup.js';
import { verifyAll, overallVerdicts } from '../../verify/index.js';
import { closePeriodId } from '../../workflows/closePeriod.js';
import { closeShardId } from '../../workflows/closeShard.js';
import { scriptedRelay } from '../delivery/scriptedRelay.js';
import { createTestNamespace, testTemporal } from '../support/temporal.js';
import { killApiWhileDeciding } from './apiKilled.js';
import { databaseProxy } from './databaseProxy.js';
import type { Fault } from './faults.js';
import { makeNextBuild, type NextBuild } from './nextBuild.js';
import { refuseWrites, type SQL_STATES, type WRITTEN } from './refusedWrites.js';
import { restartService } from './serviceRestarts.js';
import { PERIOD, PROGRAMME, type RoundDatabase, type World } from './world.js';

/** What a fault may do while the month goes on. */
export interface RoundHands {
  wait(ms: number): Promise<void>;
  /** To the first worker. */
  signal(signal: NodeJS.Signals): void;
  goOn(): void;
  anotherWorker(): Promise<void>;
  resendUncertain(): Promise<void>;
  start(): Promise<void>;
  startUntilItGoesOn(): Promise<void>;
  interrupt(which: 'close' | 'shard', how: 'terminate' | 'cancel' | 'reset'): Promise<void>;
  /** Backs the database up as it is, lets the month end, and goes on from the backup; `said`: as a person says so first. */
  restoreBackup(how: { said: boolean }): Promise<void>;
  restart(which: 'temporal' | 'postgres', awayMs: number): Promise<void>;
  /** The next release's worker starts beside the first one, which is told to end so much later. */
  deploy(besideMs: number): Promise<void>;
  refuseWrites(table: (typeof WRITTEN)[number], what: keyof typeof SQL_STATES, forMs: number): Promise<void>;
  /** Kills the API while decisions are made, and asks for them again. */
  killApiWhileDeciding(afterMs: number): Promise<void>;
}

/** What a month came to, as it is compared with the same month without a fault. */
export interface Outcome {
  statements: string[];
  packs: string[];
  messageIds: string[];
}

export interface Played {
  outcome: Outcome;
  /** One sentence for each thing that is wrong. */
  wrong: string[];
  uncertain: number;
  ms: number;
}

const CLOSE = {
  ...{ programme: PROGRAMME, period: PERIOD, openedBy: TERMINAL },
  ...{ collectUntil: null, reviewUntil: null, skipReason: null },
};
const SHIFTED_CLOCK = new URL('./shiftedClock.js', import.meta.url).href;
const PATIENCE_MS = 240_000;
const CLI = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const WORKER = fileURLToPath(new URL('../../worker/main.js', import.meta.url));

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Tries again for a while: services are away in some rounds. */
async function eventually<T>(work: () => Promise<T>, deadline: number): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(250);
    }
  }
}

/** Workers that are started again when they end, as whatever runs them would. */
class Workers {
  private readonly running: ChildProcess[] = [];
  private over = false;
  first: ChildProcess | undefined;
  script = WORKER;

  constructor(private readonly env: Record<string, string>) {}

  async start(extra: Record<string, string> = {}): Promise<ChildProcess> {
    const child = fork(this.script, [], {
      env: { ...process.env, ...this.env, ...extra },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.first ??= child;
    this.running.push(child);
    child.once('exit', () => {
      if (!this.over) setTimeout(() => (this.over ? undefined : void this.start()), 300);
    });
    await Promise.race([once(child, 'message'), once(child, 'exit')]);
    return child;
  }

  async goOn(): Promise<void> {
    this.over = false;
    await this.start();
  }

  /** Without a goodbye; none is started again. */
  async end(): Promise<void> {
    this.over = true;
    await Promise.all(
      this.running.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }),
    );
  }
}

const STATEMENTS = `select s.number || ' ' || m.name || ' ' || s.currency || ' ' || s.total_minor || ' ' || s.line_count || ' '
    || encode(s.content_hash, 'hex') as line
  from statement s join msp m on m.id = s.msp_id order by 1`;
const PACKS = `select d.code || ' ' || b.supplement || ': ' || string_agg(s.number, ', ' order by s.number) as line
  from billing_pack b join distributor d on d.id = b.distributor_id
    join billing_pack_statement ps on ps.billing_pack_id = b.id join statement s on s.id = ps.statement_id
  group by b.id, d.code, b.supplement order by 1`;

interface Mail {
  messageId: string;
  /** Else it was made by what a fault does beside the month. */
  ofRun: boolean;
  state: string;
}

async function outcomeOf(database: RoundDatabase, mails: readonly Mail[]): Promise<Outcome> {
  const lines = async (sql: string) => (await database.ask<{ line: string }>(sql)).map(({ line }) => line);
  return {
    statements: await lines(STATEMENTS),
    packs: await lines(PACKS),
    messageIds: mails.flatMap(({ messageId, ofRun }) => (ofRun && !messageId.includes('.copy-') ? [messageId] : [])),
  };
}

function mailsWrong(mails: readonly Mail[], accepted: readonly string[], fault: Fault): string[] {
  const counts = new Map<string, number>();
  for (const id of accepted) counts.set(id, (counts.get(id) ?? 0) + 1);
  const wrong = [...counts].flatMap(([id, count]) => (count > 1 ? [`${id} was accepted ${count} times`] : []));
  for (const { messageId, state } of mails) {
    const count = counts.get(messageId) ?? 0;
    if (state === 'sent' && count === 0) wrong.push(`${messageId} is called sent and was not accepted`);
    if (state === 'bounced' && count > 0) wrong.push(`${messageId} is called bounced and was accepted`);
    if (!['sent', 'bounced', 'uncertain'].includes(state)) wrong.push(`${messageId} is ${state}`);
  }
  const uncertain = mails.filter(({ state }) => state === 'uncertain').length;
  if (uncertain > fault.uncertain) wrong.push(`${uncertain} mails are uncertain, ${fault.uncertain} may be`);
  const bounced = mails.filter(({ state }) => state === 'bounced').length;
  if (bounced > (fault.bounced ?? 0)) wrong.push(`${bounced} mails have bounced`);
  return wrong;
}

function differences(name: string, here: readonly string[], there: readonly string[]): string[] {
  const missing = there.filter((line) => !here.includes(line)).map((line) => `${name}: missing ${line}`);
  return [...missing, ...here.filter((line) => !there.includes(line)).map((line) => `${name}: one more ${line}`)];
}

/** Plays the world's month with that fault; without `undisturbed` it is what others are compared with. */
export async function playRound(world: World, fault: Fault, undisturbed?: Outcome): Promise<Played> {
  const began = Date.now();
  const deadline = began + PATIENCE_MS;
  const database = await world.copy({ onTime: fault.onTime ?? false });
  const relay = await scriptedRelay(fault.relay ?? (() => ({})));
  const proxy = await databaseProxy(database.appUrl, fault.cut);
  const { address } = testTemporal();
  const namespace = await createTestNamespace();
  const dataDir = await mkdtemp(join(tmpdir(), 'kontor-faults-'));
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const starter = { temporal: client, taskQueue: 'kontor' };
  const env = {
    ...{ DATABASE_URL: proxy.url, DATABASE_POOL: '6', SMTP_URL: relay.url, RENDER_THREADS: '1', LOG_LEVEL: 'error' },
    ...{ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_TASK_QUEUE: starter.taskQueue },
    SECRET_KEYS: `test=${randomBytes(32).toString('base64')}`,
  };
  const workers = new Workers(env);
  let next: NextBuild | undefined;
  const start = async () => {
    await startClose(starter, CLOSE, { unsealed: !(await sealed()) });
  };
  const sealed = async () => (await database.ask(`select 1 from billing_run where state = 'sealed'`)).length > 0;
  const atRest = async () => {
    if (!(await sealed())) return false;
    const open = await database.ask(
      // What waits for an address that nobody has confirmed is not on its way.
      `select 1 from outbox where state = 'sending' or state = 'pending' and (period is not null or to_company is null) union all
       select 1 where not exists (select from outbox where kind = 'runSummary')`,
    );
    return open.length === 0;
  };
  const untilAtRest = async () => {
    while (!(await eventually(atRest, deadline))) {
      if (Date.now() > deadline) throw new Error(await standsAt(database, client));
      await pause(150);
    }
  };
  const hands: RoundHands = {
    wait: pause,
    signal: (signal) => workers.first?.kill(signal),
    goOn: () => workers.first?.kill('SIGCONT'),
    anotherWorker: async () => {
      await workers.start();
    },
    resendUncertain: async () => {
      const db = connect(database.appUrl, 1);
      try {
        const mails = await database.ask<{ id: string }>(`select id from outbox where state = 'uncertain'`);
        for (const { id } of mails) {
          const resend = { id, reason: 'not there', actor: TERMINAL, at: new Date(), requestId: `r${id}` };
          await db.transaction(ALL, (trx) => resendMail(trx, resend));
        }
      } finally {
        await db.close();
      }
    },
    start: () => eventually(start, deadline),
    startUntilItGoesOn: async () => {
      while (Date.now() < deadline && !(await sealed())) {
        await start();
        await pause(1_000);
      }
    },
    interrupt: async (which, how) => {
      const workflowId = which === 'close' ? closePeriodId(PROGRAMME, PERIOD) : closeShardId(PROGRAMME, PERIOD, 1);
      const handle = client.workflow.getHandle(workflowId);
      try {
        if (how === 'terminate') await handle.terminate('a fault');
        else if (how === 'cancel') await handle.cancel();
        else {
          const { runId } = await handle.describe();
          const { events } = await handle.fetchHistory();
          const done = (events ?? []).filter(({ workflowTaskCompletedEventAttributes: task }) => task != null);
          await client.workflowService.resetWorkflowExecution({
            namespace,
            workflowExecution: { workflowId, runId },
            workflowTaskFinishEventId: done.at(-1)?.eventId ?? null,
            reason: 'a fault',
            requestId: `${began}`,
          });
        }
      } catch {
        // Not there yet, or over: nothing to interrupt.
      }
    },
    restoreBackup: async ({ said }) => {
      await workers.end();
      await eventually(() => database.backUp(), deadline);
      await workers.goOn();
      await untilAtRest();
      await workers.end();
      await eventually(() => database.restore(), deadline);
      if (said) {
        const [ended] = (await once(
          fork(CLI, ['restored', '--reason', 'a fault'], {
            env: { ...process.env, ...env, DATABASE_URL: database.appUrl },
            stdio: 'ignore',
          }),
          'exit',
        )) as [number | null];
        if (ended !== 0) throw new Error(`kontor restored ended with ${ended}`);
      }
      await workers.goOn();
      // Of a run that the backup does not know, nothing is told: it is closed anew by hand.
      await hands.startUntilItGoesOn();
    },
    restart: restartService,
    deploy: async (besideMs) => {
      next = await makeNextBuild();
      workers.script = next.worker;
      await workers.start();
      await pause(besideMs);
      workers.first?.kill('SIGTERM');
    },
    refuseWrites: (table, what, forMs) => refuseWrites(database, table, what, forMs),
    killApiWhileDeciding: (afterMs) => killApiWhileDeciding(database, env, afterMs),
  };
  const wrong: string[] = [];
  try {
    await setUpTemporal(starter, []);
    const clock = { NODE_OPTIONS: `--import ${SHIFTED_CLOCK}`, KONTOR_TEST_CLOCK_MS: String(fault.clockOffMs) };
    await workers.start({
      ...(fault.failpoint === undefined ? {} : { KONTOR_FAILPOINT: fault.failpoint }),
      ...(fault.clockOffMs === undefined ? {} : clock),
    });
    await start();
    const disturbing = fault.during?.(hands);
    // Awaited below: meanwhile it may fail.
    disturbing?.catch(() => undefined);
    await untilAtRest();
    await disturbing;
    // What a fault did late may have made something due again.
    await untilAtRest();
    const mails = await database.ask<Mail>(
      // What waits for an address that nobody has confirmed is not on its way.
      `select message_id as "messageId", state, period is not null as "ofRun" from outbox
       where period is not null or state <> 'pending' order by message_id`,
    );
    const outcome = await outcomeOf(database, mails);
    wrong.push(...mailsWrong(mails, relay.accepted, fault));
    if (undisturbed !== undefined) {
      wrong.push(...differences('statements', outcome.statements, undisturbed.statements));
      wrong.push(...differences('packs', outcome.packs, undisturbed.packs));
      const mayBe = (id: string) => fault.mayFail === true && id.startsWith('run-failed.');
      const sent = outcome.messageIds.filter((id) => !mayBe(id));
      wrong.push(...differences('mails', sent, undisturbed.messageIds));
    }
    const db = connect(database.appUrl, 4);
    const verdicts = await verifyAll(db)
      .then(overallVerdicts)
      .finally(() => db.close());
    for (const [invariant, verdict] of Object.entries(verdicts)) {
      if (Array.isArray(verdict)) wrong.push(...verdict.map((problem) => `${invariant}: ${problem}`));
    }
    const uncertain = mails.filter(({ state }) => state === 'uncertain').length;
    return { outcome, wrong, uncertain, ms: Date.now() - began };
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error));
    return { outcome: { statements: [], packs: [], messageIds: [] }, wrong, uncertain: 0, ms: Date.now() - began };
  } finally {
    await workers.end();
    await next?.remove();
    await connection.close();
    await proxy.close();
    await relay.close();
    await eventually(() => database.drop(), Date.now() + 10_000).catch(() => undefined);
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** For whoever reads that a round did not end. */
async function standsAt(database: RoundDatabase, client: Client): Promise<string> {
  const said = [`it did not end within ${PATIENCE_MS / 1000} s`];
  try {
    const mails = await database.ask<{ state: string; count: string }>('select state, count(*) from outbox group by 1');
    said.push(mails.map(({ state, count }) => `${count} mails ${state}`).join(', '));
    for await (const { workflowId } of client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      const pending = (raw.pendingActivities ?? []).map(
        ({ activityType, attempt, lastFailure }) =>
          `${activityType?.name} attempt ${attempt} ${lastFailure?.message ?? ''}`,
      );
      said.push(`${workflowId} waits for ${pending.join(', ')}`);
    }
  } catch (error) {
    said.push(String(error));
  }
  return said.join('; ');
}

import { Worker } from 'node:worker_threads';
import { KontorError } from '../domain/errors.js';
import type { Credit } from '../domain/credit.js';
import type { Statement } from '../domain/statement.js';
import type { QuotePaper } from '../domain/quote.js';
import type { TenantDocument } from '../domain/tenantDocument.js';
import type { BillingSummary } from './billingSummary.js';
import { subjectsOf, type RenderJob, type RenderOutcome } from './renderJob.js';
import type { RenderedDocument } from './sheet.js';
import { usageReportLines, type UsageReport } from './usageReport.js';

/** Statements per message to a thread: few enough to spread evenly, many enough that messages cost nothing. */
const STATEMENTS_PER_JOB = 4;
/**
 * A further thread loads the fonts and compiles everything anew, as long as it takes to render that many lines: less
 * waiting than that is done sooner without it. A document costs as much as some lines, whatever it holds.
 */
const LINES_WORTH_A_THREAD = 3_000;
const LINES_OF_A_DOCUMENT = 10;
/** Lines per message: documents of thousands of lines travel alone. */
const LINES_PER_JOB = 1_000;

/** A document is many small objects that die with it: with room for one, collecting them costs a tenth less time. */
const YOUNG_GENERATION_MB = 32;
/** A document of 5,000 lines needs some 150 MB; beyond this the thread ends and the document fails alone. */
const OLD_GENERATION_MB = 384;

const RENDER_THREAD = new URL('./renderThread.js', import.meta.url);

/**
 * Renders in worker threads, so that the thread that asks stays free for its own work. A document that cannot be
 * rendered fails alone, with RENDER_FAILED and its number; a thread that dies is replaced when there is work for it.
 */
export interface RenderPool {
  /** Rejects with RENDER_FAILED. */
  renderStatement(statement: Statement): Promise<RenderedDocument>;
  /** One per statement, in the same order: the document, or the error of that statement alone. */
  renderStatements(statements: readonly Statement[]): Promise<(RenderedDocument | KontorError)[]>;
  /** Rejects with RENDER_FAILED. */
  renderCredit(credit: Credit): Promise<RenderedDocument>;
  /** The summary of a billing pack, with the lines of `statements` and `credits` attached. Rejects with RENDER_FAILED. */
  renderBillingSummary(
    summary: BillingSummary,
    statements: readonly Statement[],
    credits?: readonly Credit[],
  ): Promise<RenderedDocument>;
  /** Rejects with RENDER_FAILED. */
  renderUsageReport(report: UsageReport): Promise<RenderedDocument>;
  /** Rejects with RENDER_FAILED. */
  renderTenantDocument(document: TenantDocument): Promise<RenderedDocument>;
  /** Rejects with RENDER_FAILED. */
  renderQuote(paper: QuotePaper): Promise<RenderedDocument>;
  /** Stops the threads. What is still waiting fails. */
  close(): Promise<void>;
}

type Result = RenderedDocument | KontorError;

interface PendingJob {
  job: RenderJob;
  resolve: (results: Result[]) => void;
}

function failed(subject: string, reason: string): KontorError {
  return new KontorError('RENDER_FAILED', `Could not render ${subject}: ${reason}`);
}

function inJobs(statements: readonly Statement[]): Statement[][] {
  const jobs: Statement[][] = [];
  let lines = 0;
  for (const statement of statements) {
    const job = jobs.at(-1);
    lines += statement.lines.length;
    if (job !== undefined && job.length < STATEMENTS_PER_JOB && lines <= LINES_PER_JOB) {
      job.push(statement);
    } else {
      jobs.push([statement]);
      lines = statement.lines.length;
    }
  }
  return jobs;
}

function linesOf(job: RenderJob): number {
  if (job.kind === 'usageReport') return LINES_OF_A_DOCUMENT + usageReportLines(job.report);
  if (job.kind === 'quote') return LINES_OF_A_DOCUMENT + job.paper.lines.length;
  if (job.kind === 'tenantDocument') return LINES_OF_A_DOCUMENT + job.document.rows.length;
  const documents: readonly Pick<Statement, 'lines'>[] =
    job.kind === 'credit' ? [job.credit] : [...job.statements, ...(job.kind === 'summary' ? job.credits : [])];
  return documents.reduce((sum, { lines }) => sum + LINES_OF_A_DOCUMENT + lines.length, 0);
}

class ThreadPool {
  private readonly queue: PendingJob[] = [];
  private readonly idle: Worker[] = [];
  private readonly busy = new Map<Worker, PendingJob>();
  private isClosed = false;

  constructor(
    private readonly threads: number,
    private readonly script: URL,
  ) {}

  run(job: RenderJob): Promise<Result[]> {
    return new Promise((resolve) => {
      this.queue.push({ job, resolve });
      this.next();
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.next();
    await Promise.all([...this.idle, ...this.busy.keys()].map((worker) => worker.terminate()));
  }

  private next(): void {
    if (this.isClosed) {
      for (const pending of this.queue.splice(0)) this.fail(pending, 'the pool is closed');
      return;
    }
    while (this.queue.length > 0) {
      const worker = this.idle.pop() ?? this.start();
      if (worker === undefined) return;
      const pending = this.queue.shift();
      if (pending === undefined) return;
      try {
        worker.postMessage(pending.job);
        this.busy.set(worker, pending);
      } catch (error) {
        this.idle.push(worker);
        this.fail(pending, error instanceof Error ? error.message : String(error));
      }
    }
  }

  private start(): Worker | undefined {
    if (this.busy.size >= this.threads) return undefined;
    const waiting = this.queue.reduce((sum, { job }) => sum + linesOf(job), 0);
    if (this.busy.size > 0 && waiting < LINES_WORTH_A_THREAD) return undefined;
    const worker = new Worker(this.script, {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB, maxOldGenerationSizeMb: OLD_GENERATION_MB },
    });
    let reason = 'its thread ended';
    worker.on('message', (outcomes: RenderOutcome[]) => {
      const pending = this.busy.get(worker);
      this.busy.delete(worker);
      this.idle.push(worker);
      if (pending !== undefined) this.settle(pending, outcomes);
      this.next();
    });
    worker.on('error', (error: Error) => {
      reason = error.message;
    });
    worker.on('exit', () => {
      const pending = this.busy.get(worker);
      this.busy.delete(worker);
      if (this.idle.includes(worker)) this.idle.splice(this.idle.indexOf(worker), 1);
      if (pending !== undefined) this.afterCrash(pending, reason);
      this.next();
    });
    return worker;
  }

  private settle({ job, resolve }: PendingJob, outcomes: RenderOutcome[]): void {
    const subjects = subjectsOf(job);
    resolve(
      subjects.map((subject, i) => {
        const outcome = outcomes[i] ?? { failure: 'the thread returned nothing' };
        return 'document' in outcome ? outcome.document : failed(subject, outcome.failure);
      }),
    );
  }

  private fail({ job, resolve }: PendingJob, reason: string): void {
    resolve(subjectsOf(job).map((subject) => failed(subject, reason)));
  }

  /** One statement killed the thread: each of the job is tried alone, so that only that one fails. */
  private afterCrash(pending: PendingJob, reason: string): void {
    const { job, resolve } = pending;
    if (job.kind !== 'statements' || job.statements.length === 1 || this.isClosed) {
      this.fail(pending, reason);
      return;
    }
    const alone = job.statements.map((statement) => this.run({ kind: 'statements', statements: [statement] }));
    void Promise.all(alone).then((results) => {
      resolve(results.flat());
    });
  }
}

interface RenderPoolOptions {
  /** At most as many as there are cores. */
  threads: number;
  /** What a thread runs; tests pass one that dies. */
  script?: URL;
}

/** A pool of worker threads, started as work arrives. Each parses the fonts once. */
export function createRenderPool({ threads, script = RENDER_THREAD }: RenderPoolOptions): RenderPool {
  const pool = new ThreadPool(threads, script);
  const one = async (job: RenderJob): Promise<RenderedDocument> => {
    const [result] = await pool.run(job);
    if (result === undefined) throw failed(subjectsOf(job).join(), 'the thread returned nothing');
    if (result instanceof KontorError) throw result;
    return result;
  };
  return {
    renderStatement: (statement) => one({ kind: 'statements', statements: [statement] }),
    renderStatements: async (statements) => {
      const jobs = inJobs(statements).map((job) => pool.run({ kind: 'statements', statements: job }));
      return (await Promise.all(jobs)).flat();
    },
    renderCredit: (credit) => one({ kind: 'credit', credit }),
    renderBillingSummary: (summary, statements, credits = []) => one({ kind: 'summary', summary, statements, credits }),
    renderUsageReport: (report) => one({ kind: 'usageReport', report }),
    renderTenantDocument: (document) => one({ kind: 'tenantDocument', document }),
    renderQuote: (paper) => one({ kind: 'quote', paper }),
    close: () => pool.close(),
  };
}

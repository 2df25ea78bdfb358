import { CancelledFailure, Context } from '@temporalio/activity';
import { failpoint } from '../domain/failpoint.js';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';

/** A third of what the policies allow between two: a worker that died is noticed soon, one that is busy is left alone. */
const BEAT_MS = 3_000;

const latest = new WeakMap<Context, unknown>();

/** Where an earlier attempt of this activity has come to; undefined: this is the first, or it said nothing. */
export function earlierProgress(): unknown {
  const context = Context.current();
  return latest.get(context) ?? (context.info.heartbeatDetails as unknown);
}

/** Says where this activity has come to, for the attempt after this one. Throws once it is cancelled: a good place to stop. */
export function beat(progress?: unknown): void {
  const context = Context.current();
  if (progress !== undefined) latest.set(context, progress);
  failpoint('heartbeat.before');
  context.heartbeat(earlierProgress());
  failpoint('heartbeat.after');
  if (context.cancellationSignal.aborted) throw new CancelledFailure('The activity was cancelled.');
}

/** Every activity that may take longer beats while it runs, whatever it waits for, with the progress it last told. */
export class BeatingInterceptor implements ActivityInboundCallsInterceptor {
  constructor(private readonly context: Context) {}

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const { context } = this;
    if (context.info.heartbeatTimeoutMs === undefined) return next(input);
    const beats = setInterval(() => {
      context.heartbeat(latest.get(context) ?? (context.info.heartbeatDetails as unknown));
    }, BEAT_MS);
    try {
      return await next(input);
    } finally {
      clearInterval(beats);
    }
  }
}

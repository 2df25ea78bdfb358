import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { ActivityDeps } from './deps.js';
import { drain, type DrainOutboxInput, type DrainOutboxResult, type MailCounts } from './mailing/drain.js';

export type { DrainOutboxInput, DrainOutboxResult } from './mailing/drain.js';

const NOTHING: MailCounts = { sent: 0, deferred: 0, bounced: 0, uncertain: 0, parked: 0 };
const number = z.int();
const countsSchema = z.object({ sent: number, deferred: number, bounced: number, uncertain: number, parked: number });

/**
 * Sends what the outbox holds. Doing it twice is safe because a mail is claimed by one at a time, and one that its
 * claimer had begun to hand over as it went away becomes `uncertain` instead of being sent again.
 */
export const drainOutbox =
  (deps: Pick<ActivityDeps, 'db' | 'mailer' | 'publicUrl' | 'restores' | 'stopping'>) =>
  (input: DrainOutboxInput): Promise<DrainOutboxResult> => {
    const context = Context.current();
    const { workflowExecution, activityId } = context.info;
    return drain(deps, input, {
      claimant: `${workflowExecution?.workflowId ?? ''}/${workflowExecution?.runId ?? ''}/${activityId}`,
      before: countsSchema.catch(NOTHING).parse(context.info.heartbeatDetails),
      signal: AbortSignal.any([context.cancellationSignal, deps.stopping]),
      heartbeat: (counts) => {
        context.heartbeat(counts);
      },
    });
  };

import { allHandlersFinished, CancellationScope, condition } from '@temporalio/workflow';

/** Runs a workflow's `work`; however it ends, what people asked meanwhile is answered first. */
export async function finishingHandlers<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  }
}

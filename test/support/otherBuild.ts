/** A close as another build might have it: it asks the server for something else. */
import { sleep } from '@temporalio/workflow';

export async function closePeriod(): Promise<void> {
  await sleep('1 hour');
}

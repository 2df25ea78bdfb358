/** A dry run of a month: what the close would come to if it ran now. Nothing is written and nobody gets mail. */
import { setCurrentDetails } from '@temporalio/workflow';
import type { Preview } from '../activities/previewPeriod.js';
import { batch } from './policies.js';

export function previewPeriodId(period: string): string {
  return `billing-preview:${period}`;
}

export async function previewPeriod({ period }: { period: string }): Promise<Preview> {
  setCurrentDetails(`**Dry run of ${period}**: the close in one transaction that is rolled back.`);
  return batch.previewPeriod.executeWithOptions({ summary: `dry run of ${period}` }, [
    { period, now: new Date().toISOString() },
  ]);
}

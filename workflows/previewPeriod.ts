/** A dry run of a month: what the close would come to if it ran now. Nothing is written and nobody gets mail. */
import { setCurrentDetails } from '@temporalio/workflow';
import type { Preview } from '../activities/previewPeriod.js';
import { batch } from './policies.js';

export interface PreviewPeriodInput {
  programme: string;
  period: string;
}

export function previewPeriodId({ programme, period }: PreviewPeriodInput): string {
  return `billing-preview:${programme}:${period}`;
}

export async function previewPeriod(input: PreviewPeriodInput): Promise<Preview> {
  const name = `${input.programme} ${input.period}`;
  setCurrentDetails(`**Dry run of ${name}**: the close in one transaction that is rolled back.`);
  return batch.previewPeriod.executeWithOptions({ summary: `dry run of ${name}` }, [
    { ...input, now: new Date().toISOString() },
  ]);
}

import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';

const SCHEDULED_AT = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** The instant a schedule meant this workflow to start at, however late it did; its start where no schedule started it. */
export function scheduledAt(): Date {
  const info = workflowInfo();
  return info.typedSearchAttributes.get(SCHEDULED_AT) ?? info.startTime;
}

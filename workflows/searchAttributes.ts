import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';

/** What an operator filters by in the Temporal Web UI. Registered by `kontor migrate`; values are ids and states, never names. */
export const PROGRAMME = defineSearchAttributeKey('Programme', SearchAttributeType.KEYWORD);
export const MSP_ID = defineSearchAttributeKey('MspId', SearchAttributeType.KEYWORD);
export const DISTRIBUTOR_ID = defineSearchAttributeKey('DistributorId', SearchAttributeType.KEYWORD);
export const BILLING_PERIOD = defineSearchAttributeKey('BillingPeriod', SearchAttributeType.KEYWORD);
export const STAGE = defineSearchAttributeKey('Stage', SearchAttributeType.KEYWORD);
export const CASE_STATE = defineSearchAttributeKey('CaseState', SearchAttributeType.KEYWORD);

export const SEARCH_ATTRIBUTES = [PROGRAMME, MSP_ID, DISTRIBUTOR_ID, BILLING_PERIOD, STAGE, CASE_STATE] as const;

export function stage(value: string): SearchAttributePair {
  return { key: STAGE, value };
}

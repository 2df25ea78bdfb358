import type { RunInput } from './run.js';

/** A parked MSP, as far as it decides what helps. */
export interface Parked {
  mspId: string;
  /** What it was parked with: an error code, or the kind of a case. */
  code: string | null;
  openCases: number;
}

/** What a person does about a parked MSP: the step that helps its reason. `baseUrl`: of the API; empty: paths alone. */
export function stepFor({ mspId, code, openCases }: Parked, { programme, period }: RunInput, baseUrl = ''): string {
  const retry = `POST ${baseUrl}/v1/programmes/${programme}/runs/${period}/parked/${mspId}/retry`;
  if (openCases > 0) {
    const cases = openCases === 1 ? 'open case' : `${openCases} open cases`;
    return `decide its ${cases}: GET ${baseUrl}/v1/cases?programme=${programme}&period=${period}&mspId=${mspId}`;
  }
  switch (code) {
    case 'EXCHANGE_RATE_MISSING':
      return `load the rate: POST ${baseUrl}/v1/exchange-rates, or kontor rates load; it goes on by itself`;
    case 'PRICE_MISSING':
    case 'PRICE_PLAN_MISSING':
      return `add the price, from ${period} on, with all others of the plan in force: POST ${baseUrl}/v1/price-plans, then ${retry}`;
    case 'RECONCILE_FAILED':
    case 'ISSUE_FAILED':
      return `mend what its reason names (the worker's log has the rest), then ${retry}`;
    default:
      return `see its reason, then ${retry}`;
  }
}

/** Workflow ids are business identities; here are those that more than one layer builds. */
export function settleStatementId(period: string, mspId: string): string {
  return `msp-statement:${period}:${mspId}`;
}

/**
 * Checked by the compiler, not run: a duration that is none does not compile. Without types/ms.d.ts the SDK's `Duration`
 * is `any`, these lines compile, and each `@ts-expect-error` becomes an error itself.
 */
import type { Duration } from '@temporalio/common';
import { sleep } from '@temporalio/workflow';

export const durations: Duration[] = ['30 seconds', '5m', '1 day', 1500];

// @ts-expect-error -- no unit of time
export const noTime = () => sleep('banana');

// @ts-expect-error -- a number and no unit of time
export const noUnit = () => sleep('3 bananas');

// @ts-expect-error -- a date is not a duration
export const noDuration: Duration = new Date(0);

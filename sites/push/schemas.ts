import { z } from 'zod';
import { canonicalName, nameProblem } from '../../domain/name.js';
import { MAX_QUANTITY } from '../../domain/usage.js';

/** The shapes of the push protocol. Every object is strict: a member nobody agreed on is an error, not a guess. */

export const LARGEST_BATCH = 1_000;
/** Tenants times meters of one installation; what a larger one counts is more than it can have. */
const LARGEST_COUNTS = 2_000;

/** A tenant's reference, in the one form in which the MSP's own are kept, or the two would not meet. */
const reference = z
  .string()
  .max(100)
  .superRefine((value, context) => {
    const problem = nameProblem(value);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  })
  .transform(canonicalName)
  .meta({ type: 'string', maxLength: 100 });
const meter = z.string().max(100);
const instant = z.iso.datetime({ offset: true });
const quantity = z.number().int().min(0).max(MAX_QUANTITY);
const period = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/);
const publicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const count = z.strictObject({ tenant: reference.nullable(), meter, count: quantity });
const peak = z.strictObject({ tenant: reference.nullable(), meter, peak: quantity });

export const CHECK_INS = z.strictObject({
  sentAt: instant,
  checkIns: z
    .array(z.strictObject({ observedAt: instant, counts: z.array(count).max(LARGEST_COUNTS) }))
    .min(1)
    .max(LARGEST_BATCH),
});

export const USAGE_REPORT = z.strictObject({
  sentAt: instant,
  period,
  revision: z.number().int().min(1).max(1_000),
  lines: z.array(peak).max(LARGEST_COUNTS),
});

export const ACTIVATION = z.strictObject({
  key: z.string().min(1).max(200),
  installationId: z.uuid(),
  product: z.string().min(1).max(50),
  productVersion: z.string().regex(/^\d{1,6}(\.\d{1,6}){0,3}$/),
  signingKey: z.strictObject({ publicKey }),
  /** The month the installation wants to count for: told in refusals only. */
  period: period.optional(),
});
export type Activation = z.infer<typeof ACTIVATION>;

export const NEW_SIGNING_KEY = z.strictObject({ publicKey });

import { z } from 'zod';
import { LICENCES_SAID, SITE_KINDS } from '../../domain/site.js';
import { canonicalName, nameProblem } from '../../domain/name.js';
import { isSigningKeyPoint } from '../../domain/signingKeyPoint.js';
import { LONGEST_REFERENCE } from '../../domain/site.js';
import { MAX_QUANTITY } from '../../domain/usage.js';

/** The shapes of the push protocol, version 1. Every object is strict; see envelope.ts for newer versions. */

export const LARGEST_BATCH = 1_000;
/** Tenants times meters of one installation; what a larger one counts is more than it can have. */
const LARGEST_COUNTS = 2_000;

/** What the site calls a tenant or unit, a path perhaps; in the one form in which it is assigned, or they would not meet. */
const reference = z
  .string()
  .max(LONGEST_REFERENCE)
  .superRefine((value, context) => {
    const problem = nameProblem(value);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  })
  .transform(canonicalName)
  .meta({ type: 'string', maxLength: LONGEST_REFERENCE });
const meter = z.string().max(100);
const instant = z.iso.datetime({ offset: true });
const quantity = z.number().int().min(0).max(MAX_QUANTITY);
const period = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/);
/** Of the protocol; a message without it is of version 1. Newer ones are read as far as they are known (envelope.ts). */
const version = z.number().int().min(1).max(1_000).optional();
const productVersion = z.string().regex(/^\d{1,6}(\.\d{1,6}){0,3}$/);
const publicKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .refine((text) => {
    const bytes = Buffer.from(text, 'base64url');
    return bytes.toString('base64url') === text && isSigningKeyPoint(bytes);
  }, 'Not an Ed25519 public key: 32 bytes of a point on the curve, none of small order, in base64url.');

const tenant = reference.nullable().meta({
  type: ['string', 'null'],
  maxLength: LONGEST_REFERENCE,
  description: 'What the site calls the tenant or unit; null: used by none of them',
});
const count = z.strictObject({
  tenant,
  meter,
  count: quantity.meta({
    description:
      'At that instant. Of a meter that is a sum: of the day so far; the highest count of a day stands for it, and days are added.',
  }),
});
const jobs = z.number().int().min(0).max(MAX_QUANTITY);
const backups = z.strictObject({ passed: jobs, failed: jobs, unknown: jobs });
const peak = z.strictObject({
  tenant,
  meter,
  peak: quantity.meta({ description: 'Highest count of the period. Of a meter that is a sum: the sum of its days.' }),
});

export const CHECK_INS = z.strictObject({
  version,
  productVersion: productVersion.optional(),
  sentAt: instant,
  checkIns: z
    .array(
      z.strictObject({
        observedAt: instant,
        counts: z.array(count).max(LARGEST_COUNTS),
        /** State of the backups at that instant, in jobs. */
        backups: backups.optional(),
      }),
    )
    .min(1)
    .max(LARGEST_BATCH),
});

/** How often one installation may report one month: a month that changes more often is no summary. */
export const LARGEST_REVISION = 20;

export const USAGE_REPORT = z.strictObject({
  version,
  productVersion: productVersion.optional(),
  sentAt: instant,
  period,
  revision: z.number().int().min(1).max(LARGEST_REVISION, `A month is reported at most ${LARGEST_REVISION} times.`),
  lines: z.array(peak).max(LARGEST_COUNTS),
});

const siteName = z
  .string()
  .min(1)
  .max(120)
  .superRefine((value, context) => {
    const problem = nameProblem(value);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  })
  .overwrite(canonicalName);

export const ACTIVATION = z.strictObject({
  version,
  key: z.string().min(1).max(200),
  // One id, in whatever letters it comes.
  installationId: z.uuid().toLowerCase(),
  product: z.string().min(1).max(50),
  productVersion,
  signingKey: z.strictObject({ publicKey }),
  /** With a tenant's key: the site it is for, which is added where the MSP has none of that name. */
  siteName: siteName.optional(),
  /** With a key that was typed in by hand: `standalone`; a site that is added for it is of that kind, managed if it is left out. */
  siteKind: z.enum(SITE_KINDS).optional(),
  /** The installation whose hardware this one takes over (rule 6). */
  replaces: z.uuid().toLowerCase().optional(),
  /** What the installation runs under now: one that is licensed otherwise is not switched, and is told why. */
  licence: z.strictObject({ kind: z.enum(LICENCES_SAID), key: z.string().min(1).max(200).optional() }).optional(),
  /** The month the installation wants to count for: told in refusals only. */
  period: period.optional(),
});
export type Activation = z.infer<typeof ACTIVATION>;

/** An activation without a key: with the MSP's account and a token that somebody made for it. */
export const ENROLMENT = ACTIVATION.omit({ key: true }).extend({
  /** The id of the MSP. */
  account: z.uuid().toLowerCase(),
  token: z.string().min(1).max(200),
  siteName,
});
export type Enrolment = z.infer<typeof ENROLMENT>;

export const NEW_SIGNING_KEY = z.strictObject({ publicKey });

import type { z } from 'zod';
import type { CheckInMessage, Channel, UsageReportMessage } from '../../domain/siteMessage.js';
import {
  ACTIVATION,
  ACTIVATION_REQUEST,
  CHECK_INS,
  ENROLMENT,
  parseCheckIns,
  parseUsageReport,
  setAside,
  USAGE_REPORT,
  withUsageCodes,
  type Activation,
  type ActivationRequest,
  type Enrolment,
  type Reading,
} from '../../sites/index.js';
import { validate } from '../http/validation.js';
import type { VerifiedSender } from './verifySender.js';

/** How and when a message came, and from whom. */
export interface Arrival {
  sender: VerifiedSender;
  channel: Channel;
  receivedAt: Date;
}

/** The body as its schema gives it, refused by the codes of the protocol; what a newer version added is kept aside. */
function readBody<S extends z.ZodType>(raw: unknown, schema: S): { body: z.output<S>; extra: Reading['extra'] } {
  const { known, extra } = setAside(raw, schema);
  try {
    return { body: validate(schema, known, 'body'), extra };
  } catch (error) {
    throw withUsageCodes(error);
  }
}

function readingOf({ sender: { key, product }, channel, receivedAt }: Arrival, extra: Reading['extra']): Reading {
  const { mspId, siteId, installationId, zone, fromPeriod } = key;
  return { from: { mspId, siteId, installationId }, channel, product, zone, fromPeriod, receivedAt, extra };
}

/** Throws what parseCheckIns throws, VALIDATION_FAILED, QUANTITY_INVALID and BATCH_TOO_LARGE. */
export function readCheckIns(raw: unknown, arrival: Arrival): CheckInMessage {
  const { body, extra } = readBody(raw, CHECK_INS);
  return parseCheckIns(body, readingOf(arrival, extra));
}

/** Throws what parseUsageReport throws, VALIDATION_FAILED, QUANTITY_INVALID and TOO_MANY_REVISIONS. */
export function readUsageReport(raw: unknown, arrival: Arrival): UsageReportMessage {
  const { body, extra } = readBody(raw, USAGE_REPORT);
  return parseUsageReport(body, readingOf(arrival, extra));
}

/** Members that a newer version added to an activation are left out. Throws VALIDATION_FAILED. */
export function readActivation(raw: unknown): Activation {
  return validate(ACTIVATION, setAside(raw, ACTIVATION).known, 'body');
}

/** The same of an enrolment. */
export function readEnrolment(raw: unknown): Enrolment {
  return validate(ENROLMENT, setAside(raw, ENROLMENT).known, 'body');
}

/** The same of the request file of a machine without a network. */
export function readActivationRequest(raw: unknown): ActivationRequest {
  return validate(ACTIVATION_REQUEST, setAside(raw, ACTIVATION_REQUEST).known, 'body');
}

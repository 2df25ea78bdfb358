import type { Request } from 'express';
import { KontorError } from '../../domain/errors.js';
import type { KeyState } from '../../domain/key.js';
import { periodOf } from '../../domain/period.js';
import {
  CHECK_IN_SECONDS,
  jitterSeconds,
  parseCheckIns,
  parseUsageReport,
  SIGNATURE_HEADER,
  withUsageCodes,
  type Reading,
} from '../../sites/index.js';
import { CHECK_IN_BODY_BYTES } from '../http/limits.js';
import { reply, route } from '../route.js';
import {
  activated,
  activation,
  checkIns,
  checkInsStored,
  newSigningKey,
  signingKeyRegistered,
  time,
  usageReport,
  usageReportStored,
} from '../schemas/site.js';
import { activateSite } from '../ingest/activateSite.js';
import type { Claims } from '../ingest/refusals.js';
import { siteChanged } from '../siteChanged.js';
import { siteDoorOf, type SiteDoor } from '../ingest/receiveMessages.js';
import type { VerifiedSender } from '../ingest/verifySender.js';

const tags = ['Site'] as const;
const SIGNED = `Signed: a detached JWS (RFC 7797, EdDSA) over the body's bytes in the header ${SIGNATURE_HEADER}.`;

interface Signed {
  req: Request;
  rawBody: Buffer;
  receivedAt: Date;
}

function verify(door: SiteDoor, { req, rawBody, receivedAt }: Signed, claims: Claims): Promise<VerifiedSender> {
  return door.verify({ path: req.path, signature: req.get(SIGNATURE_HEADER), body: rawBody, receivedAt }, claims);
}

function readingOf({ key, product }: VerifiedSender, receivedAt: Date): Reading {
  const { mspId, siteId, installationId, zone } = key;
  return { from: { mspId, siteId, installationId }, product, zone, receivedAt };
}

function requirePeriod(claimed: string, periods: readonly string[]): void {
  if (periods.includes(claimed)) return;
  throw new KontorError('SIGNATURE_INVALID', `The message was signed for ${claimed}, not for ${periods.join(' or ')}.`);
}

function keyStateOf(state: KeyState): 'active' | 'disabled' | 'revoked' {
  if (state === 'disabled') return 'disabled';
  return state === 'revoked' || state === 'destroyed' ? 'revoked' : 'active';
}

/** The body as its schema gives it, refused by the codes of the protocol. */
function bodyOf<B>(context: { readonly body: B }): B {
  try {
    return context.body;
  } catch (error) {
    throw withUsageCodes(error);
  }
}

export const siteRoutes = [
  route({
    method: 'get',
    path: '/v1/site/time',
    summary: 'Our clock, by which messages are signed',
    tags,
    roles: 'public',
    responses: { 200: { description: 'Now', schema: time } },
    handler: ({ receivedAt }) => Promise.resolve(reply(200, { now: receivedAt })),
  }),
  route({
    method: 'post',
    path: '/v1/site/activations',
    summary: 'Activate an installation with its metered key',
    description:
      'Registers the Ed25519 public key by which the installation signs from now on. The same activation again gives ' +
      'the same answer. A second installation on the same key is let in, and found by reconciliation (rule 3).',
    tags,
    roles: 'public',
    body: activation,
    lazyBody: true,
    responses: { 201: { description: 'Activated', schema: activated } },
    handler: async (context) => {
      const { deps, receivedAt } = context;
      const { siteId, mspId, signingKeyId, first } = await siteDoorOf(deps).refusals.recording(receivedAt, (claims) =>
        activateSite(deps, context.body, receivedAt, claims),
      );
      if (first) siteChanged(deps, mspId, siteId);
      return reply(201, {
        siteId,
        mspId,
        signingKeyId,
        checkInSeconds: CHECK_IN_SECONDS,
        jitterSeconds: jitterSeconds(siteId),
      });
    },
  }),
  route({
    method: 'post',
    path: '/v1/site/check-ins',
    summary: 'Hand over check-ins, up to 1,000 at once',
    description:
      `${SIGNED} All or nothing. Known check-ins are counted as repeated; one with other content refuses the batch ` +
      '(409 ID_REUSED_WITH_OTHER_CONTENT) and is named. `period` of the signature is the UTC month of signing.',
    tags,
    roles: 'signature',
    body: checkIns,
    bodyLimit: CHECK_IN_BODY_BYTES,
    lazyBody: true,
    responses: { 200: { description: 'Stored', schema: checkInsStored } },
    handler: async (context) => {
      const { deps, receivedAt } = context;
      const door = siteDoorOf(deps);
      return door.refusals.recording(receivedAt, async (claims) => {
        const sender = await verify(door, context, claims);
        requirePeriod(sender.claims.period, [periodOf(new Date(sender.claims.iat * 1000), 'UTC')]);
        const message = parseCheckIns(bodyOf(context), readingOf(sender, receivedAt));
        const { accepted, repeated } = await door.storeCheckIns(sender, message);
        return reply(200, {
          accepted,
          repeated,
          nextCheckInSeconds: CHECK_IN_SECONDS + jitterSeconds(sender.key.siteId),
          keyState: keyStateOf(sender.key.keyState),
        });
      });
    },
  }),
  route({
    method: 'post',
    path: '/v1/site/usage-reports',
    summary: "Report a period's peaks",
    description:
      `${SIGNED} \`period\` of the signature is the period reported. Accepted from the period's last day on, in the ` +
      "MSP's zone. Site, installation, period and revision are the identity of a report.",
    tags,
    roles: 'signature',
    body: usageReport,
    lazyBody: true,
    responses: {
      200: { description: 'Known already, with the same content', schema: usageReportStored },
      201: { description: 'Stored', schema: usageReportStored },
    },
    handler: async (context) => {
      const { deps, receivedAt } = context;
      const door = siteDoorOf(deps);
      return door.refusals.recording(receivedAt, async (claims) => {
        const sender = await verify(door, context, claims);
        const message = parseUsageReport(bodyOf(context), readingOf(sender, receivedAt));
        requirePeriod(sender.claims.period, [message.period]);
        const { repeated, late } = await door.storeReport(sender, message);
        const { period, revision } = message;
        return reply(repeated ? 200 : 201, {
          period,
          revision,
          repeated,
          late,
          keyState: keyStateOf(sender.key.keyState),
        });
      });
    },
  }),
  route({
    method: 'post',
    path: '/v1/site/signing-keys',
    summary: 'Register the next signing key',
    description: `${SIGNED} Two keys of an installation are live at once; a third retires the oldest.`,
    tags,
    roles: 'signature',
    body: newSigningKey,
    lazyBody: true,
    responses: { 201: { description: 'Registered', schema: signingKeyRegistered } },
    handler: async (context) => {
      const { deps, receivedAt } = context;
      const door = siteDoorOf(deps);
      return door.refusals.recording(receivedAt, async (claims) => {
        const sender = await verify(door, context, claims);
        const publicKey = Buffer.from(context.body.publicKey, 'base64url');
        return reply(201, { signingKeyId: await door.rotate(sender, publicKey, receivedAt) });
      });
    },
  }),
];

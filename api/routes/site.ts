import { PROTOCOL_VERSION, CHECK_IN_SECONDS, jitterSeconds, SIGNATURE_HEADER } from '../../sites/index.js';
import { CHECK_IN_BODY_BYTES } from '../http/limits.js';
import { versionAdvice } from '../ingest/minimumVersion.js';
import type { Activated } from '../ingest/install.js';
import { readActivation, readCheckIns, readEnrolment, readUsageReport } from '../ingest/readMessage.js';
import type { SignedRequest, VerifiedSender } from '../ingest/verifySender.js';
import type { RouteDeps } from '../deps.js';
import { reply, route, type RawContext } from '../route.js';
import {
  activated,
  activation,
  checkIns,
  checkInsStored,
  enrolment,
  newSigningKey,
  signingKeyRegistered,
  time,
  usageReport,
  usageReportStored,
} from '../schemas/site.js';

const tags = ['Site'] as const;
const SIGNED = `Signed: a detached JWS (RFC 7797, EdDSA) over the body's bytes in the header ${SIGNATURE_HEADER}.`;

function signedRequest({ req, rawBody, receivedAt }: RawContext): SignedRequest {
  return { path: req.path, signature: req.get(SIGNATURE_HEADER), body: rawBody, receivedAt, carried: false };
}

/** What every answer to a message tells a site's administrator: a revoked key may still speak, and is told so. */
function adviceFor({ key, product }: VerifiedSender, named: string | null) {
  const revoked = key.keyState === 'revoked' || key.keyState === 'destroyed';
  const keyState = key.keyState === 'disabled' ? 'disabled' : revoked ? 'revoked' : 'active';
  return {
    keyState,
    protocolVersion: PROTOCOL_VERSION,
    ...versionAdvice(product, key.minimumVersion, named ?? key.productVersion),
  } as const;
}

/** What an installation that was let in is told; its tenants wait for it no longer. */
function answerTo({ onboarding }: RouteDeps, { siteId, mspId, signingKeyId, minimumVersion, first }: Activated) {
  if (first) onboarding.changed(mspId);
  return {
    siteId,
    mspId,
    signingKeyId,
    checkInSeconds: CHECK_IN_SECONDS,
    jitterSeconds: jitterSeconds(siteId),
    protocolVersion: PROTOCOL_VERSION,
    minimumVersion,
  };
}

export const siteRoutes = [
  route({
    method: 'get',
    path: '/v1/site/time',
    summary: 'Our clock, by which messages are signed',
    tags,
    action: 'public',
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
    action: 'public',
    body: activation,
    lazyBody: true,
    responses: { 201: { description: 'Activated', schema: activated } },
    handler: async (context) => {
      const { deps, receivedAt } = context;
      const read = () => readActivation(context.readJson());
      return reply(201, answerTo(deps, await deps.ingest.activate(receivedAt, read)));
    },
  }),
  route({
    method: 'post',
    path: '/v1/site/enrolments',
    summary: "Activate an installation without a key: with the MSP's account and a token made for it",
    description:
      'As an activation, of the site that it names. The same enrolment again gives the same answer and uses the token once. ' +
      'ENROLMENT_REFUSED where account and token do not belong together; ENROLMENT_ENDED where the token was used, has expired ' +
      'or was revoked; STATE_CONFLICT where the MSP is suspended or may not use the product.',
    tags,
    action: 'public',
    guessable: true,
    body: enrolment,
    lazyBody: true,
    responses: { 201: { description: 'Activated', schema: activated } },
    handler: async (context) => {
      const { deps, receivedAt } = context;
      const read = () => readEnrolment(context.readJson());
      return reply(201, answerTo(deps, await deps.ingest.enrol(receivedAt, read)));
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
    action: 'signature',
    body: checkIns,
    bodyLimit: CHECK_IN_BODY_BYTES,
    lazyBody: true,
    responses: { 200: { description: 'Stored', schema: checkInsStored } },
    handler: async (context) => {
      const { deps, receivedAt } = context;
      const { sender, message, stored } = await deps.ingest.push(signedRequest(context), (from) =>
        readCheckIns(context.readJson(), { sender: from, channel: 'push', receivedAt }),
      );
      return reply(200, {
        accepted: stored.accepted,
        repeated: stored.repeated,
        nextCheckInSeconds: CHECK_IN_SECONDS + jitterSeconds(sender.key.siteId),
        ...adviceFor(sender, message.productVersion),
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
    action: 'signature',
    body: usageReport,
    lazyBody: true,
    responses: {
      200: { description: 'Known already, with the same content', schema: usageReportStored },
      201: { description: 'Stored', schema: usageReportStored },
    },
    handler: async (context) => {
      const { deps, receivedAt } = context;
      const { sender, message, stored } = await deps.ingest.push(signedRequest(context), (from) =>
        readUsageReport(context.readJson(), { sender: from, channel: 'push', receivedAt }),
      );
      const { period, revision, productVersion } = message;
      const repeated = stored.repeated > 0;
      return reply(repeated ? 200 : 201, {
        period,
        revision,
        repeated,
        late: stored.late,
        beyondReach: stored.beyondReach,
        ...adviceFor(sender, productVersion),
      });
    },
  }),
  route({
    method: 'post',
    path: '/v1/site/signing-keys',
    summary: 'Register the next signing key',
    description: `${SIGNED} Two keys of an installation are live at once; a third retires the oldest.`,
    tags,
    action: 'signature',
    body: newSigningKey,
    lazyBody: true,
    responses: { 201: { description: 'Registered', schema: signingKeyRegistered } },
    handler: async (context) => {
      const read = () => Buffer.from(context.body.publicKey, 'base64url');
      return reply(201, { signingKeyId: await context.deps.ingest.addSigningKey(signedRequest(context), read) });
    },
  }),
];

/**
 * The HTTP API: a frame around declared routes.
 *
 * To add a route: (1) put its zod shapes into `schemas/<noun>.ts`, built from `schemas/common.ts` and strictObject;
 * (2) declare it in `routes/<noun>.ts` with `route({...})` (see routes/pricePlans.ts) and list the file in
 * `routes/index.ts`; (3) write the handler: it gets params, query and body parsed, `transaction` with the sender's
 * scope, `principal`, `receivedAt` as its only clock and `requestId` for ids of new rows and updates; it returns
 * `{ status, body }` as its responses declare and throws KontorError for everything else; (4) decisions that a workflow
 * takes go through `starts/`. The frame does the rest: tokens and actions, another MSP's ids (404), limits, JSON
 * rules, Idempotency-Key, problem documents, OpenAPI, metrics.
 */
import express, { type Express } from 'express';
import helmet from 'helmet';
import { createRelyingParty } from '../identity/index.js';
import type { Tracing } from '../config/tracing.js';
import type { ApiDeps } from './deps.js';
import { docs } from './docs.js';
import { limitArrival } from './http/arrival.js';
import type { Limits } from './http/limits.js';
import { logRequests } from './http/logging.js';
import type { Metrics } from './http/metrics.js';
import { mount } from './http/mount.js';
import { ownHostOnly } from './http/ownHostOnly.js';
import { NOTHING_AT_ALL } from './http/ownFilesOnly.js';
import { answerProblem, notFound } from './http/problem.js';
import { traceRequests } from './http/tracing.js';
import { limitByAddress, limitByToken, limitGuesses, limitStrangersNamed } from './http/rateLimit.js';
import { createIngest } from './ingest/createIngest.js';
import { linkPage } from './linkPage.js';
import { openApiDocument } from './openapi.js';
import { ROUTES } from './routes/index.js';

/** `metrics`: what the process's probes show (health.ts), on a listener of their own. */
export function createApp(deps: ApiDeps, limits: Limits, metrics: Metrics, tracing: Tracing | null = null): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', deps.trustedProxies);
  app.use(logRequests(deps.log));
  app.use(metrics.observe);
  app.use(limitArrival(limits));
  if (tracing !== null) app.use(traceRequests(tracing));
  app.use(helmet({ contentSecurityPolicy: { useDefaults: false, directives: NOTHING_AT_ALL } }));
  // Before anything is read or asked: not even the pages are for whoever asks without end.
  app.use(limitByAddress(limits));
  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  app.use(ownHostOnly(deps));
  // Whoever types the address alone wants to know what is here.
  app.get('/', (_req, res) => {
    res.redirect('docs/');
  });
  app.use('/docs', docs());
  app.use('/console', linkPage());
  let document: ReturnType<typeof openApiDocument> | undefined;
  app.get('/openapi.json', (_req, res) => {
    document ??= openApiDocument(ROUTES, deps.publicUrl);
    res.json(document);
  });
  const counters = {
    byToken: limitByToken(limits),
    guesses: limitGuesses(limits),
    strangers: limitStrangersNamed(limits),
  };
  const routeDeps = { ...deps, ingest: createIngest(deps, limits), relyingParty: createRelyingParty() };
  for (const route of ROUTES) mount(app, routeDeps, route, limits, counters);
  app.use(notFound);
  app.use(answerProblem);
  return app;
}

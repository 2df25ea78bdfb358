import type { Express, Request, RequestHandler, Response } from 'express';
import { isAction } from '../../domain/access/actions.js';
import { KontorError } from '../../domain/errors.js';
import { authenticate, principalOf, requireAction, requireOwnProof, requireSession } from '../auth.js';
import type { RouteDeps } from '../deps.js';
import { actorOf, type Principal } from '../principal.js';
import type { RawContext, Reply, Route } from '../route.js';
import { takesLong } from './arrival.js';
import { parseJson, readBody, requireJson } from './body.js';
import { hideRestricted } from './hideRestricted.js';
import { keyedRequest, onceOnly, requestIdOf } from './idempotency.js';
import type { Limits } from './limits.js';
import { labelRoute } from './metrics.js';
import { ledHere } from './problemPage.js';

/**
 * An answer is kept nowhere on its way, nor by a browser. Only who reads with a token may keep what shows no secret, and ask
 * whether it has changed.
 */
function cachingOf({ method, showsSecret }: Route, principal: Principal): string {
  const inBrowser = principal.kind === 'person' && principal.credential === 'session';
  return method === 'get' && !showsSecret && !inBrowser ? 'private, no-cache' : 'no-store';
}

async function send(
  db: RouteDeps['db'],
  res: Response,
  reply: Reply,
  route: Route,
  principal: Principal,
): Promise<void> {
  const caching = cachingOf(route, principal);
  res.status(reply.status);
  if ('file' in reply || 'sendTo' in reply) {
    const ofFile = {
      ETag: `"${reply.sha256}"`,
      'Content-Type': 'file' in reply ? reply.contentType : 'application/octet-stream',
      // The filename is made of codes and numbers, but a quote in it would end the parameter.
      'Content-Disposition': `attachment; filename="${reply.filename.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`,
    };
    res.set({ 'Cache-Control': caching, ...ofFile });
    if ('file' in reply) {
      res.send(reply.file);
      return;
    }
    await reply.sendTo(res).catch((error: unknown) => {
      // What is answered instead is no file.
      if (!res.headersSent) for (const name of Object.keys(ofFile)) res.removeHeader(name);
      throw error;
    });
    return;
  }
  res.set({ 'Cache-Control': caching, ...reply.headers });
  if (!('body' in reply)) {
    res.end();
    return;
  }
  const text = await hideRestricted(db, reply.body);
  // As `res.json` sends it, but written once.
  if (res.get('Content-Type') === undefined) res.type('json');
  res.send(text);
}

function handlerOf(deps: RouteDeps, route: Route, limits: Limits): RequestHandler {
  return async (req: Request, res: Response) => {
    const receivedAt = new Date();
    const principal = principalOf(req);
    // PostgreSQL has no text with NUL.
    if (req.originalUrl.includes('%00')) throw new KontorError('VALIDATION_FAILED', 'The address holds NUL.');
    if (route.takesFile) takesLong(req);
    const rawBody =
      route.method === 'get' || route.takesFile
        ? Buffer.alloc(0)
        : await readBody(req, res, route.bodyLimit ?? limits.bodyBytes);
    if (rawBody.length > 0 || route.body !== undefined) requireJson(req);
    const keyed = keyedRequest(route, req, principal, rawBody);
    const context: RawContext = {
      deps,
      limits,
      req,
      principal,
      actor: actorOf(principal),
      receivedAt,
      requestId: requestIdOf(keyed),
      rawBody,
      readJson: () => {
        if (rawBody.length === 0) throw new KontorError('BODY_MALFORMED', 'This route needs a JSON body.');
        return parseJson(rawBody, limits.bodyDepth);
      },
    };
    // Temporal's client tries a server that is away again and again; whoever waits for the answer should not.
    const deadline = receivedAt.getTime() + limits.temporalTimeoutMs;
    const work = () => deps.temporal.connection.withDeadline(deadline, () => route.handle(context));
    const answer = keyed === undefined ? await work() : await onceOnly(deps, route, keyed, receivedAt, work);
    await send(deps.db, res, answer, route, principal);
  };
}

/** Counters that all routes share, so that each counts all. */
export interface Counters {
  byToken: RequestHandler;
  guesses: RequestHandler;
  strangers: RequestHandler;
}

/** Makes a declared route answer: who, how often, then what. */
export function mount(app: Express, deps: RouteDeps, route: Route, limits: Limits, counters: Counters): void {
  const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
  const label: RequestHandler = (req, _res, next) => {
    labelRoute(req, route.path);
    if (route.leadsBrowsers) ledHere(req);
    next();
  };
  const guards: RequestHandler[] = [];
  if (route.guessable) guards.push(counters.guesses);
  if (route.namesStrangers) guards.push(counters.strangers);
  if (isAction(route.action)) {
    guards.push(authenticate(deps), counters.byToken, requireAction(route.action));
    if (route.session) guards.push(requireSession);
    if (route.provesHerself) guards.push(requireOwnProof);
  }
  app[route.method](path, label, ...guards, handlerOf(deps, route, limits));
}

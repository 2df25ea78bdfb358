/**
 * A route is declared once: `route({...})` gives the Express handler and the OpenAPI operation, so they cannot drift.
 * The handler's arguments are inferred from the request schemas, what it may answer from the response schemas.
 */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Trx } from '../db/connect.js';
import { withRetries } from '../db/withRetries.js';
import type { Actor } from '../domain/access/actor.js';
import type { Access } from './auth.js';
import type { RouteDeps } from './deps.js';
import type { Limits } from './http/limits.js';
import { validate } from './http/validation.js';
import { scopeOf, type Principal } from './principal.js';
import { requireFilters } from './requireFilters.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What a route may answer: JSON of a schema, a file of a content type, or nothing. */
export type ResponseSpec =
  { description: string; schema: z.ZodType } | { description: string; file: string } | { description: string };

/** `status` and `body` of JSON. `pending` marks an answer that a repeat of the request may improve on. */
export interface JsonReply<S extends number = number, B = unknown> {
  status: S;
  body: B;
  pending?: true;
  headers?: Record<string, string>;
}

/** Several values: the header is sent several times. */
type Headers = Record<string, string | string[]>;

export interface FileReply<S extends number = number> {
  status: S;
  file: Buffer;
  contentType: string;
  filename: string;
  /** SHA-256 in hex: the strong ETag. */
  sha256: string;
}

/** A file that is kept elsewhere, and sends itself, or the range of it that is asked for. */
export interface StoredReply<S extends number = number> {
  status: S;
  /** With the headers set. */
  sendTo: (res: Response) => Promise<void>;
  filename: string;
  /** SHA-256 in hex: the strong ETag. */
  sha256: string;
}

export interface EmptyReply<S extends number = number> {
  status: S;
  headers?: Headers;
}

export type Reply = JsonReply | FileReply | StoredReply | EmptyReply;

/** JSON of a declared response. */
export function reply<S extends number, B>(status: S, body: B, headers: Record<string, string> = {}): JsonReply<S, B> {
  return { status, body, headers };
}

/** The answer to a decision that nobody took in time; declare 202 with the schema `pending`. */
export const PENDING = { status: 202, body: { status: 'accepted' }, pending: true } as const;

/** A file of a declared response. */
export function fileReply<S extends number>(status: S, file: Omit<FileReply, 'status'>): FileReply<S> {
  return { status, ...file };
}

/** A file that is kept elsewhere, of a declared response. */
export function storedReply<S extends number>(status: S, file: Omit<StoredReply, 'status'>): StoredReply<S> {
  return { status, ...file };
}

/** An answer that is its status alone. */
export function emptyReply<S extends number>(status: S, headers: Headers = {}): EmptyReply<S> {
  return { status, headers };
}

type ReplyOf<R extends Record<number, ResponseSpec>> = {
  [S in keyof R & number]: R[S] extends { schema: infer Z extends z.ZodType }
    ? JsonReply<S, z.input<Z>>
    : R[S] extends { file: string }
      ? FileReply<S> | StoredReply<S>
      : EmptyReply<S>;
}[keyof R & number];

/** What the frame knows of a request before the route's own schemas have seen it. */
export interface RawContext {
  deps: RouteDeps;
  limits: Limits;
  req: Request;
  principal: Principal;
  /** The sender as the audit trail names it. */
  actor: Actor;
  /** When the request arrived: the one instant its handler uses. */
  receivedAt: Date;
  /** For new rows and workflow updates: the same for a repeat under the same Idempotency-Key, else random. */
  requestId: string;
  /** The body before content encoding, empty where there is none. */
  rawBody: Buffer;
  /** The body as JSON; BODY_MALFORMED, BODY_TOO_DEEP. */
  readJson: () => unknown;
}

export interface Context<P, Q, B> extends RawContext {
  params: P;
  query: Q;
  /** With `lazyBody` parsed on first access, so that a signature over the bytes is checked before. */
  readonly body: B;
  /** One transaction that sees what the sender may see; run anew where another one was in its way, so it does SQL alone. */
  transaction: <T>(work: (trx: Trx) => Promise<T> | T) => Promise<T>;
}

const EMPTY = z.strictObject({});
type Empty = typeof EMPTY;

interface RouteSpec<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R extends ResponseMap> {
  method: Method;
  /** OpenAPI form: `/v1/msps/{mspId}`. */
  path: string;
  summary: string;
  /** Where the summary is not enough: rules, errors worth knowing. */
  description?: string;
  tags: readonly [string, ...string[]];
  action: Access;
  /** One entry per name in the path. */
  params?: P;
  query?: Q;
  body?: B;
  /** Bytes after decompression; LIMITS.bodyBytes unless given. */
  bodyLimit?: number;
  lazyBody?: true;
  /** The body is a file, which the handler reads from `req` as it comes; it has the time of an upload. */
  takesFile?: true;
  /** The answer shows a secret once: it is not kept for repeats, which get STATE_CONFLICT instead. */
  showsSecret?: true;
  /** Of a person's own login: who calls it has signed in; a token is not enough. */
  session?: true;
  /** Of her password or authenticator: that a provider vouches for her is not enough. */
  provesHerself?: true;
  /** Takes passwords or links: few a minute from one address. */
  guessable?: true;
  /** Anybody writes down a mail address, which gets a mail: few an hour from one host. */
  namesStrangers?: true;
  /** Browsers are led here by themselves: a person reads what fails, as a page. */
  leadsBrowsers?: true;
  responses: R;
  handler: (context: Context<z.output<P>, z.output<Q>, z.output<B>>) => Promise<ReplyOf<R>>;
}

type ResponseMap = Record<number, ResponseSpec>;

/** A declared route, its types checked and forgotten: what the frame mounts and OpenAPI lists. */
export interface Route {
  method: Method;
  path: string;
  summary: string;
  description?: string;
  tags: readonly string[];
  action: Access;
  params: z.ZodObject;
  query: z.ZodObject;
  body?: z.ZodType;
  bodyLimit?: number;
  takesFile: boolean;
  showsSecret: boolean;
  session: boolean;
  provesHerself: boolean;
  guessable: boolean;
  namesStrangers: boolean;
  leadsBrowsers: boolean;
  responses: ResponseMap;
  handle: (raw: RawContext) => Promise<Reply>;
}

function isEmptyList(answer: Reply): boolean {
  const body = 'body' in answer ? answer.body : null;
  const items = typeof body === 'object' && body !== null && 'items' in body ? body.items : null;
  return Array.isArray(items) && items.length === 0;
}

function namesIn(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
}

/** Declares a route; throws when the path's names and the schema's differ. */
export function route<
  const R extends ResponseMap,
  P extends z.ZodObject = Empty,
  Q extends z.ZodObject = Empty,
  B extends z.ZodType = Empty,
>(spec: RouteSpec<P, Q, B, R>): Route {
  // A part that is not given has its type parameter's default, which is the empty object.
  const params = spec.params ?? (EMPTY as z.ZodType as P);
  const query = spec.query ?? (EMPTY as z.ZodType as Q);
  const { body } = spec;
  const missing = namesIn(spec.path).sort().join() !== Object.keys(params.shape).sort().join();
  if (missing) throw new Error(`${spec.path}: params must name what the path names`);
  const parseBody = (raw: RawContext): z.output<B> => {
    const none = raw.rawBody.length === 0 && body === undefined;
    return validate(body ?? (EMPTY as z.ZodType as B), none ? {} : raw.readJson(), 'body');
  };
  return {
    method: spec.method,
    path: spec.path,
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    tags: spec.tags,
    action: spec.action,
    params,
    query,
    ...(body === undefined ? {} : { body }),
    ...(spec.bodyLimit === undefined ? {} : { bodyLimit: spec.bodyLimit }),
    takesFile: spec.takesFile ?? false,
    showsSecret: spec.showsSecret ?? false,
    session: spec.session ?? false,
    provesHerself: spec.provesHerself ?? false,
    guessable: spec.guessable ?? false,
    namesStrangers: spec.namesStrangers ?? false,
    leadsBrowsers: spec.leadsBrowsers ?? false,
    responses: spec.responses,
    handle: async (raw) => {
      let parsed: { body: z.output<B> } | undefined;
      const context: Context<z.output<P>, z.output<Q>, z.output<B>> = {
        ...raw,
        params: validate(params, { ...raw.req.params }, 'path'),
        query: validate(query, { ...raw.req.query }, 'query'),
        get body() {
          parsed ??= { body: parseBody(raw) };
          return parsed.body;
        },
        transaction: (work) => withRetries(() => raw.deps.db.transaction(scopeOf(raw.principal), work)),
      };
      if (spec.lazyBody !== true && spec.method !== 'get') parsed = { body: parseBody(raw) };
      const answer = await spec.handler(context);
      if (isEmptyList(answer)) await context.transaction((trx) => requireFilters(trx, context.query));
      return answer;
    },
  };
}

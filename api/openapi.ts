import { OpenApiGeneratorV31, OpenAPIRegistry, type ResponseConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { FILTERS } from '../db/readModels/unknownFilter.js';
import { isAction, ruleOf, type Action } from '../domain/access/actions.js';
import { ERROR_CODES, type ErrorCode } from '../domain/errors.js';
import { STATUS_OF } from './errors.js';
import type { ResponseSpec, Route } from './route.js';
import { sessionCookieName } from './session.js';

const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.strictObject({ field: z.string(), code: z.string(), message: z.string() })),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. `code` is stable; `errors` names fields by JSON pointer.' });

const DESCRIPTION = `Metered licensing for managed service providers: sign-up, keys, usage, the monthly close, statements.

Send \`Authorization: Bearer <token>\`, or sign in: the session comes as a cookie, and what changes something then needs its
\`csrfToken\` as \`Kontor-CSRF-Token\`. POST requests take an \`Idempotency-Key\`: a repeat gets the first answer. Lists
are pages: pass \`next\` as \`after\`. Amounts are decimal strings with their currency, periods \`YYYY-MM\`, instants UTC.`;

function responseConfig(spec: ResponseSpec): ResponseConfig {
  if ('schema' in spec) {
    return { description: spec.description, content: { 'application/json': { schema: spec.schema } } };
  }
  if ('file' in spec) {
    return {
      description: spec.description,
      content: { [spec.file]: { schema: { type: 'string', format: 'binary' } } },
    };
  }
  return { description: spec.description };
}

function requestBodyOf({ body, takesFile }: Route) {
  if (takesFile) {
    const file = { schema: { type: 'string' as const, format: 'binary' } };
    return { body: { required: true, content: { 'application/octet-stream': file } } };
  }
  return body === undefined ? {} : { body: { required: true, content: { 'application/json': { schema: body } } } };
}

function codesOf(status: number): string {
  return Object.entries(STATUS_OF)
    .filter(([, mapped]) => mapped === status)
    .map(([code]) => code)
    .join(', ');
}

/** What a body may hold, as JSON Schema in text: ids of what may not be there, links that may be used up. */
function bodyOf({ body }: Route): string {
  return body === undefined ? '' : JSON.stringify(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }));
}

/** Every failure looks the same; which statuses a route can give follows from what it takes. */
function problemStatuses(route: Route): number[] {
  const statuses = [421, 422, 429, 500, 503];
  if (route.action !== 'public') statuses.push(401, 403);
  if (route.guessable && route.action === 'public') statuses.push(401, 403);
  const named = bodyOf(route);
  const filters = FILTERS.some((name) => name in route.query.shape);
  if (route.path.includes('{') || filters || named.includes('"format":"uuid"')) statuses.push(404);
  if (named.includes('"link":') || 'link' in route.params.shape) statuses.push(410);
  if ('206' in route.responses) statuses.push(403, 412, 416);
  if (route.method !== 'get') statuses.push(400, 409, 413, 415);
  return statuses.sort();
}

function securityOf(route: Route): Record<string, string[]>[] {
  if (route.action === 'public') return [];
  if (route.action === 'signature') return [{ siteSignature: [] }];
  return route.session ? [{ session: [] }] : [{ token: [] }, { session: [] }];
}

function whoMay(action: Action): string {
  const { views, level } = ruleOf(action);
  return `Action \`${action}\`: views ${views.join(', ')}; from the level ${level} on.`;
}

function describe(route: Route): string {
  const who = isAction(route.action) ? whoMay(route.action) : '';
  return [route.description ?? '', who].filter((part) => part !== '').join('\n\n');
}

const PROBLEM_CONTENT = { 'application/problem+json': { schema: problem } };
const idempotencyHeader = z.object({
  'Idempotency-Key': z.string().min(1).max(200).optional().meta({ description: 'A repeat gets the first answer' }),
});

/** The OpenAPI 3.1 document of these routes. */
export function openApiDocument(routes: readonly Route[], publicUrl: string) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookieName(publicUrl),
  });
  registry.registerComponent('securitySchemes', 'siteSignature', {
    type: 'apiKey',
    in: 'header',
    name: 'Kontor-Signature',
    description: 'Detached JWS (RFC 7797), Ed25519, over the body before content encoding',
  });
  for (const route of routes) {
    const responses: Record<string, ResponseConfig> = {};
    for (const [status, spec] of Object.entries(route.responses)) responses[status] = responseConfig(spec);
    for (const status of problemStatuses(route)) {
      responses[String(status)] ??= { description: codesOf(status), content: PROBLEM_CONTENT };
    }
    registry.registerPath({
      method: route.method,
      path: route.path,
      operationId: `${route.method} ${route.path}`.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_all, next: string) =>
        next.toUpperCase(),
      ),
      summary: route.summary,
      description: describe(route),
      tags: [...route.tags],
      security: securityOf(route),
      request: {
        params: route.params,
        query: route.query,
        ...(route.method === 'post' && route.action !== 'signature' ? { headers: idempotencyHeader } : {}),
        ...requestBodyOf(route),
      },
      responses,
    });
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Kontor', version: '1', description: DESCRIPTION },
    servers: [{ url: publicUrl }],
  });
}

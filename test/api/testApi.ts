import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { createApp } from '../../api/app.js';
import { apiProbes } from '../../api/health.js';
import { createMetrics } from '../../api/http/metrics.js';
import { LIMITS, type Limits } from '../../api/http/limits.js';
import { createDiskFiles } from '../../api/releases/diskFiles.js';
import type { Route } from '../../api/route.js';
import { ROUTES } from '../../api/routes/index.js';
import { createWorkflowStarts } from '../../api/workflowStarts.js';
import { createLinkSigner, type LinkSigner } from '../../config/linkSigner.js';
import { createSecretBox } from '../../config/secretBox.js';
import type { Probes } from '../../config/probes.js';
import type { View } from '../../domain/access/views.js';
import { createRenderPool } from '../../statements/index.js';
import { createMailStarts } from '../../starts/deliverMail.js';
import { createOnboardingStarts } from '../../starts/onboardSites.js';
import { admit, type TokenSpec } from '../support/access.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { testTemporal } from '../support/temporal.js';

/** A key for each run of tests: nothing is read that another has sealed. */
const SECRET_KEYS = [{ id: 'test', key: randomBytes(32) }] as const;

export interface Call {
  token?: string;
  /** Sent as JSON; a Buffer as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Whatever came: tests say what they expect of it. */
  json: ReturnType<typeof JSON.parse>;
  bytes: Buffer;
}

/** The running app over a database of its own; what it answers is held against the schemas it declares. */
export interface TestApi {
  url: string;
  database: TestDatabase;
  taskQueue: string;
  /** The folder of the files of releases, and what signs links to them. */
  releases: { folder: string; links: LinkSigner };
  /** What its other listener shows. */
  probes: Probes;
  /** Everything logged so far. */
  logged(): string;
  token(view: View, of?: TokenSpec): Promise<string>;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  close(): Promise<void>;
}

function matches(route: Route, method: string, path: string): boolean {
  const pattern = route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+');
  return route.method === method.toLowerCase() && new RegExp(`^${pattern}$`).test(path);
}

function checkDeclared(method: string, target: string, answer: Answer): void {
  const path = target.split('?', 1)[0] ?? '';
  const route = ROUTES.find((candidate) => matches(candidate, method, path));
  if (route === undefined || answer.status >= 300) return;
  const declared = route.responses[answer.status];
  if (declared === undefined) throw new Error(`${method} ${path} does not declare ${answer.status}`);
  if ('schema' in declared) declared.schema.parse(answer.json);
}

export async function startTestApi(
  options: {
    limits?: Partial<Limits>;
    temporalAddress?: string;
    localLogin?: boolean;
    trustedProxies?: number;
    /** As browsers name it, where a proxy in front speaks TLS. */
    publicUrl?: string;
    releaseMaxBytes?: number;
  } = {},
): Promise<TestApi> {
  const database = await createTestDatabase();
  // An address at which nobody answers is not tried again and again: the retries would outlive the test.
  const connection = Connection.lazy(
    options.temporalAddress === undefined
      ? { address: testTemporal().address }
      : { address: options.temporalAddress, interceptors: [] },
  );
  const releasesDir = join(tmpdir(), `kontor-releases-${randomUUID()}`);
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const taskQueue = `api-${randomUUID()}`;
  const starter = { temporal: new Client({ connection }), taskQueue };
  const log = pino({ level: 'trace' }, sink);
  const onboarding = createOnboardingStarts({ ...starter, log });
  const mails = createMailStarts({ ...starter, log });
  const starts = createWorkflowStarts({ db: database.db, ...starter, log });
  const render = createRenderPool({ threads: 1 });
  const { localLogin = true } = options;
  const deps = {
    db: database.db,
    ...starter,
    onboarding,
    mails,
    starts,
    publicUrl: options.publicUrl ?? url,
    url,
    trustedProxies: options.trustedProxies ?? 0,
    localLogin,
    secrets: createSecretBox(SECRET_KEYS),
    releases: {
      files: createDiskFiles(releasesDir, { ...LIMITS, ...options.limits }.uploadMs),
      links: createLinkSigner(SECRET_KEYS),
      maxBytes: options.releaseMaxBytes ?? 1_000_000,
    },
    render,
    log,
  };
  const metrics = createMetrics(deps);
  server.on('request', createApp(deps, { ...LIMITS, ...options.limits }, metrics));

  return {
    url,
    database,
    taskQueue,
    releases: { folder: releasesDir, links: deps.releases.links },
    probes: apiProbes(deps, metrics),
    logged: () => lines.join(''),
    token: (view, of) => admit(database.db, view, of),
    call: async (method, path, { token, body, headers = {} } = {}) => {
      const sent: Record<string, string> = { ...headers };
      if (token !== undefined) sent.authorization = `Bearer ${token}`;
      if (body !== undefined) sent['content-type'] ??= 'application/json';
      const payload = body === undefined ? {} : { body: Buffer.isBuffer(body) ? body : JSON.stringify(body) };
      const response = await fetch(url + path, {
        method,
        headers: sent,
        redirect: 'manual',
        ...(payload as RequestInit),
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      const json: unknown = isJson ? JSON.parse(bytes.toString()) : undefined;
      const answer = { status: response.status, headers: response.headers, json, bytes };
      checkDeclared(method, path, answer);
      return answer;
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
      await onboarding.close();
      await starts.close();
      await render.close();
      await connection.close();
      await database.drop();
      await rm(releasesDir, { recursive: true, force: true });
    },
  };
}

import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { KontorError } from '../domain/errors.js';
import type { Env } from './env.js';

export interface Probes {
  /** What the process needs, and whether each of it answers. */
  ready(): Promise<Record<string, 'ok' | 'down'>>;
  /** What does not keep it from working, a sentence each. */
  warnings?(): readonly string[];
  /** In Prometheus' text form. */
  metrics(): Promise<{ contentType: string; text: string }>;
}

/**
 * Whether a `Host` header is an address, or a name of a local network without a dot: no page of another place can have such a
 * name point here.
 */
function isLocalHost(header: string | undefined): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d{1,5})?$/i.exec(header ?? '')?.[1];
  return name !== undefined && (name.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || !name.includes('.'));
}

async function answer(path: string, probes: Probes, response: ServerResponse): Promise<void> {
  switch (path) {
    case '/healthz':
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"status":"ok"}');
      return;
    case '/readyz': {
      const parts = await probes.ready();
      const isReady = Object.values(parts).every((state) => state === 'ok');
      const warnings = probes.warnings?.() ?? [];
      const body = JSON.stringify(warnings.length === 0 ? parts : { ...parts, warnings });
      response.writeHead(isReady ? 200 : 503, { 'Content-Type': 'application/json' }).end(body);
      return;
    }
    case '/metrics': {
      const { contentType, text } = await probes.metrics();
      response.writeHead(200, { 'Content-Type': contentType }).end(text);
      return;
    }
    default:
      response.writeHead(404).end();
  }
}

/** Answers probes: `/healthz` (the process lives), `/readyz` (503 where something it needs does not answer, with warnings), `/metrics`. */
export function createProbeServer(probes: Probes): Server {
  return createServer((request, response) => {
    if (!isLocalHost(request.headers.host)) {
      response.writeHead(421).end();
      return;
    }
    answer(request.url?.split('?', 1)[0] ?? '', probes, response).catch(() => {
      if (response.headersSent) response.end();
      else response.writeHead(500).end();
    });
  });
}

/**
 * Listens for probes on METRICS_PORT of HOST, apart from what everybody reaches; undefined where that is 0. Throws
 * CONFIGURATION_INVALID where the port cannot be had: whoever set it waits for it.
 */
export async function serveProbes(
  { METRICS_PORT, HOST }: Pick<Env, 'METRICS_PORT' | 'HOST'>,
  probes: Probes,
): Promise<Server | undefined> {
  if (METRICS_PORT === 0) return undefined;
  const server = createProbeServer(probes);
  server.listen(METRICS_PORT, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KontorError('CONFIGURATION_INVALID', `METRICS_PORT ${METRICS_PORT} of ${HOST} cannot be used: ${why}`);
  }
  return server;
}
